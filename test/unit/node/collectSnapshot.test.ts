import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot, SnapshotPart } from '../../../agent/model/snapshot.ts';
import { CollectCancelled, collectSnapshot } from '../../../agent/node/collectSnapshot.ts';
import { FakeMachine } from '../../fakes/fakeMachine.ts';

function part(snapshot: Snapshot, id: string): SnapshotPart {
  const found = snapshot.parts.find((each) => each.id === id);
  assert.ok(found, `there is a part ${id}`);
  return found;
}

const tables = (...names: string[]) =>
  names
    .map(
      (name) => `table ${name} {
}
`,
    )
    .join('');

describe('collectSnapshot', () => {
  it('names every part once, with its command and status', async () => {
    const machine = FakeMachine.node();
    const snapshot = await collectSnapshot(machine);
    const ids = snapshot.parts.map(({ id }) => id);
    assert.deepEqual(ids, [...new Set(ids)]);
    assert.equal(snapshot.nodeName, 'fake-node');
    assert.equal(snapshot.origin, 'live');
    assert.match(snapshot.takenAt, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    const save = part(snapshot, 'iptables-save');
    assert.deepEqual(save.source, ['iptables-save', '-c']);
    assert.equal(save.backend, 'nf_tables');
    assert.equal(save.family, 'ipv4');
    assert.equal(save.text, '# iptables-save\n');
    assert.equal(part(snapshot, 'sysctls').text, 'net.ipv4.ip_forward = 1\n');
  });

  it('reads the settings of each device, by the names that sysctl gives them', async () => {
    const machine = FakeMachine.node();
    for (const device of ['all', 'eth0', 'bond0.12']) {
      machine.files.set(`/proc/sys/net/ipv4/conf/${device}/rp_filter`, '2\n');
      machine.files.set(`/proc/sys/net/ipv4/conf/${device}/arp_notify`, '1\n');
    }
    const { text } = part(await collectSnapshot(machine), 'sysctls');
    assert.deepEqual(text.split('\n').sort(), [
      '',
      'net.ipv4.conf.all.rp_filter = 2',
      'net.ipv4.conf.bond0/12.rp_filter = 2',
      'net.ipv4.conf.eth0.rp_filter = 2',
      'net.ipv4.ip_forward = 1',
    ]);
  });

  it('runs nothing that would make the kernel load a module', async () => {
    const machine = FakeMachine.node();
    machine.files.set('/proc/modules', 'ext4 1 1 - Live 0x0\n');
    const snapshot = await collectSnapshot(machine);
    const touching = machine.ran.filter((line) => /^(iptables|ip6tables)-\S* -c|^(nft|ipset|ipvsadm)/.test(line));
    assert.deepEqual(touching, []);
    for (const id of ['iptables-save', 'ip6tables-legacy-save', 'nft.json', 'ipset-save', 'ipvsadm-save']) {
      assert.equal(part(snapshot, id).status, 'missing', id);
      assert.equal(part(snapshot, id).reason?.code, 'not-in-use', id);
    }
  });

  it('knows modules that are built into the kernel', async () => {
    const machine = FakeMachine.node();
    machine.files.set('/proc/modules', '');
    machine.files.set('/lib/modules/6.1.0-fake/modules.builtin', 'kernel/net/netfilter/nf_tables.ko\n');
    const snapshot = await collectSnapshot(machine);
    assert.equal(part(snapshot, 'iptables-save').status, 'complete');
    assert.equal(part(snapshot, 'ipset-save').status, 'missing');
  });

  it('asks the tools in a kernel that cannot load modules', async () => {
    const machine = FakeMachine.node();
    machine.files.delete('/proc/modules');
    const snapshot = await collectSnapshot(machine);
    assert.equal(part(snapshot, 'ipset-save').status, 'complete');
    assert.equal(part(snapshot, 'modules').status, 'missing');
  });

  it('reads both backends, each once, whichever is the default', async () => {
    for (const [version, other, otherBackend] of [
      ['(nf_tables)', 'iptables-legacy-save', 'legacy'],
      ['(legacy)', 'iptables-nft-save', 'nf_tables'],
    ] as const) {
      const machine = FakeMachine.node();
      machine.programs.set('iptables-save --version', { stdout: `iptables-save v1.8.9 ${version}\n` });
      machine.programs.set('iptables-nft-save -c', { stdout: '# iptables-nft-save\n' });
      machine.files.set('/proc/net/ip_tables_names', 'nat\nfilter\n');
      const snapshot = await collectSnapshot(machine);
      assert.equal(part(snapshot, 'iptables-save').status, 'complete');
      assert.notEqual(part(snapshot, 'iptables-save').backend, otherBackend);
      assert.equal(part(snapshot, other).backend, otherBackend);
      assert.equal(part(snapshot, other).text, `# ${other}\n`);
    }
  });

  it('takes an iptables that names no backend for a legacy one', async () => {
    const machine = FakeMachine.node();
    machine.programs.set('iptables-save --version', { end: { kind: 'exited', code: 1 }, stderr: 'unknown option' });
    machine.programs.set('iptables --version', { stdout: 'iptables v1.6.1\n' });
    machine.files.set('/proc/net/ip_tables_names', 'nat\n');
    assert.equal(part(await collectSnapshot(machine), 'iptables-save').backend, 'legacy');
  });

  it('says that only root may know which legacy tables there are', async () => {
    const machine = FakeMachine.node();
    machine.files.set('/proc/net/ip_tables_names', { kind: 'denied' });
    const legacy = part(await collectSnapshot(machine), 'iptables-legacy-save');
    assert.equal(legacy.status, 'failed');
    assert.equal(legacy.reason?.code, 'permission-denied');
  });

  it('reads ipvs where it is in use', async () => {
    const machine = FakeMachine.node();
    machine.files.set('/proc/net/ip_vs', 'IP Virtual Server version 1.2.1 (size=4096)\n');
    machine.programs.set('ipvsadm -Sn', { stdout: '-A -t 10.96.0.10:80 -s rr\n' });
    assert.equal(part(await collectSnapshot(machine), 'ipvsadm-save').text, '-A -t 10.96.0.10:80 -s rr\n');
  });

  it('keeps what a tool printed before it crashed', async () => {
    const machine = FakeMachine.node();
    machine.programs.set('iptables-save -c', {
      end: { kind: 'signalled', signal: 'SIGSEGV' },
      stdout: '*nat\n:PREROUTING ACCEPT [0:0]\n',
    });
    const save = part(await collectSnapshot(machine), 'iptables-save');
    assert.equal(save.status, 'partial');
    assert.equal(save.reason?.code, 'crashed');
    assert.equal(save.reason?.args['signal'], 'SIGSEGV');
    assert.equal(save.text, '*nat\n:PREROUTING ACCEPT [0:0]\n');
  });

  it('reads the other parts when a tool is missing', async () => {
    const machine = FakeMachine.node();
    machine.programs.delete('ipset save');
    const snapshot = await collectSnapshot(machine);
    assert.equal(part(snapshot, 'ipset-save').reason?.code, 'tool-not-found');
    assert.equal(part(snapshot, 'ipset-save').status, 'missing');
    assert.equal(part(snapshot, 'addresses.json').status, 'complete');
  });

  it('does not read the tables of iptables-nft a second time', async () => {
    const machine = FakeMachine.node();
    machine.programs.set('nft list flowtables', { stdout: tables('ip nat', 'ip6 filter') });
    const nft = part(await collectSnapshot(machine), 'nft.json');
    assert.equal(nft.reason?.code, 'shown-by-iptables');
    assert.ok(!machine.ran.some((line) => line.endsWith('list ruleset')));
  });

  it('reads nftables when iptables-save did not show everything, or there is more', async () => {
    const changes: ((machine: FakeMachine) => void)[] = [
      (machine) => machine.programs.set('nft list flowtables', { stdout: tables('ip nat', 'ip kube-proxy') }),
      (machine) =>
        machine.programs.set('iptables-save -c', { stdout: "# Table `nat' is incompatible, use 'nft' tool.\n" }),
      (machine) => machine.programs.set('iptables-save -c', { end: { kind: 'signalled', signal: 'SIGSEGV' } }),
      (machine) => machine.programs.set('nft list flowtables', { stdout: '' }),
    ];
    for (const change of changes) {
      const machine = FakeMachine.node();
      machine.programs.set('nft list flowtables', { stdout: tables('ip nat') });
      change(machine);
      assert.equal(part(await collectSnapshot(machine), 'nft.json').status, 'complete');
    }
  });

  it('does without JSON where nft has none, and where it would take much memory', async () => {
    const machine = FakeMachine.node();
    machine.programs.set('nft -j list ruleset', {
      end: { kind: 'exited', code: 1 },
      stderr: 'Error: JSON support not compiled-in\n',
    });
    machine.programs.set('nft list ruleset', { stdout: 'table ip x {\n}\n' });
    const without = await collectSnapshot(machine);
    assert.equal(part(without, 'nft.txt').status, 'complete');
    assert.equal(part(without, 'nft.json').reason?.code, 'tool-failed');

    machine.programs.set('nft list ruleset', { stdout: `table ip x {\n${'\t# comment\n'.repeat(300_000)}}\n` });
    const large = await collectSnapshot(machine);
    assert.equal(part(large, 'nft.txt').status, 'complete');
    assert.equal(part(large, 'nft.json').reason?.code, 'too-large');
    assert.equal(machine.ran.filter((line) => line === 'nft -j list ruleset').length, 1);
  });

  it('runs few tools at once, and reports each part', async () => {
    const machine = FakeMachine.node();
    const reports: string[] = [];
    const snapshot = await collectSnapshot(machine, {
      onProgress: ({ part: id, done, total }) => {
        assert.ok(done < total);
        reports.push(id);
      },
    });
    assert.ok(machine.mostAtOnce <= 3, `${machine.mostAtOnce} at once`);
    // Both forms of the nftables rules are one step.
    const ids = snapshot.parts.map(({ id }) => id).filter((id) => id !== 'nft.json');
    assert.deepEqual([...reports].sort(), ids.sort());
  });

  it('stops when it is cancelled, and kills what runs', async () => {
    const machine = FakeMachine.node();
    const controller = new AbortController();
    let killed = false;
    machine.programs.set('iptables-save -c', async (signal) => {
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      killed = true;
      return { end: { kind: 'cancelled' } };
    });
    const collecting = collectSnapshot(machine, {
      signal: controller.signal,
      onProgress: ({ part: id }) => id === 'iptables-save' && setImmediate(() => controller.abort()),
    });
    await assert.rejects(collecting, CollectCancelled);
    assert.ok(killed);
  });
});
