import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { cidrContains, parseCidr } from '../../../../agent/model/cidr.ts';
import type { TracedPacket } from '../../../../agent/trace/packet.ts';
import type { Hook, RulePrograms } from '../../../../agent/trace/ruleProgram.ts';
import { caseFolder, caseNames, rawObjects } from '../../../golden/cases.ts';
import { type ExpectedFrontend, type ExpectedPort, expectedPorts } from '../../../golden/oracle/expected.ts';
import { emptyNetwork, surroundings, tracedPacket } from '../iptables/ruleSupport.ts';
import { baseChain, programsOf, verdictText } from './nftSupport.ts';
import { type End, walk } from './walk.ts';

const protocols: Readonly<Record<string, number>> = { TCP: 6, UDP: 17, SCTP: 132 };
const masqueradeMark = 0x4000;

const addresses = {
  ipv4: { pod: '10.244.0.9', outside: '198.51.100.7', node: '192.168.0.2' },
  ipv6: { pod: 'fd00:10:244::9', outside: '2001:db8::7', node: 'fd00:192::2' },
} as const;
type Origin = 'pod' | 'outside';

/** What the rules do with new connections of one kind to a frontend. */
interface Way {
  readonly verdict: string;
  readonly shares: Readonly<Record<string, number>>;
  readonly isMasqueraded: boolean;
}

/** From the objects, as kube-proxy means them. */
function expectedWay(port: ExpectedPort, frontend: ExpectedFrontend, origin: Origin, source: string): Way {
  const isAllowed = frontend.sourceRanges?.some((range) => {
    const cidr = parseCidr(range);
    return cidr !== undefined && cidrContains(cidr, source);
  });
  const none = { shares: {}, isMasqueraded: false };
  if (isAllowed === false) return { verdict: 'drop', ...none };
  if (frontend.verdict !== 'endpoints') return { verdict: frontend.verdict, ...none };
  const isClusterIp = frontend.kind === 'clusterIP';
  // Traffic of pods to an external address does not leave the node, and the policy for external traffic does not count.
  const isLocal = frontend.localOnly === true && (isClusterIp || origin === 'outside');
  const shares = port.endpoints.flatMap(({ address, share, localShare }) => {
    const part = isLocal ? (localShare ?? 0) : share;
    return part > 0 ? [[address, Math.round(part * 1e6)] as const] : [];
  });
  const isMasqueraded = isClusterIp ? origin === 'outside' : frontend.localOnly !== true;
  return { verdict: 'dnat', shares: Object.fromEntries(shares), isMasqueraded };
}

/** What the programs do with them, in the order of the hooks. */
function tracedWay(programs: RulePrograms, packet: TracedPacket, node: string): Way {
  const at = (hook: Hook, chain: string, traced: TracedPacket): End[] =>
    walk(
      baseChain(programs, chain).program,
      traced,
      surroundings({
        hook,
        network: { ...emptyNetwork, addressType: (_, { text }) => (text === node ? 'local' : 'unicast') },
      }),
    );
  const [first] = at('prerouting', 'filter-prerouting-pre-dnat', packet);
  const none = { shares: {}, isMasqueraded: false };
  if (first?.verdict.kind === 'drop') return { verdict: 'drop', ...none };
  const translated = at('prerouting', 'nat-prerouting', packet);
  if (translated.every(({ verdict }) => verdict.kind === 'translate')) {
    const shares: Record<string, number> = {};
    for (const { verdict, probability } of translated) {
      assert.ok(verdict.kind === 'translate');
      const { address, port } = verdict.translation;
      const endpoint = address?.text.includes(':') ? `[${address.text}]:${port}` : `${address?.text}:${port}`;
      shares[endpoint] = Math.round(((shares[endpoint] ?? 0) / 1e6 + probability.toNumber()) * 1e6);
    }
    const marks = new Set(translated.map(({ packet: { mark } }) => mark));
    assert.equal(marks.size, 1);
    return { verdict: 'dnat', shares, isMasqueraded: marks.has(masqueradeMark) };
  }
  const hook = packet.destination.text === node ? 'input' : 'forward';
  const [end] = at(hook, `filter-${hook}`, packet);
  return { verdict: end ? verdictText(end.verdict).replace(/ .*/, '') : 'none', ...none };
}

for (const name of caseNames) {
  for (const file of ['nft.txt', 'nft.json']) {
    describe(`${name}/${file}`, () => {
      const programs = programsOf(readFileSync(join(caseFolder(name, 'nftables'), file), 'utf8'));
      for (const origin of ['pod', 'outside'] as const) {
        it(`leads packets from ${origin} where the Services say`, () => {
          let asked = 0;
          for (const port of expectedPorts(rawObjects(name), 'nftables')) {
            const protocol = protocols[port.port.split('/')[2] ?? ''] ?? 0;
            for (const frontend of port.frontends) {
              const [ip = '', number = ''] = frontend.address.split(' ');
              const isIpv6 = ip.includes(':') || (ip === '*' && name.endsWith('ipv6'));
              const { node, ...sources } = addresses[isIpv6 ? 'ipv6' : 'ipv4'];
              const packet = tracedPacket({
                source: sources[origin],
                destination: ip === '*' ? node : ip,
                destinationPort: Number(number),
                protocol,
              });
              const expected = expectedWay(port, frontend, origin, sources[origin]);
              // Without endpoints for traffic from outside, what pods get depends on the others.
              if (expected.verdict === 'drop' && origin === 'pod' && frontend.localOnly === true) continue;
              assert.deepEqual(tracedWay(programs, packet, node), expected, `${port.port} ${frontend.address}`);
              asked++;
            }
          }
          assert.ok(asked > 0);
        });
      }
    });
  }
}
