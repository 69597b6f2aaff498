import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FamilyRules, ServiceRules } from '../../../../agent/model/serviceRules.ts';
import { virtualServerKey } from '../../../../agent/model/serviceRules.ts';
import type { SetPrerequisite } from '../../../../agent/node/change/changeRecord.ts';
import {
  checkPrerequisites,
  type Intention,
  type IpvsTimeouts,
  type Prerequisite,
} from '../../../../agent/node/change/prerequisites.ts';
import {
  consented,
  refuseUnmet,
  restorePrerequisites,
  setPrerequisite,
} from '../../../../agent/node/change/setPrerequisites.ts';
import { noFamilyRules } from '../../../../agent/plan/noRules.ts';
import type { PlanStep } from '../../../../agent/plan/planStep.ts';
import { FakeChangeableMachine } from '../../../fakes/fakeChanges.ts';

const address = '10.96.0.1:80';

const ipvs: FamilyRules = {
  ...noFamilyRules,
  ipsets: new Map([
    ['KUBE-CLUSTER-IP', { name: 'KUBE-CLUSTER-IP', type: 'hash:ip,port', options: '', entries: new Set() }],
  ]),
  virtualServers: new Map([
    [
      virtualServerKey('tcp', address),
      {
        protocol: 'tcp',
        address,
        scheduler: 'sh',
        persistenceSeconds: undefined,
        persistenceMask: undefined,
        flags: [],
        realServers: new Map(),
      },
    ],
  ]),
  serviceDevice: { name: 'kube-ipvs0', addresses: new Set() },
};

const rules: ServiceRules = {
  families: new Map([['ipv4', ipvs]]),
  sysctls: new Map([['net/ipv4/vs/conntrack', '1']]),
};

const step: PlanStep = { phase: 'make', part: 'ipsets', family: 'ipv4', argv: ['ipset', 'restore'], stdin: '' };

const intention: Intention = { desired: rules, steps: [step], findsFlows: false };

/** A node without any of it, whose kernel could load ip_vs. */
function bareNode(): FakeChangeableMachine {
  const machine = new FakeChangeableMachine();
  machine.files.set('/proc/modules', 'nf_conntrack 1 0 - Live 0x0\n');
  machine.files.set('/proc/sys/net/ipv4/ip_forward', '0\n');
  for (const name of ['ip_vs', 'ip_vs_sh', 'dummy', 'ip_set', 'ip_set_hash_ipport']) {
    machine.programs.set(`modprobe -n -q ${name}`, {});
  }
  machine.programs.set('modprobe -n -q xt_set', { end: { kind: 'exited', code: 1 } });
  return machine;
}

const facts = (prerequisites: readonly Prerequisite[]) =>
  prerequisites.map(({ id, met, settable, required, fact }) => [id, fact.code, met, settable, required]);

describe('checkPrerequisites', () => {
  it('tells what a node lacks for ipvs', async () => {
    assert.deepEqual(facts(await checkPrerequisites(bareNode(), intention)), [
      ['tool:ipset', 'tool-not-installed', false, false, true],
      ['module:nf_conntrack', 'module-loaded', true, false, true],
      ['module:ip_vs', 'module-not-loaded', false, true, true],
      ['module:ip_vs_sh', 'module-not-loaded', false, true, true],
      ['module:dummy', 'module-not-loaded', false, true, true],
      ['module:ip_set', 'module-not-loaded', false, true, true],
      ['module:ip_set_hash_ipport', 'module-not-loaded', false, true, true],
      ['module:xt_set', 'module-not-there', false, false, false],
      ['sysctl:net/ipv4/vs/conntrack', 'setting-not-there', false, true, true],
      ['sysctl:net/ipv4/ip_forward', 'setting-differs', false, true, false],
    ]);
  });

  it('finds what is there, and settings of bridges only where there are any', async () => {
    const machine = bareNode();
    machine.programs.set('ipset restore', {});
    machine.files.set(
      '/proc/modules',
      'nf_conntrack 1\nip_vs_sh 1\ndummy 1\nip_set 1\nip_set_hash_ipport 1\nxt_set 1\n',
    );
    machine.files.set('/proc/net/ip_vs', '');
    machine.files.set('/proc/sys/net/ipv4/ip_forward', '1\n');
    machine.files.set('/proc/sys/net/ipv4/vs/conntrack', '1\n');
    machine.files.set('/proc/sys/net/bridge/bridge-nf-call-iptables', '0\n');
    const unmet = (await checkPrerequisites(machine, intention)).filter(({ met }) => !met);
    assert.deepEqual(facts(unmet), [
      ['sysctl:net/bridge/bridge-nf-call-iptables', 'setting-differs', false, true, false],
    ]);
  });

  it('would like conntrack where UDP flows may be stale', async () => {
    const prerequisites = await checkPrerequisites(bareNode(), { ...intention, findsFlows: true });
    assert.deepEqual(
      facts(prerequisites).filter(([id]) => id === 'tool:conntrack'),
      [['tool:conntrack', 'tool-not-installed', false, false, false]],
    );
  });

  it('compares timeouts of ipvs that somebody wants', async () => {
    const machine = bareNode();
    machine.files.set('/proc/net/ip_vs', '');
    machine.programs.set('ipvsadm -L --timeout', { stdout: 'Timeout (tcp tcpfin udp): 900 120 300\n' });
    const found = async (timeouts: IpvsTimeouts) =>
      facts(await checkPrerequisites(machine, { ...intention, ipvsTimeouts: timeouts })).filter(([id]) =>
        String(id).startsWith('ipvs:'),
      );
    assert.deepEqual(await found([0, 0, 0]), []);
    assert.deepEqual(await found([900, 0, 300]), [['ipvs:timeouts', 'timeouts-right', true, false, false]]);
    assert.deepEqual(await found([900, 0, 60]), [['ipvs:timeouts', 'timeouts-differ', false, true, false]]);
  });

  it('asks nothing for rules that are taken away', async () => {
    const none: ServiceRules = { families: new Map([['ipv4', noFamilyRules]]), sysctls: new Map() };
    const unmet = (await checkPrerequisites(bareNode(), { desired: none, steps: [], findsFlows: false })).filter(
      ({ met }) => !met,
    );
    assert.deepEqual(unmet, []);
  });
});

