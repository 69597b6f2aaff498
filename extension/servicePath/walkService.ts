import type { TreeElement } from '../../agent/protocol/treeElement.ts';
import type { RuleText, TreePage } from '../nodes/rulesAgent.ts';

/** An element with everything below it. */
export interface WalkedElement {
  readonly element: TreeElement;
  readonly children: readonly WalkedElement[];
  /** For a frontend: the line of the rule that matches it. */
  readonly rule?: string;
}

/** What walking asks an agent; both are bound to one snapshot. */
export interface WalkSource {
  children(parent: string, offset: number, limit: number): Promise<TreePage>;
  document(element: string): Promise<RuleText>;
}

const pageSize = 1_000;
/** A Service with more below it is cut off; no picture of it would help. */
const mostElements = 20_000;

/** Reads a Service or a port of one down to its endpoints, and the rules that match its frontends. */
export async function walkService(element: TreeElement, source: WalkSource): Promise<WalkedElement> {
  let left = mostElements;
  const walk = async (current: TreeElement): Promise<WalkedElement> => {
    const children: WalkedElement[] = [];
    while (children.length < current.childCount && left > 0) {
      const page = await source.children(current.id, children.length, pageSize);
      if (page.elements.length === 0) break;
      left -= page.elements.length;
      for (const child of page.elements) children.push(await walk(child));
    }
    const rule = current.kind === 'frontend' ? await ruleOf(current, source) : undefined;
    return { element: current, children, ...(rule === undefined ? {} : { rule }) };
  };
  return walk(element);
}

async function ruleOf(frontend: TreeElement, source: WalkSource): Promise<string | undefined> {
  if (frontend.location === undefined) return undefined;
  const { text, targetLine } = await source.document(frontend.id);
  return text.split('\n')[targetLine];
}
