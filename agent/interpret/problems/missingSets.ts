import type { ModelProblem } from '../../model/nodeModel.ts';
import type { IptablesDump } from '../../ruleset/iptables/document.ts';
import type { Locator } from '../locator.ts';
import { isWholePart } from '../wholePart.ts';
import type { ProblemSearch } from './problemContext.ts';

/** `-m set --match-set NAME`, `-j SET --add-set NAME`, `--del-set NAME`, `--map-set NAME`. */
const setOptions = ['--match-set', '--add-set', '--del-set', '--map-set'] as const;

/** Rules that name an ipset which is not in the snapshot, once for each set. */
export const findMissingSets: ProblemSearch = ({ parsed }) => {
  // Without all sets of the node nothing can be said.
  if (parsed.ipsets.length === 0 || !parsed.ipsets.every(({ part }) => isWholePart(part))) return [];
  const made = new Set(parsed.ipsets.flatMap(({ document }) => document.sets.map(({ name }) => name)));
  const reported = new Set<string>();
  const problems: ModelProblem[] = [];
  for (const { document, locator } of parsed.iptables) {
    for (const { set, line } of setReferences(document)) {
      if (made.has(set) || reported.has(set)) continue;
      reported.add(set);
      problems.push(missingSet(set, line, locator));
    }
  }
  return problems;
};

/** Finds the rules that name sets by searching the text: asking each rule would take a second on a large node. */
function setReferences(dump: IptablesDump): { set: string; line: number }[] {
  const found: { set: string; line: number }[] = [];
  let lastLine = -1;
  for (let at = dump.text.indexOf('-set '); at !== -1; at = dump.text.indexOf('-set ', at + 1)) {
    const { line } = dump.positionAt(at);
    const rule = dump.ruleOnLine(line);
    if (rule === undefined || line === lastLine) continue;
    lastLine = line;
    for (const option of setOptions) {
      const value = dump.option(rule, option)?.value;
      if (value !== undefined) found.push({ set: value, line });
    }
  }
  return found;
}

function missingSet(set: string, line: number, locator: Locator): ModelProblem {
  return {
    code: 'missing-set',
    severity: 'error',
    message: `The rule names the set ${set}, which does not exist on the node.`,
    args: { set },
    location: locator.line(line),
  };
}
