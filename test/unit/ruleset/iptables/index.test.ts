import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIptablesSave } from '../../../../agent/ruleset/iptables/parse.ts';
import { assertIndexAgrees } from './indexAgreement.ts';

/** Lines on which a search for `-j` or for an option could be led astray, with their true target. */
const misleading: readonly (readonly [string, string | undefined])[] = [
  ['-A X', undefined],
  ['-A X -m comment --comment -j', undefined],
  ['-A X -m comment --comment -g', undefined],
  ['-A X -m comment --comment -j foo', undefined],
  ['-A X -m comment --comment -j -j foo', 'foo'],
  ['-A X -m comment --comment "-j DROP" -j ACCEPT', 'ACCEPT'],
  ['-A X -m comment --comment "see -j DROP" -g ACCEPT', 'ACCEPT'],
  ['-A X -m comment --comment "ends with \\\\" -j ACCEPT', 'ACCEPT'],
  ['-A X -m comment --comment "say \\" -j DROP \\" ok" -j ACCEPT', 'ACCEPT'],
  ['-A X -m comment --comment "say \\" -j DROP"', undefined],
  ['-A X -m comment --comment "open -j DROP', undefined],
  ['-A X -m comment --comment ab"c -j d" -j ACCEPT', 'ACCEPT'],
  ['-A X -m comment --comment "a"-j DROP', 'DROP'],
  ['-A X "-j" DROP', 'DROP'],
  ['-A X "-p" tcp "--dport" 80 -j DROP', 'DROP'],
  ['-A X -j LOG --log-prefix -j', 'LOG'],
  ['-A X -j LOG --log-prefix "x -j DROP"', 'LOG'],
  ['-A X -jDROP', 'DROP'],
  ['-A X --jump DROP', 'DROP'],
  ['-A X --jump=DROP', 'DROP'],
  ['-A X --goto Y', 'Y'],
  ['-A X --got Y', 'Y'],
  ['-A X ! -j DROP', 'DROP'],
  ['-A X -j', undefined],
  ['-A X  -j  DROP', 'DROP'],
  ['-A X\t-j\tDROP', 'DROP'],
  ['-A X -j "DROP"', 'DROP'],
  ['-A X -j DROP -j ACCEPT', 'DROP'],
  ['-A X -j -g', '-g'],
  ['-A X -m owner --gid-owner 5 -j DROP', 'DROP'],
  ['-A X -m comment --comment project-j -j k-g', 'k-g'],
  ['-A X -m comment --comment x-j -g y', 'y'],
  ['-A "X" -j DROP', 'DROP'],
  ['-AX -j DROP', 'DROP'],
  ['-j DROP -A X', 'DROP'],
  ['[5:6] -A X -j DROP', 'DROP'],
  ['[5:6]-A X -j DROP', 'DROP'],
  ['[5:] -A X -j DROP', 'DROP'],
  ['-A X -c 5 6 -j DROP', 'DROP'],
  ['-A X -m comment --comment --dport -p tcp -m tcp --dport 80 -j DROP', 'DROP'],
  ['-A X -m comment --comment "--dport 1" -p tcp -m tcp --dport 80 -j DROP', 'DROP'],
  ['-A X -m comment --comment "x --dport 1" -p tcp -m tcp ! --dport 80 -j DROP', 'DROP'],
  ['-A X -p tcp --destination-port=80 -j DROP', 'DROP'],
  ['-A X -p tcp -m tcp --dport ! 80 -j DROP', 'DROP'],
  ['-A X -p tcp -m tcp --dpo 80 -j DROP', 'DROP'],
  ['-A X -p tcp -m tcp --dport', undefined],
  ['-A X -d1.2.3.4 --source 5.6.7.8 -j DROP', 'DROP'],
  ['-A X -m comment --comment -d -d 1.2.3.4 -j DROP', 'DROP'],
  ['-A X -m comment --comment -d 1.2.3.4 -j DROP', 'DROP'],
  ['-A X -m comment --comment !d -d 1.2.3.4 -j DROP', 'DROP'],
  [
    '-A X -m recent --set --name KUBE-SEP-X --mask 255.255.255.255 --rsource -j DNAT --to-destination 1.2.3.4:80',
    'DNAT',
  ],
  ['-A X -m recent --rcheck --reap --name a --rsource -j Y', 'Y'],
  ['-A X -m set --set s src -j DROP', 'DROP'],
  ['-A X -m novel --novel a b --more -j DROP', 'DROP'],
  ['-A X -m tcp --tcp-flags SYN,ACK SYN --syn -j SET --add-set s src --exist', 'SET'],
  ['-I X 2 -j DROP', 'DROP'],
  ['-A -j -j DROP', 'DROP'],
  ['-A X -j D\0ROP', 'D\0ROP'],
];

const lineEnds = ['\n', '\r\n', ' \n'];

for (const [line, target] of misleading) {
  test(`index and full parse agree on: ${line.replaceAll('\0', '<NUL>')}`, () => {
    for (const lineEnd of lineEnds) {
      // Rules around it show whether the scan finds its way back.
      const dump = parseIptablesSave(
        `*nat${lineEnd}-A X -j A${lineEnd}${line}${lineEnd}-A X -g B${lineEnd}COMMIT${lineEnd}`,
      );
      assert.equal(dump.ruleCount, 3);
      assert.equal(dump.targetName(1), target);
      for (let index = 0; index < dump.ruleCount; index++) assertIndexAgrees(dump, index);
      assert.equal(dump.targetName(2), 'B');
    }
  });
}

test('many more chains than the size of the text suggests', () => {
  const names = Array.from({ length: 5000 }, (_, at) => at.toString(36));
  const body = `${names.map((name) => `:${name} - [0:0]`).join('\n')}\n${names.map((name) => `-A ${name} -j 0`).join('\n')}`;
  const dump = parseIptablesSave(`*filter\n${body}\nCOMMIT\n*nat\n${body}\nCOMMIT\n`);
  assert.deepEqual(dump.problems, []);
  assert.equal(dump.chainCount, 10_000);
  names.forEach((name, at) => {
    for (const table of [0, 1]) {
      const chain = table * 5000 + at;
      assert.equal(dump.findChain(table, name), chain);
      assert.equal(dump.chainName(chain), name);
      assert.deepEqual([...dump.chainRules(chain)], [chain]);
    }
  });
  assert.equal(dump.chainReferences(0).length, 5000);
  assert.equal(dump.chainReferences(5000).length, 5000);
});
