import type { SourceLocation } from '../model/location.ts';
import type { Counters } from '../model/service.ts';
import type { TreeElement } from '../protocol/treeElement.ts';
import type { OutlineDocument } from './documents/outlineDocument.ts';
import { childId } from './elementId.ts';
import type { Place } from './place.ts';

type WithoutCommonFields<Element> = Element extends TreeElement
  ? Omit<Element, 'id' | 'childCount' | 'severity' | 'location' | 'counters'>
  : never;

/** The facts of an element that only its kind has. */
export type ElementFacts = WithoutCommonFields<TreeElement>;

/**
 * What an element knows about itself. Most are functions, because a node has hundreds of thousands of elements and a
 * client looks at a screenful.
 */
export interface NodeSource {
  facts(): ElementFacts;
  readonly location?: SourceLocation | undefined;
  counters?(): Counters | undefined;
  /** Number of children, told without making them. */
  childCount?(): number;
  /** Adds the children. */
  children?(siblings: Siblings): void;
  /** What a filter finds the element by: names, addresses, ports. In lower case. */
  searchText?(): string;
  /** Everything that a filter can find below the element, so that it need not be looked into; in lower case. */
  searchTextBelow?(): string;
  /** Number of endpoints, for sorting. */
  endpointCount?(): number;
  /** Whether a line belongs to the element or to one below it. */
  holds?(place: Place): boolean;
  /** The rules to show for the element. */
  document?(): OutlineDocument;
}

/** An element of the tree; its children are made when they are first asked for. */
export class OutlineNode {
  readonly id: string;
  readonly source: NodeSource;
  #children: readonly OutlineNode[] | undefined;
  #byId: ReadonlyMap<string, OutlineNode> | undefined;

  constructor(id: string, source: NodeSource) {
    this.id = id;
    this.source = source;
  }

  get children(): readonly OutlineNode[] {
    if (this.#children === undefined) {
      const siblings = new Siblings(this.id);
      this.source.children?.(siblings);
      this.#children = siblings.nodes;
    }
    return this.#children;
  }

  /** The child with that id. */
  child(id: string): OutlineNode | undefined {
    this.#byId ??= new Map(this.children.map((child) => [child.id, child]));
    return this.#byId.get(id);
  }

  get childCount(): number {
    return this.source.childCount?.() ?? this.children.length;
  }
}

/** The children of one element while they are made. */
export class Siblings {
  readonly #parentId: string;
  readonly #times = new Map<string, number>();
  readonly nodes: OutlineNode[] = [];

  constructor(parentId: string) {
    this.#parentId = parentId;
  }

  /** @param step what tells the child from its siblings; one that is there already gets a number, so that ids differ. */
  add(step: string, source: NodeSource): void {
    const times = (this.#times.get(step) ?? 0) + 1;
    this.#times.set(step, times);
    this.nodes.push(new OutlineNode(childId(this.#parentId, times === 1 ? step : `${step}~${times}`), source));
  }
}
