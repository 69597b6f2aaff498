import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ChangeState } from '../../agent/protocol/changeMessages.ts';
import { shopObjects } from '../integration/apply/shopObjects.ts';
import { SeededRandom } from '../peers/seededRandom.ts';
import { AgentOnNode } from './agentOnNode.ts';
import { startTestNode } from './startTestNode.ts';
import type { TestNode } from './testNode.ts';

const objects = '/root/shop.jsonl';
const applying = ['apply', '--mode', 'ipvs', '--scheduler', 'sh', '--objects', objects, '--yes'] as const;

describe('a change of a node that systemd runs', () => {
  let node: TestNode;
  let agent: AgentOnNode;

  before(async () => {
    node = await startTestNode();
    agent = await AgentOnNode.deliver(node);
    await node.run(['sh', '-c', `cat > ${objects}`], { stdin: shopObjects(new SeededRandom(3)) });
    for (const name of ['ip_vs_sh', 'dummy']) await node.tryRun(['modprobe', '-r', name]);
    await node.run(['sysctl', '-q', '-w', 'net.ipv4.ip_forward=0']);
  });

  after(async () => {
    await node?.stop();
  });

  const shell = async (script: string): Promise<string> => (await node.run(['sh', '-c', script])).toString().trim();
  const loaded = (): Promise<string> => shell(`grep -E '^(ip_vs_sh|dummy) ' /proc/modules | cut -d ' ' -f 1 | sort`);

  it('is refused without what ipvs needs, unless the user lets it be set', async () => {
    const { exitCode, stderr } = await agent.tryRun(...applying);
    assert.equal(exitCode, 1);
    assert.match(stderr, /module ip_vs_sh is not loaded.*module dummy is not loaded/);
    assert.equal(await loaded(), '');
  });

  it('is taken back by a service of its own, also when that is killed', async () => {
    const answer = await agent.run(...applying, '--set-prerequisites', '--confirm-within', '90', '--json');
    const { change } = JSON.parse(answer) as { change: { change: string } };
    const unit = `kube-service-rules-${change.change}.service`;
    assert.notEqual(await shell('ipvsadm -Sn'), '');
    assert.equal(await loaded(), 'dummy\nip_vs_sh');
    assert.equal(await shell('cat /proc/sys/net/ipv4/ip_forward'), '1');

    const timer = await shell(`systemctl show --property MainPID --value ${unit}`);
    assert.match(await shell(`cat /proc/${timer}/cgroup`), new RegExp(`/${unit}$`));
    await node.run(['kill', '-KILL', timer]);
    await shell(`while [ "$(systemctl show --property MainPID --value ${unit})" = ${timer} ]; do sleep 0.2; done`);

    let state: ChangeState;
    do state = JSON.parse(await agent.run('state', '--json')) as ChangeState;
    while (state.latest?.state === 'pending');
    assert.equal(state.latest?.state, 'rolled-back');
    // It goes on until what might have had connections is gone too.
    await shell(`while systemctl is-active --quiet ${unit}; do sleep 0.2; done`);
    assert.equal(await shell('ipset list -n; ip -brief link show type dummy; iptables-save | grep KUBE || true'), '');
    assert.equal(await shell('cat /proc/sys/net/ipv4/ip_forward'), '0');
  });
});
