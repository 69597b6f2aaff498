import type { TreeElement } from '../../agent/protocol/treeElement.ts';
import type { Root } from '../nodes/root.ts';
import type { ElementIcon } from './presentation/elementPresentation.ts';

/** A node or dumps. */
export interface RootNode {
  readonly type: 'root';
  readonly root: Root;
}

/** An element that an agent serves. */
export interface ElementNode {
  readonly type: 'element';
  readonly root: Root;
  readonly element: TreeElement;
  readonly parent: RootNode | ElementNode;
}

/** The line under an incomplete list that loads the next page. */
export interface MoreNode {
  readonly type: 'more';
  readonly parent: RootNode | ElementNode;
  readonly shown: number;
  readonly total: number;
}

/** A line that says something instead of an element: nothing there, not connected, failed. */
export interface MessageNode {
  readonly type: 'message';
  readonly parent: RootNode | ElementNode;
  /** Tells messages under one parent apart. */
  readonly key: string;
  readonly text: string;
  readonly tooltip?: string;
  readonly icon: ElementIcon;
  /** A command that helps; gets the parent as its argument. */
  readonly command?: { readonly id: string; readonly title: string };
}

/** A line of the tree. */
export type TreeNode = RootNode | ElementNode | MoreNode | MessageNode;

/** The root that a line stands under. */
export function rootOf(node: TreeNode): Root {
  return node.type === 'root' || node.type === 'element' ? node.root : node.parent.root;
}

/** The id of the element that a line stands for; undefined for a root. */
export function elementIdOf(node: RootNode | ElementNode): string | undefined {
  return node.type === 'root' ? undefined : node.element.id;
}
