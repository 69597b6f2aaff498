import type { OutlineNode } from './outlineNode.ts';
import { filterWords } from './words.ts';

/**
 * Finds the elements that a filter leaves: those where each word occurs in their own text or in that of an element
 * they stand under, and what leads to and follows from such elements. Answers are kept for the text last asked for.
 */
export class Filter {
  readonly #words: readonly string[];
  readonly #children = new Map<string, readonly OutlineNode[]>();

  constructor(text: string) {
    this.#words = filterWords(text);
  }

  /**
   * The children that remain of `node`.
   *
   * @param ancestors the nodes above it, from the root's child down
   */
  childrenOf(node: OutlineNode, ancestors: readonly OutlineNode[]): readonly OutlineNode[] {
    let missing = this.#words;
    for (const ancestor of [...ancestors, node]) missing = missingWords(missing, ancestor);
    return this.#visible(node, missing);
  }

  #visible(node: OutlineNode, missing: readonly string[]): readonly OutlineNode[] {
    if (missing.length === 0) return node.children;
    const known = this.#children.get(node.id);
    if (known) return known;
    const visible = node.children.filter((child) => {
      const left = missingWords(missing, child);
      return left.length === 0 || this.#holdsMatch(child, left);
    });
    this.#children.set(node.id, visible);
    return visible;
  }

  #holdsMatch(node: OutlineNode, missing: readonly string[]): boolean {
    const below = node.source.searchTextBelow?.();
    if (below !== undefined && missing.some((word) => !below.includes(word))) return false;
    return this.#visible(node, missing).length > 0;
  }
}

/** The words that do not occur in an element's own text. */
function missingWords(words: readonly string[], node: OutlineNode): readonly string[] {
  if (words.length === 0) return words;
  const text = node.source.searchText?.() ?? '';
  return words.filter((word) => !text.includes(word));
}
