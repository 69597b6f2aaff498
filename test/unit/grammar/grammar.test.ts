import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { loadTokenizer, scoped } from './tokenize.ts';

const golden = (path: string): string => readFileSync(new URL(`../../golden/data/${path}`, import.meta.url), 'utf8');

/** The first lines of recorded dumps that hold `words`, one each. */
const recorded: readonly { readonly language: string; readonly file: string; readonly words: readonly string[] }[] = [
  {
    language: 'iptables-save',
    file: 'random-1/iptables/iptables-save.txt',
    words: ['# Generated', '*nat', ':KUBE-SERVICES', '--probability', '-j DNAT', '-j REJECT', '--ctstate', 'COMMIT'],
  },
  { language: 'iptables-save', file: 'random-4-ipv6/iptables/ip6tables-save.txt', words: ['-j DNAT', '--dport'] },
  { language: 'iptables-save', file: 'random-1/ipvs/iptables-save.txt', words: ['--match-set'] },
  {
    language: 'ipset-save',
    file: 'random-1/ipvs/ipset-save.txt',
    words: ['create KUBE-CLUSTER-IP', 'add KUBE-CLUSTER-IP'],
  },
  { language: 'ipvsadm-save', file: 'random-4-ipv6/ipvs/ipvsadm-save.txt', words: ['-A ', '-a '] },
  { language: 'ipvsadm-save', file: 'random-1/ipvs/ipvsadm-stats.txt', words: ['IP Virtual', 'TCP ', '  -> 1'] },
  {
    language: 'nftables',
    file: 'random-1/nftables/nft.txt',
    words: ['table ip', 'type filter hook', 'vmap', 'numgen', 'dnat', 'chain service-'],
  },
];

/** Lines that kube-proxy does not write, but iptables-save does. */
const written: readonly { readonly language: string; readonly line: string }[] = [
  {
    language: 'iptables-save',
    line: '[12:3456] -A INPUT ! -s 10.0.0.0/8 -i eth+ -m comment --comment "say \\"hi\\" now" -j LOG',
  },
  { language: 'iptables-save', line: '-A INPUT -m mark --mark 0x4000/0x4000 -g OTHER' },
  { language: 'iptables-save', line: '-A "odd chain" -p tcp -m multiport --dports 80,443,8000:8010' },
  { language: 'iptables-save', line: 'this is no rule' },
  { language: 'ipset-save', line: 'add s 2001:db8::1,udp:53 timeout 10 comment "a, b"' },
  { language: 'ipvsadm-save', line: '-A -f 7 -s rr -p 300' },
];

describe('grammars', () => {
  for (const { language, file, words } of recorded) {
    it(`colours ${file}`, async (test) => {
      const tokenize = await loadTokenizer(language);
      const text = golden(file);
      const lines = text.split('\n');
      const tokens = tokenize(text);
      for (const word of words) {
        const at = lines.findIndex((line) => line.includes(word));
        assert.notEqual(at, -1, `${file} has no ${word}`);
        test.assert.snapshot({ line: lines[at], scopes: scoped(tokens[at] ?? []) });
      }
      assert.deepEqual(
        tokens.flat().filter((token) => token.scope.startsWith('invalid')),
        [],
      );
    });
  }

  for (const { language, line } of written) {
    it(`colours ${line}`, async (test) => {
      const tokenize = await loadTokenizer(language);
      test.assert.snapshot({ line, scopes: scoped(tokenize(line)[0] ?? []) });
    });
  }

  it('colours a line of 40,000 characters in time', async () => {
    const tokenize = await loadTokenizer('iptables-save');
    const [tokens] = tokenize(`-A INPUT -m comment --comment "${'x'.repeat(40_000)}" -j ACCEPT`);
    assert.equal(tokens?.at(-1)?.scope, 'keyword.control.verdict');
  });
});
