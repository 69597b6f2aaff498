import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findNodeIps, readKernelFacts } from '../../../../agent/node/change/nodeFacts.ts';
import { FakeChangeableMachine } from '../../../fakes/fakeChanges.ts';

const addresses = [
  { ifname: 'lo', addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8 }] },
  {
    ifname: 'eth0',
    addr_info: [
      { family: 'inet', local: '10.0.0.5', prefixlen: 24 },
      { family: 'inet6', local: 'fe80::1', prefixlen: 64 },
      { family: 'inet6', local: 'fd00::5', prefixlen: 64 },
    ],
  },
  { ifname: 'kube-ipvs0', addr_info: [{ family: 'inet', local: '10.96.0.1', prefixlen: 32 }] },
  { ifname: 'eth1' },
];

function node(): FakeChangeableMachine {
  const machine = new FakeChangeableMachine();
  machine.programs.set('ip -j addr', { stdout: JSON.stringify(addresses) });
  machine.programs.set('iptables --version', { stdout: 'iptables v1.8.9 (nf_tables)\n' });
  machine.files.set('/proc/modules', '');
  return machine;
}

const eth0 = [
  { ip: '10.0.0.5', prefixLength: 24, interfaceName: 'eth0' },
  { ip: 'fe80::1', prefixLength: 64, interfaceName: 'eth0' },
  { ip: 'fd00::5', prefixLength: 64, interfaceName: 'eth0' },
];

describe('readKernelFacts', () => {
  it("gives the node's addresses without those of kube-ipvs0", async () => {
    const facts = await readKernelFacts(node());
    assert.deepEqual(facts.addresses, [{ ip: '127.0.0.1', prefixLength: 8, interfaceName: 'lo' }, ...eth0]);
    assert.equal(facts.conntrackTcpLiberal, false);
    assert.deepEqual([...facts.nfacctCounters], []);
  });

  const versions: readonly [string, boolean][] = [
    ['iptables v1.8.9 (nf_tables)', true],
    ['iptables v1.6.2', true],
    ['iptables v1.6.1', false],
    ['iptables v1.4.21', false],
    ['iptables v2.0.0', true],
    ['', false],
  ];
  for (const [stdout, takes] of versions) {
    it(`tells whether MASQUERADE takes --random-fully: ${stdout || 'no iptables'}`, async () => {
      const machine = node();
      machine.programs.set('iptables --version', { stdout });
      assert.equal((await readKernelFacts(machine)).masqueradeRandomFully, takes);
    });
  }

  it("gives the kernel's release where it can be read", async () => {
    const machine = node();
    assert.equal((await readKernelFacts(machine)).release, undefined);
    machine.files.set('/proc/sys/kernel/osrelease', '5.4.0-200-generic\n');
    assert.equal((await readKernelFacts(machine)).release, '5.4.0-200-generic');
  });

  it('reads whether conntrack is liberal', async () => {
    const machine = node();
    machine.files.set('/proc/sys/net/netfilter/nf_conntrack_tcp_be_liberal', '1\n');
    assert.equal((await readKernelFacts(machine)).conntrackTcpLiberal, true);
  });

  it('lists nfacct counters, with those that kube-proxy would make', async () => {
    const machine = node();
    machine.files.set('/proc/modules', 'nfnetlink_acct 1 0 - Live 0x0\n');
    machine.programs.set('nfacct list', { stdout: '{ pkts = 000, bytes = 000 } = mine;\n' });
    const { nfacctCounters } = await readKernelFacts(machine);
    assert.deepEqual([...nfacctCounters], ['mine', 'ct_state_invalid_dropped_pkts', 'localhost_nps_accepted_pkts']);
  });

  it('loads no module to list them', async () => {
    const machine = node();
    machine.programs.set('nfacct list', { stdout: '' });
    machine.programs.set('nfacct version', { stdout: 'nfacct v1.0.2' });
    assert.equal((await readKernelFacts(machine)).nfacctCounters.size, 0);
    machine.programs.set('modprobe -n -q nfnetlink_acct', {});
    assert.equal((await readKernelFacts(machine)).nfacctCounters.size, 2);
    assert.ok(!machine.ran.includes('nfacct list'));
  });

  it('does not go on without addresses', async () => {
    const machine = node();
    machine.programs.set('ip -j addr', { end: { kind: 'exited', code: 1 } });
    await assert.rejects(readKernelFacts(machine), { code: 'read-failed' });
  });
});

describe('findNodeIps', () => {
  it('takes the address that packets to others carry', async () => {
    const machine = node();
    machine.programs.set('ip -j route get 192.0.2.1', { stdout: '[{"dst":"192.0.2.1","prefsrc":"10.0.0.7"}]' });
    assert.deepEqual(
      await findNodeIps(machine, eth0),
      new Map([
        ['ipv4', '10.0.0.7'],
        ['ipv6', 'fd00::5'],
      ]),
    );
  });

  it('has none of a family in which the node has only its loopback', async () => {
    assert.deepEqual(await findNodeIps(node(), [{ ip: '127.0.0.1', prefixLength: 8, interfaceName: 'lo' }]), new Map());
  });
});
