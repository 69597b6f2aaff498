import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { surroundings, tracedPacket } from '../iptables/ruleSupport.ts';
import { chainOf } from './nftSupport.ts';

/** Rules as third parties write them, one below the other. */
const rules = Array.from({ length: 400 }, (_, at) => {
  switch (at % 8) {
    case 0:
      return `ip daddr 10.96.0.${at % 200} tcp dport ${80 + (at % 3)} accept`;
    case 1:
      return `ip saddr 10.244.0.${at % 50} drop`;
    case 2:
      return `tcp dport { ${at}, ${at + 1} } accept`;
    case 3:
      return `ip daddr 10.96.0.0/${16 + (at % 16)} accept`;
    case 4:
      return `meta mark set 0x${at} ip daddr 10.96.0.${at % 200} drop`;
    case 5:
      return `ip daddr != 10.96.0.${at % 200} accept`;
    case 6:
      return `counter ip daddr { 10.96.0.${at % 200}, 10.96.1.0/24 } drop`;
    default:
      return `th dport ${at} accept`;
  }
}).join('\n');

describe('a long chain', () => {
  const chain = chainOf(rules);

  const packets = [
    ...Array.from({ length: 60 }, (_, at) =>
      tracedPacket({ destination: `10.96.0.${at * 3}`, source: `10.244.0.${at}`, destinationPort: 80 + at }),
    ),
    tracedPacket({ protocol: 1, sourcePort: undefined, destinationPort: undefined, tcpFlags: [] }),
  ];

  it('leaves out only rules that do not match', () => {
    let left = 0;
    for (const packet of packets) {
      let position = 0;
      while (position <= chain.ruleCount) {
        const candidate = chain.candidate(position, packet);
        assert.ok(candidate >= position);
        for (let between = position; between < candidate; between++) {
          left++;
          assert.equal(chain.ask(between, packet, surroundings()), undefined, chain.ruleText(between));
        }
        position = candidate + 1;
      }
    }
    assert.ok(left > 1000, 'rules are left out');
  });

  it('ends behind its last rule', () => {
    const [packet = tracedPacket()] = packets;
    assert.equal(chain.candidate(chain.ruleCount, packet), chain.ruleCount);
    assert.equal(chain.ask(chain.ruleCount, packet, surroundings()), undefined);
    assert.equal(chain.ruleText(chain.ruleCount), '');
  });
});
