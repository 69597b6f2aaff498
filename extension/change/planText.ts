import type { Localizer } from '../l10n/localizer.ts';
import { problemText } from '../l10n/problemTexts.ts';
import type { NumberWords } from '../tree/presentation/numberWords.ts';
import { changeTitle, sizeText } from './changeWords.ts';
import type { NodePlan } from './nodePlan.ts';

/** What of a plan is shown. */
export type ShownPlan = Pick<NodePlan, 'target' | 'summary' | 'diff' | 'linesLeftOut' | 'leftovers'> & {
  readonly root: { readonly label: string };
};

/**
 * A plan as a document in the language of diffs: what it is about as comments, then what the agent says, by Service
 * and by rule.
 */
export function planText(plan: ShownPlan, l10n: Localizer, numbers: NumberWords): string {
  const { summary, diff, linesLeftOut } = plan;
  const header = [
    `${plan.root.label}: ${changeTitle(plan.target.kind, summary, l10n)}`,
    sizeText(summary, l10n, numbers),
    ...section(
      l10n.t('It cannot be applied as it is:'),
      summary.refusals.map((fact) => problemText(fact, l10n)),
    ),
    ...section(l10n.t('The node needs:'), prerequisiteLines(summary.prerequisites, l10n)),
    ...section(
      l10n.t('To know:'),
      summary.notes.map((fact) => problemText(fact, l10n)),
    ),
    ...section(
      l10n.t('Leftovers:'),
      plan.leftovers.map(({ part, family, backend, place, count }) =>
        [part, family, backend, place, `(${numbers.integer(count)})`].filter((word) => word !== undefined).join(' '),
      ),
    ),
    ...section(l10n.t('Services that change:'), serviceLines(plan, l10n, numbers)),
  ];
  const end = linesLeftOut === 0 ? [] : ['', l10n.t('{0} more lines are left out.', numbers.integer(linesLeftOut))];
  return [...header.map(comment), '', diff.trimEnd(), ...end.map(comment), ''].join('\n');
}

function section(heading: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', heading, ...lines.map((line) => `  ${line}`)];
}

/** What the node lacks one by one, with what can be done about it; what it has on one line. */
function prerequisiteLines(all: ShownPlan['summary']['prerequisites'], l10n: Localizer): readonly string[] {
  const missing = all.filter(({ met }) => !met);
  const met = all.filter((prerequisite) => prerequisite.met);
  return [
    ...missing.map(({ settable, fact }) => {
      const text = problemText(fact, l10n);
      return settable ? l10n.t('missing, can be set by applying: {0}', text) : l10n.t('missing: {0}', text);
    }),
    ...(met.length === 0 ? [] : [l10n.t('there: {0}', met.map(({ id }) => id).join(', '))]),
  ];
}

function serviceLines({ summary }: ShownPlan, l10n: Localizer, numbers: NumberWords): readonly string[] {
  const { services, servicesLeftOut } = summary;
  const lines = services.map(
    ({ service, added, removed }) => `${service}  +${numbers.integer(added)} −${numbers.integer(removed)}`,
  );
  return servicesLeftOut === 0 ? lines : [...lines, l10n.t('and {0} more', numbers.integer(servicesLeftOut))];
}

/** Comments begin with `#` in diffs. */
function comment(text: string): string {
  return text === '' ? '#' : `# ${text.replaceAll('\n', '\n# ')}`;
}
