import type { NodeModel } from '../model/nodeModel.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { TreeElement } from '../protocol/treeElement.ts';
import { addBaseChains } from './chainNodes.ts';
import type { OutlineDocument } from './documents/outlineDocument.ts';
import { idsOnPath } from './elementId.ts';
import { Filter } from './filter.ts';
import { addForeign } from './foreignNodes.ts';
import { OutlineNode } from './outlineNode.ts';
import { addParts } from './partNodes.ts';
import { placeAt } from './place.ts';
import { addProblems } from './problemNodes.ts';
import { addServices } from './serviceNodes.ts';
import { ServicePlaces } from './servicePlaces.ts';
import { addSets } from './setNodes.ts';
import { Severities } from './severities.ts';
import { SnapshotText } from './snapshotText.ts';
import { type SortOrder, sorted } from './sortOrder.ts';
import { addVirtualServers } from './virtualServerNodes.ts';

/** Which of an element's children are wanted. */
export interface ChildrenRequest {
  /** The element's id; the root's children without it. */
  readonly parent?: string | undefined;
  readonly offset: number;
  readonly limit: number;
  /** Words that must all occur in an element or in what it stands under; see {@link Filter}. */
  readonly filter?: string | undefined;
  readonly sort?: SortOrder | undefined;
}

/** A page of an element's children; `total` is how many there are in all. */
export interface ChildrenPage {
  readonly total: number;
  readonly elements: TreeElement[];
}

/** The tree of one snapshot: pages of elements, the way to an element, and documents of rules. */
export class Outline {
  readonly #root: OutlineNode;
  readonly #text: SnapshotText;
  readonly #severities: Severities;
  #filter: { readonly text: string; readonly filter: Filter } | undefined;

  constructor(snapshot: Snapshot, model: NodeModel) {
    const text = new SnapshotText(snapshot);
    const places = new ServicePlaces(model.services);
    this.#text = text;
    this.#root = new OutlineNode('', {
      facts: () => ({ kind: 'services', count: 0 }),
      children: (siblings) => {
        addServices(siblings, model, text, places);
        addBaseChains(siblings, model, text);
        addVirtualServers(siblings, model, text);
        addSets(siblings, model.sets, text);
        addForeign(siblings, model, text);
        addProblems(siblings, model, text);
        addParts(siblings, snapshot, text);
      },
    });
    this.#severities = new Severities(model.problems, ({ part, line, column }) =>
      this.#nodesTo(part, line, column).map(({ id }) => id),
    );
  }

  /** @returns undefined when there is no element with the id of `parent` */
  children({ parent, offset, limit, filter = '', sort = 'name' }: ChildrenRequest): ChildrenPage | undefined {
    const path = parent === undefined ? [] : this.#path(parent);
    if (path === undefined) return undefined;
    const node = path.at(-1) ?? this.#root;
    const active = filter.trim() === '' ? undefined : this.#filterFor(filter);
    const children = sorted(active ? active.childrenOf(node, path.slice(0, -1)) : node.children, sort);
    const elements = children.slice(offset, offset + limit).map((child) => {
      const childCount = active ? active.childrenOf(child, path).length : child.childCount;
      return this.#element(child, childCount);
    });
    return { total: children.length, elements };
  }

  /** The elements from the root's child down to the one that a line belongs to; empty when it belongs to none. */
  reveal(part: string, line: number): TreeElement[] {
    return this.#nodesTo(part, line).map((node) => this.#element(node, node.childCount));
  }

  /** @returns undefined when there is no such element, or no rules stand for it */
  document(element: string): OutlineDocument | undefined {
    return this.#path(element)?.at(-1)?.source.document?.();
  }

  /**
   * Makes beforehand, step by step, what a filter over all Services needs. Without it the first filter on a large node
   * would take as long as all steps together.
   */
  *prepare(): Generator<void, void> {
    const [services] = this.#root.children;
    for (const namespace of services?.children ?? []) {
      for (const service of namespace.children) {
        service.source.searchText?.();
        service.source.searchTextBelow?.();
        yield;
      }
    }
  }

  #filterFor(text: string): Filter {
    if (this.#filter?.text !== text) this.#filter = { text, filter: new Filter(text) };
    return this.#filter.filter;
  }

  #element({ id, source }: OutlineNode, childCount: number): TreeElement {
    const counters = source.counters?.();
    const severity = this.#severities.of(id);
    return {
      ...source.facts(),
      id,
      childCount,
      ...(source.location && { location: { ...source.location } }),
      ...(counters && { counters: { ...counters } }),
      ...(severity && { severity }),
    };
  }

  /** The nodes from the root's child down to the one with that id; undefined when there is none. */
  #path(id: string): readonly OutlineNode[] | undefined {
    const path: OutlineNode[] = [];
    let node = this.#root;
    for (const step of idsOnPath(id)) {
      const child = node.child(step);
      if (child === undefined) return undefined;
      path.push(child);
      node = child;
    }
    return path;
  }

  #nodesTo(part: string, line: number, column?: number): readonly OutlineNode[] {
    const place = placeAt(part, line, this.#text, column);
    const path: OutlineNode[] = [];
    if (place === undefined) return path;
    for (let node: OutlineNode | undefined = this.#root; node !== undefined; ) {
      node = node.children.find((child) => child.source.holds?.(place));
      if (node) path.push(node);
    }
    return path;
  }
}
