import type { PlanView } from '../../../../extension/change/changeContext.ts';
import { readChangeSettings } from '../../../../extension/change/changeSettings.ts';
import type { NodePlan } from '../../../../extension/change/nodePlan.ts';
import { silentLogger } from '../../../../extension/common/logger.ts';
import { english } from '../../../../extension/l10n/localizer.ts';
import type { Root } from '../../../../extension/nodes/root.ts';
import { numberWords } from '../../../../extension/tree/presentation/numberWords.ts';
import { FakeChangeNode } from '../../../fakes/changeNode.ts';
import { ScriptedDialogs } from '../../../fakes/scriptedDialogs.ts';

/** Keeps which plans were shown. */
class FakePlans implements PlanView {
  readonly shown: NodePlan[] = [];
  readonly #retired = new Set<NodePlan>();

  async show(plan: NodePlan): Promise<void> {
    this.shown.push(plan);
  }

  retire(plan: NodePlan): void {
    this.#retired.add(plan);
  }

  isOpen(plan: NodePlan): boolean {
    return !this.#retired.has(plan);
  }
}

/** A fake node that is connected, with a user who gives these answers. */
export async function setUp({
  answers = [],
  settings = {},
}: {
  readonly answers?: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
}) {
  const node = new FakeChangeNode();
  const root = node.root();
  const dialogs = new ScriptedDialogs(...answers);
  const plans = new FakePlans();
  const context = {
    dialogs,
    plans,
    settings: () => readChangeSettings((name) => settings[name]),
    changing: new Set<Root>(),
    endedHere: new Set<string>(),
    log: silentLogger,
    l10n: english,
    numbers: numberWords('en'),
  };
  await root.connect(new AbortController().signal);
  return { node, root, dialogs, plans, context, [Symbol.dispose]: () => root.dispose() };
}
