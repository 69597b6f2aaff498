import type { Wordings } from './codedMessage.ts';

/** What the iptables parser reports. */
export const iptablesProblemTexts: Wordings = {
  'binary-content': (args, l10n) =>
    l10n.t('The text contains control characters ({count} of them): it is not only text.', args),
  'byte-order-mark': (args, l10n) =>
    l10n.t('The text starts with a byte order mark, which iptables-restore does not accept.', args),
  'unknown-line': (args, l10n) => l10n.t('Not a table, chain, rule, COMMIT or comment ({lines} lines).', args),
  'line-too-long': (args, l10n) =>
    l10n.t('The line has {length} characters; iptables-restore reads at most 10,238 as one line.', args),
  'incompatible-table': (args, l10n) =>
    l10n.t('Table {table} has rules that only the nft tool can show: they are missing here.', args),
  'legacy-tables-present': (args, l10n) =>
    l10n.t('The node also has legacy iptables rules, which are missing here.', args),
  'table-without-name': (args, l10n) => l10n.t('A table line without a name.', args),
  'missing-commit': (args, l10n) =>
    l10n.t('Table {table} does not end with COMMIT: the dump may have been cut off.', args),
  'commit-without-table': (args, l10n) => l10n.t('COMMIT stands outside of any table.', args),
  'outside-table': (args, l10n) => l10n.t('Chains or rules stand outside of any table ({lines} lines).', args),
  'malformed-chain': (args, l10n) => l10n.t('Malformed chain line: expected ":NAME POLICY [packets:bytes]".', args),
  'duplicate-chain': (args, l10n) =>
    l10n.t('Chain {chain} is declared twice in the same section of table {table}.', args),
  'repeated-table': (args, l10n) =>
    l10n.t(
      'Table {table} was there before: these are several dumps, whose rules are shown together. iptables-restore keeps only the last.',
      args,
    ),
  'policy-on-user-chain': (args, l10n) =>
    l10n.t('Chain {chain} has a policy, but only built-in chains of {table} can have one.', args),
  'undeclared-chain': (args, l10n) => l10n.t('Chain {chain} is not declared in table {table}.', args),
  'missing-target-chain': (args, l10n) =>
    Number(args['references']) === 1
      ? l10n.t('Chain {chain} is not declared in table {table}, but a rule jumps to it.', args)
      : l10n.t(
          'Chain {chain} is not declared in table {table}, but {references} rules jump to it; this is the first.',
          args,
        ),
  'malformed-counters': (args, l10n) => l10n.t('Malformed counters: expected "[packets:bytes]".', args),
  'unterminated-quote': (args, l10n) => l10n.t('The quote is not closed before the end of the line.', args),
  'missing-command': (args, l10n) => l10n.t('The line has options but no command such as -A CHAIN.', args),
  'several-commands': (args, l10n) => l10n.t('The line has more than one command.', args),
  'several-targets': (args, l10n) => l10n.t('The rule has more than one target.', args),
  'missing-value': (args, l10n) => l10n.t('Option {option} needs {expected} value(s), but has {found}.', args),
  'unexpected-value': (args, l10n) => l10n.t('Option {option} takes no value.', args),
  'unexpected-word': (args, l10n) => l10n.t('"{word}" is neither an option nor the value of one.', args),
  'unexpected-negation': (args, l10n) => l10n.t('Nothing that can be negated follows the "!".', args),
  'not-negatable': (args, l10n) => l10n.t('Option {option} cannot be negated.', args),
  'unknown-match': (args, l10n) =>
    l10n.t('iptables 1.8 ships no match {match}; its options are kept as they are.', args),
  'unknown-option': (args, l10n) => l10n.t('Option {option} is not known for {owner}; it is kept as it is.', args),
  'unsupported-revision': (args, l10n) =>
    l10n.t('iptables-save could not print all of {owner}: its revision is unsupported.', args),
};
