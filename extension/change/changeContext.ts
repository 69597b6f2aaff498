import type { Logger } from '../common/logger.ts';
import type { Localizer } from '../l10n/localizer.ts';
import type { Root } from '../nodes/root.ts';
import type { NumberWords } from '../tree/presentation/numberWords.ts';
import type { ChangeSettings } from './changeSettings.ts';
import type { Dialogs } from './dialogs.ts';
import type { NodePlan } from './nodePlan.ts';

/** Where plans are shown. */
export interface PlanView {
  /** Shows a plan, in the place of the one that was shown for its node before. */
  show(plan: NodePlan): Promise<void>;
  /** It was applied, or is of no use any more: it can still be read. */
  retire(plan: NodePlan): void;
  /** Whether it can still be applied. */
  isOpen(plan: NodePlan): boolean;
}

/** What changing a node works with. */
export interface ChangeContext {
  readonly dialogs: Dialogs;
  readonly plans: PlanView;
  readonly settings: () => ChangeSettings;
  /** Nodes that are changed here just now, so that what becomes of the change is told here anyway. */
  readonly changing: Set<Root>;
  /** Changes that the user ends here, and so need not be told of when the node says how they ended. */
  readonly endedHere: Set<string>;
  readonly log: Logger;
  readonly l10n: Localizer;
  readonly numbers: NumberWords;
}
