import { agentErrorTexts } from './agentErrorTexts.ts';
import { changeTexts } from './changeTexts.ts';
import type { CodedMessage, Wording } from './codedMessage.ts';
import { dumpProblemTexts } from './dumpProblemTexts.ts';
import { iptablesProblemTexts } from './iptablesProblemTexts.ts';
import type { Localizer } from './localizer.ts';
import { nodeProblemTexts } from './nodeProblemTexts.ts';
import { partReasonTexts } from './partReasonTexts.ts';
import { traceRuleTexts } from './traceRuleTexts.ts';
import { traceTexts } from './traceTexts.ts';

const wordings: ReadonlyMap<string, Wording> = new Map(
  [
    iptablesProblemTexts,
    dumpProblemTexts,
    nodeProblemTexts,
    partReasonTexts,
    agentErrorTexts,
    changeTexts,
    traceTexts,
    traceRuleTexts,
  ].flatMap((texts) => Object.entries(texts)),
);

/** Whether a code has wording of its own. */
export function isWorded(code: string): boolean {
  return wordings.has(code);
}

/** The sentence for a code in the user's language; the English one for a code that has no wording here. */
export function problemText(problem: CodedMessage, l10n: Localizer): string {
  return wordings.get(problem.code)?.(problem.args, l10n) ?? problem.message;
}
