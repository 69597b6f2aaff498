import type { Localizer } from '../../l10n/localizer.ts';
import type { CounterChange } from '../counterHistory.ts';
import type { NumberWords } from './numberWords.ts';

/** How an element looks and reads in the tree, independent of VS Code. */
export interface ElementPresentation {
  readonly label: string;
  /** Shown dimmed after the label; empty for none. */
  readonly description: string;
  readonly icon: ElementIcon;
  /** What is known of it, for the tooltip, in the order in which it is shown. */
  readonly facts: readonly Fact[];
  /** What "Copy Name" copies. */
  readonly name: string;
  /** What "Copy Address" copies, where the element has an address. */
  readonly address?: string;
}

/** A codicon and the id of the theme colour that it takes. */
export interface ElementIcon {
  readonly id: string;
  readonly color?: string;
}

/** One line of a tooltip. `code` values are shown in the editor's font. */
export interface Fact {
  readonly name: string;
  readonly value: string;
  readonly code?: boolean;
}

/** What presenting an element depends on beside the element. */
export interface PresentationContext {
  readonly l10n: Localizer;
  readonly numbers: NumberWords;
  /** How the element's counters changed since the snapshot before; absent when that is not known. */
  readonly change?: CounterChange;
  /** Set for what stands under a chain for traffic that is kept to the node. */
  readonly keptToNode?: boolean;
  /** Set for what stands under a Service's port: its name need not be said again. */
  readonly belowService?: boolean;
}

/** Joins what there is with the separator that the whole tree uses. */
export function joinDescription(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}
