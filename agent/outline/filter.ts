import type { OutlineNode } from './outlineNode.ts';
import { filterWords } from './words.ts';

/**
 * Finds the elements that a filter leaves: those where each word occurs in their own text or in that of an element
 * they stand under, and what leads to and follows from such elements. What was found out is kept.
 */
export class Filter {
  readonly #words: readonly string[];
  readonly #children = new Map<string, readonly OutlineNode[]>();
  readonly #holdsMatch = new Map<string, boolean>();

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
    let visible = this.#children.get(node.id);
    if (visible === undefined) {
      visible = node.children.filter((child) => this.#isVisible(child, missing));
      this.#children.set(node.id, visible);
    }
    return visible;
  }

  #isVisible(node: OutlineNode, missingAbove: readonly string[]): boolean {
    const missing = missingWords(missingAbove, node);
    if (missing.length === 0) return true;
    const known = this.#holdsMatch.get(node.id);
    if (known !== undefined) return known;
    const below = node.source.searchTextBelow?.();
    const holdsMatch =
      (below === undefined || missing.every((word) => below.includes(word))) &&
      node.children.some((child) => this.#isVisible(child, missing));
    this.#holdsMatch.set(node.id, holdsMatch);
    return holdsMatch;
  }
}

/** The words that do not occur in an element's own text. */
function missingWords(words: readonly string[], node: OutlineNode): readonly string[] {
  if (words.length === 0) return words;
  const text = node.source.searchText?.() ?? '';
  return words.filter((word) => !text.includes(word));
}
