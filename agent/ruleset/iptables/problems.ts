import type { Span } from '../common/position.ts';
import type { RulesetProblem, Severity } from '../common/problem.ts';

type Args = RulesetProblem['args'];

interface ProblemKind {
  readonly severity: Severity;
  readonly message: (args: Args) => string;
}

function kind(severity: Severity, message: string): ProblemKind {
  return { severity, message: (args) => message.replace(/\{(\w+)\}/g, (_, key: string) => String(args[key] ?? '')) };
}

/** Every problem that the iptables parser reports, by its code. */
const problemKinds = {
  'binary-content': kind('error', 'The text contains control characters ({count} of them): it is not only text.'),
  'byte-order-mark': kind('warning', 'The text starts with a byte order mark, which iptables-restore does not accept.'),
  'unknown-line': kind('error', 'Not a table, chain, rule, COMMIT or comment ({lines} lines).'),
  'line-too-long': kind(
    'warning',
    'The line has {length} characters; iptables-restore reads at most 10,238 as one line.',
  ),
  'incompatible-table': kind(
    'warning',
    'Table {table} has rules that only the nft tool can show: they are missing here.',
  ),
  'legacy-tables-present': kind('warning', 'The node also has legacy iptables rules, which are missing here.'),
  'table-without-name': kind('error', 'A table line without a name.'),
  'missing-commit': kind('error', 'Table {table} does not end with COMMIT: the dump may have been cut off.'),
  'commit-without-table': kind('error', 'COMMIT stands outside of any table.'),
  'outside-table': kind('warning', 'Chains or rules stand outside of any table ({lines} lines).'),
  'malformed-chain': kind('error', 'Malformed chain line: expected ":NAME POLICY [packets:bytes]".'),
  'duplicate-chain': kind('warning', 'Chain {chain} is declared twice in the same section of table {table}.'),
  'repeated-table': kind(
    'warning',
    'Table {table} was there before: these are several dumps, whose rules are shown together. iptables-restore keeps only the last.',
  ),
  'policy-on-user-chain': kind(
    'warning',
    'Chain {chain} has a policy, but only built-in chains of {table} can have one.',
  ),
  'undeclared-chain': kind('warning', 'Chain {chain} is not declared in table {table}.'),
  'missing-target-chain': kind(
    'warning',
    'Chain {chain} is not declared in table {table}, but {references} rule(s) jump to it; this is the first.',
  ),
  'malformed-counters': kind('error', 'Malformed counters: expected "[packets:bytes]".'),
  'unterminated-quote': kind('error', 'The quote is not closed before the end of the line.'),
  'missing-command': kind('error', 'The line has options but no command such as -A CHAIN.'),
  'several-commands': kind('error', 'The line has more than one command.'),
  'several-targets': kind('error', 'The rule has more than one target.'),
  'missing-value': kind('error', 'Option {option} needs {expected} value(s), but has {found}.'),
  'unexpected-value': kind('error', 'Option {option} takes no value.'),
  'unexpected-word': kind('error', '"{word}" is neither an option nor the value of one.'),
  'unexpected-negation': kind('error', 'Nothing that can be negated follows the "!".'),
  'not-negatable': kind('warning', 'Option {option} cannot be negated.'),
  'unknown-match': kind('information', 'iptables 1.8 ships no match {match}; its options are kept as they are.'),
  'unknown-option': kind('information', 'Option {option} is not known for {owner}; it is kept as it is.'),
  'unsupported-revision': kind('warning', 'iptables-save could not print all of {owner}: its revision is unsupported.'),
} as const satisfies Record<string, ProblemKind>;

export type IptablesProblemCode = keyof typeof problemKinds;

/** Makes the problem of that code; `args` are the values that its message names. */
export function problem(code: IptablesProblemCode, span: Span, args: Args = {}): RulesetProblem {
  const { severity, message } = problemKinds[code];
  return { code, severity, message: message(args), args, span };
}
