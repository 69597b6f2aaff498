import assert from 'node:assert/strict';
import type { IptablesDump } from '../../../../agent/ruleset/iptables/document.ts';

const askedOptions = [
  ...[
    '-s',
    '-d',
    '-p',
    '-i',
    '--comment',
    '--dport',
    '--probability',
    '--match-set',
    '--nfacct-name',
    '--name',
    '--set',
  ],
  ...['--rsource', '--exist', '--to-destination', '--log-prefix', '--tcp-flags', '--syn', '--novel'],
];

/** Holds every answer of the index about a rule against the rule parsed in full. */
export function assertIndexAgrees(dump: IptablesDump, index: number): void {
  const rule = dump.rule(index);
  const line = dump.text.slice(rule.span.start, rule.span.end);
  const chain = dump.ruleChain(index);
  assert.equal(chain === -1 ? undefined : dump.chainName(chain), rule.command?.chain?.value, line);
  assert.equal(dump.targetName(index), rule.target?.name, line);
  assert.equal(dump.isGoto(index), rule.target?.kind === 'goto', line);
  const owners = [{ options: rule.parameters }, ...rule.matches, ...(rule.target ? [rule.target] : [])];
  const options = owners.flatMap((owner) => owner.options).sort((a, b) => a.span.start - b.span.start);
  for (const name of askedOptions) {
    const expected = options.find((option) => option.name === name);
    const found = dump.option(index, name);
    assert.equal(found?.value, expected?.values[0]?.value, `${name} of ${line}`);
    assert.equal(found?.negated, expected?.negated, `${name} of ${line}`);
    if (expected?.values[0]) assert.deepEqual(found?.valueSpan, expected.values[0].span, `${name} of ${line}`);
  }
  const counters = rule.counters && { packets: Number(rule.counters.packets), bytes: Number(rule.counters.bytes) };
  assert.deepEqual(dump.ruleCounters(index), counters, line);
}
