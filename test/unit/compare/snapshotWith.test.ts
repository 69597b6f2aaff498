import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { snapshotWith } from '../../../agent/compare/snapshotWith.ts';
import { compileRules } from '../../../agent/compile/compileRules.ts';
import type { ProxyOptions } from '../../../agent/compile/proxyOptions.ts';
import { parseSnapshot } from '../../../agent/interpret/parseSnapshot.ts';
import type { ServiceRules } from '../../../agent/model/serviceRules.ts';
import type { PartKind, Snapshot } from '../../../agent/model/snapshot.ts';
import { noRules } from '../../../agent/plan/noRules.ts';
import { readServiceRules } from '../../../agent/plan/readServiceRules.ts';
import { ruleDifferences } from '../../../agent/plan/ruleDifferences.ts';
import { goldenSnapshot } from '../../fakes/goldenSnapshot.ts';
import { partWith, snapshotOf } from '../../fakes/models.ts';
import { caseNames, recordedModes } from '../../golden/cases.ts';
import { recordedObjects, recordedOptions } from '../../golden/compileInput.ts';

function partText({ parts }: Snapshot, kind: PartKind): string {
  return parts.find((part) => part.kind === kind)?.text ?? '';
}

/** The recorded cases have rules of one family. */
function optionsOf(name: string): ProxyOptions {
  const family = name.endsWith('ipv6') ? 'ipv6' : 'ipv4';
  return { ...recordedOptions, nodeIps: new Map([[family, recordedOptions.nodeIps.get(family) ?? '']]) };
}

/** Which backend the rules go into is not looked at. */
function inBackend({ families, sysctls }: ServiceRules): ServiceRules {
  const each = [...families].map(
    ([family, rules]) => [family, { ...rules, iptables: { ...rules.iptables, backend: undefined } }] as const,
  );
  return { families: new Map(each), sysctls };
}

function asCompiled(
  snapshot: Snapshot,
  name: string,
  mode: (typeof recordedModes)[number],
  options = optionsOf(name),
): Snapshot {
  return snapshotWith(parseSnapshot(snapshot), compileRules(recordedObjects(name), options, mode));
}