describe('prerequisites that are not met', () => {
  const given: readonly Prerequisite[] = [
    {
      id: 'module:ip_vs',
      met: false,
      settable: true,
      required: true,
      fact: { code: 'module-not-loaded', message: 'ip_vs is not loaded.', args: {} },
      setting: { kind: 'module', name: 'ip_vs' },
    },
    {
      id: 'sysctl:net/ipv4/ip_forward',
      met: false,
      settable: true,
      required: false,
      fact: { code: 'setting-differs', message: '', args: {} },
      setting: { kind: 'sysctl', path: 'net/ipv4/ip_forward', value: '1' },
    },
    {
      id: 'tool:ipset',
      met: true,
      settable: false,
      required: true,
      fact: { code: 'tool-installed', message: '', args: {} },
    },
  ];

  it('are refused when the rules need them and nobody consented', () => {
    assert.throws(() => refuseUnmet(given, ['sysctl:net/ipv4/ip_forward']), {
      code: 'prerequisites-unmet',
      args: { ids: 'module:ip_vs' },
    });
    refuseUnmet(given, ['module:ip_vs']);
  });

  it('are set when somebody consented', () => {
    assert.deepEqual(consented(given, ['sysctl:net/ipv4/ip_forward', 'tool:ipset']), [
      { kind: 'sysctl', path: 'net/ipv4/ip_forward', value: '1' },
    ]);
  });
});

describe('setting prerequisites', () => {
  it('remembers how each is undone before it is done, and undoes the last first', async () => {
    const machine = bareNode();
    machine.programs.set('modprobe ip_vs', {});
    machine.programs.set('rmmod ip_vs', {});
    const work = { machine, lockFd: -1 };
    const set: SetPrerequisite[] = [];
    const remember = async (done: SetPrerequisite) => {
      assert.deepEqual(machine.changed, []);
      set.push(done);
    };
    await setPrerequisite({ kind: 'sysctl', path: 'net/ipv4/ip_forward', value: '1' }, work, remember);
    assert.equal(machine.files.get('/proc/sys/net/ipv4/ip_forward'), '1\n');
    await setPrerequisite({ kind: 'module', name: 'ip_vs' }, work, remember);
    assert.deepEqual(set, [
      { kind: 'sysctl', path: 'net/ipv4/ip_forward', before: '0' },
      { kind: 'module', name: 'ip_vs' },
    ]);
    assert.equal(await restorePrerequisites(set, work), 0);
    assert.equal(machine.files.get('/proc/sys/net/ipv4/ip_forward'), '0\n');
    assert.deepEqual(
      machine.changed.map(({ line }) => line),
      ['modprobe ip_vs', 'rmmod ip_vs'],
    );
  });

  it('sets timeouts of ipvs and puts them back', async () => {
    const machine = bareNode();
    machine.files.set('/proc/net/ip_vs', '');
    machine.programs.set('ipvsadm -L --timeout', { stdout: 'Timeout (tcp tcpfin udp): 900 120 300\n' });
    machine.programs.set('ipvsadm --set 0 0 60', {});
    machine.programs.set('ipvsadm --set 900 120 300', {});
    const work = { machine, lockFd: -1 };
    const set: SetPrerequisite[] = [];
    await setPrerequisite({ kind: 'ipvsTimeouts', value: [0, 0, 60] }, work, async (done) => {
      set.push(done);
    });
    assert.equal(await restorePrerequisites(set, work), 0);
    assert.deepEqual(
      machine.changed.map(({ line }) => line),
      ['ipvsadm --set 0 0 60', 'ipvsadm --set 900 120 300'],
    );
  });

  it('tells a setting that is not there', async () => {
    const work = { machine: bareNode(), lockFd: -1 };
    await assert.rejects(
      setPrerequisite({ kind: 'sysctl', path: 'net/ipv4/vs/conntrack', value: '1' }, work, async () => {}),
      { code: 'setting-failed' },
    );
  });
});
