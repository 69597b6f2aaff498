import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Snapshot } from '../../agent/model/snapshot.ts';
import { collectSnapshot } from '../../agent/node/collectSnapshot.ts';
import { MachineOverSsh } from './machineOverSsh.ts';
import { startTestNode } from './startTestNode.ts';
import type { TestNode } from './testNode.ts';

describe('reading a kernel that loads modules', () => {
  let node: TestNode;
  let machine: MachineOverSsh;

  before(async () => {
    node = await startTestNode();
    machine = await MachineOverSsh.of(node);
  });

  after(async () => {
    await node?.stop();
  });

  const modules = async (): Promise<string[]> => {
    const lines = (await node.run(['cat', '/proc/modules'])).toString().trim().split('\n');
    return lines.map((line) => line.split(' ')[0] ?? '').sort();
  };
  const statusOf = (snapshot: Snapshot, id: string): string | undefined => {
    const part = snapshot.parts.find((each) => each.id === id);
    return part?.reason?.code ?? part?.status;
  };
  /** Modules before those that need them; what is not loaded is passed over. */
  const unloadable = [
    ...['ip_vs_lc', 'ip_vs_rr', 'ip_vs_sh', 'ip_vs_wrr', 'ip_vs', 'xt_set', 'ip_set'],
    ...['iptable_nat', 'iptable_filter', 'iptable_mangle', 'ip_tables', 'nft_compat', 'nf_tables'],
  ];

  it('loads none of them', async () => {
    for (const name of unloadable) await node.tryRun(['modprobe', '-r', name]);
    const clean = await modules();
    assert.deepEqual(
      clean.filter((name) => unloadable.includes(name)),
      [],
    );
    const snapshot = await collectSnapshot(machine);
    assert.deepEqual(await modules(), clean);
    for (const id of ['iptables-save', 'iptables-legacy-save', 'ipset-save', 'ipvsadm-save', 'nft.txt', 'nft.json']) {
      assert.equal(statusOf(snapshot, id), 'not-in-use', id);
    }
  });

  it('reads ipvs, sets and both backends of iptables when they are in use', async () => {
    await node.run(['ipvsadm', '-A', '-t', '10.96.0.10:80', '-s', 'rr']);
    await node.run(['ipset', 'create', 'KUBE-CLUSTER-IP', 'hash:ip,port']);
    await node.run(['iptables-nft', '-t', 'nat', '-N', 'KUBE-SERVICES']);
    await node.run(['iptables-legacy', '-t', 'nat', '-N', 'KUBE-SERVICES']);
    const before = await modules();
    const snapshot = await collectSnapshot(machine);
    assert.deepEqual(await modules(), before);
    const text = (id: string) => snapshot.parts.find((part) => part.id === id)?.text ?? '';
    assert.equal(text('ipvsadm-save'), '-A -t 10.96.0.10:80 -s rr\n');
    assert.match(text('ipvsadm-stats'), /TCP {2}10\.96\.0\.10:80/);
    assert.match(text('ipvsadm-timeouts'), /^Timeout \(tcp tcpfin udp\): /);
    assert.match(text('ipset-save'), /^create KUBE-CLUSTER-IP hash:ip,port /);
    assert.match(text('sysctls'), /^net\.ipv4\.vs\.conntrack = [01]$/m);
    for (const id of ['iptables-save', 'iptables-legacy-save']) assert.match(text(id), /:KUBE-SERVICES - \[0:0\]/, id);
    assert.equal(statusOf(snapshot, 'nft.txt'), 'shown-by-iptables');
  });
});