describe('a snapshot with other rules', () => {
  for (const name of caseNames) {
    for (const from of recordedModes) {
      for (const to of recordedModes) {
        it(`of ${name} from ${from} has those of ${to} and no others`, () => {
          const rules = compileRules(recordedObjects(name), optionsOf(name), to);
          const made = snapshotWith(parseSnapshot(goldenSnapshot(name, from)), rules);
          const { rules: read } = readServiceRules(made, { families: [...rules.families.keys()] });
          assert.equal(ruleDifferences(inBackend(rules), inBackend(read)), 0);
        });
      }
    }
  }

  const others = `*filter
:INPUT DROP [1:60]
:FORWARD ACCEPT [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER-USER - [0:0]
:KUBE-FIREWALL - [0:0]
:KUBE-FORWARD - [0:0]
-A INPUT -p tcp --dport 22 -j ACCEPT
[3:180] -A FORWARD -j DOCKER-USER
[5:300] -A FORWARD -m comment --comment "kubernetes forwarding rules" -j KUBE-FORWARD
-A FORWARD -i docker0 -j ACCEPT
-A OUTPUT -j KUBE-FIREWALL
-A DOCKER-USER -j RETURN
-A KUBE-FIREWALL -j DROP
-A KUBE-FORWARD -j ACCEPT
COMMIT
`;

  it('leaves what others wrote where it is', () => {
    const snapshot = snapshotOf(
      partWith('iptables-save', 'iptables-save', others, { family: 'ipv4', backend: 'legacy' }),
    );
    const text = partText(asCompiled(snapshot, 'classic', 'iptables'), 'iptables-save');
    const rules = text.split('\n').filter((line) => /^-A (INPUT|FORWARD|DOCKER-USER)|^\[/.test(line));
    const shown = rules.map((rule) => rule.replace(/^(?:\[\d+:\d+\] )?-A (\w[\w-]*) .*-j (\S+).*$/, '$1 $2'));
    assert.deepEqual(shown, [
      'INPUT KUBE-FIREWALL',
      'INPUT KUBE-PROXY-FIREWALL',
      'INPUT KUBE-NODEPORTS',
      'INPUT KUBE-EXTERNAL-SERVICES',
      'INPUT ACCEPT',
      'FORWARD DOCKER-USER',
      'FORWARD KUBE-PROXY-FIREWALL',
      'FORWARD KUBE-FORWARD',
      'FORWARD KUBE-SERVICES',
      'FORWARD KUBE-EXTERNAL-SERVICES',
      'FORWARD ACCEPT',
      'DOCKER-USER RETURN',
    ]);
    assert.match(text, /^:INPUT DROP \[1:60\]$/m);
    assert.match(text, /^:PREROUTING ACCEPT \[0:0\]$/m);
  });

  it('takes everything of kube-proxy out, and nothing else', () => {
    const snapshot = snapshotOf(
      partWith('iptables-save', 'iptables-save', others, { family: 'ipv4', backend: 'legacy' }),
      partWith('ipset-save', 'ipset-save', 'create mine hash:ip\nadd mine 10.0.0.1\ncreate KUBE-IPVS-IPS hash:ip\n'),
      partWith(
        'ipvsadm-save',
        'ipvsadm-save',
        '-A -t 10.96.0.1:443 -s rr\n-a -t 10.96.0.1:443 -r 10.0.0.1:6443 -m -w 1\n-A -t 192.0.2.1:80 -s rr\n',
      ),
      partWith('nft.txt', 'nft-text', 'table inet mine {\n}\ntable ip kube-proxy {\n\tchain a {\n\t}\n}\n'),
      partWith('nft.json', 'nft-json', '{"nftables":[{"table":{"family":"ip","name":"kube-proxy"}}]}'),
      partWith(
        'addresses.json',
        'addresses',
        '[{"ifname":"lo"},{"ifname":"kube-ipvs0","addr_info":[{"family":"inet","local":"10.96.0.1","prefixlen":32}]}]',
      ),
      partWith(
        'routes.json',
        'routes',
        '[{"dst":"default","dev":"eth0"},{"type":"local","dst":"10.96.0.1","dev":"kube-ipvs0","table":"local"}]',
        { family: 'ipv4' },
      ),
    );
    const bare = snapshotWith(parseSnapshot(snapshot), noRules(['ipv4', 'ipv6'], undefined));
    assert.doesNotMatch(partText(bare, 'iptables-save'), /KUBE/);
    assert.match(partText(bare, 'iptables-save'), /-A FORWARD -i docker0 -j ACCEPT/);
    assert.equal(partText(bare, 'ipset-save'), 'create mine hash:ip\nadd mine 10.0.0.1\n');
    assert.equal(partText(bare, 'ipvsadm-save'), '-A -t 192.0.2.1:80 -s rr\n');
    assert.equal(partText(bare, 'nft-text'), 'table inet mine {\n}\n');
    assert.equal(partText(bare, 'nft-json'), '');
    assert.equal(partText(bare, 'addresses'), '[{"ifname":"lo"}]');
    assert.equal(partText(bare, 'routes'), '[{"dst":"default","dev":"eth0"}]');
  });

  it('sets what the mode needs, and leaves other settings', () => {
    const sysctls = 'net.ipv4.ip_forward = 0\nnet.ipv4.conf.all.rp_filter = 2\n';
    const made = asCompiled(snapshotOf(partWith('sysctls', 'sysctls', sysctls)), 'classic', 'ipvs');
    const lines = partText(made, 'sysctls').split('\n');
    assert.ok(lines.includes('net.ipv4.ip_forward = 1'));
    assert.ok(lines.includes('net.ipv4.vs.conntrack = 1'));
    assert.ok(lines.includes('net.ipv4.conf.all.rp_filter = 2'));
    assert.ok(!lines.includes('net.ipv4.ip_forward = 0'));
  });

  it('gives the addresses on kube-ipvs0 their routes', () => {
    const made = asCompiled(
      snapshotOf(
        partWith('addresses.json', 'addresses', '[{"ifname":"lo"}]'),
        partWith('routes.json', 'routes', '[{"dst":"default","dev":"eth0"}]', { family: 'ipv4' }),
      ),
      'classic',
      'ipvs',
    );
    assert.match(partText(made, 'addresses'), /"local":"10\.96\.0\.10","prefixlen":32/);
    assert.match(partText(made, 'routes'), /"type":"local","dst":"10\.96\.0\.10","dev":"kube-ipvs0","table":"local"/);
  });

  it('separates what one file holds of both families', () => {
    const both = ['iptables', 'ip6tables']
      .map(
        (tool) =>
          `# Generated by ${tool}-save v1.8.9 on Sat Nov 21 12:50:36 2026\n*raw\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n`,
      )
      .join('');
    const made = asCompiled(
      snapshotOf(partWith('all.txt', 'iptables-save', both)),
      'classic',
      'iptables',
      recordedOptions,
    );
    const saves = made.parts.filter(({ kind }) => kind === 'iptables-save');
    assert.deepEqual(
      saves.map(({ family, backend }) => [family, backend]),
      [
        ['ipv4', 'legacy'],
        ['ipv6', 'legacy'],
      ],
    );
    assert.match(saves[0]?.text ?? '', /10\.96\.0\.10/);
    assert.doesNotMatch(saves[1]?.text ?? '', /10\.96\.0\.10/);
    assert.match(saves[1]?.text ?? '', /KUBE-SERVICES/);
  });
});
