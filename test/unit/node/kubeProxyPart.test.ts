import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kubeProxyReader } from '../../../agent/node/kubeProxyPart.ts';
import { parseKubeProxyReport } from '../../../agent/node/kubeProxyReport.ts';
import { FakeMachine } from '../../fakes/fakeMachine.ts';

const metrics = 'kubernetes_build_info{build_date="x",git_version="v1.36.3",platform="linux/amd64"} 1\n';

/** A machine on which something listens on these ports of loopback. */
function machineListening(...ports: number[]): FakeMachine {
  const machine = new FakeMachine();
  const lines = ports.map(
    (port) => `   0: 0100007F:${port.toString(16).toUpperCase()} 00000000:0000 0A 00000000:00000000\n`,
  );
  machine.files.set('/proc/net/tcp', `  sl  local_address rem_address   st tx_queue rx_queue\n${lines.join('')}`);
  return machine;
}

function machineWith(...argv: string[]): FakeMachine {
  const machine = machineListening(10249, 10999);
  machine.files.set('/proc/4711/comm', 'kube-proxy\n');
  machine.files.set('/proc/4711/cmdline', argv.map((word) => `${word}\0`).join(''));
  machine.links.set('/proc/4711/ns/net', 'net:[1]');
  machine.links.set('/proc/self/ns/net', 'net:[1]');
  return machine;
}

async function reportOf(machine: FakeMachine) {
  const part = await kubeProxyReader(machine).read(undefined);
  return { part, report: parseKubeProxyReport(part.text) };
}

describe('kubeProxyReader', () => {
  it('finds process, mode and version', async () => {
    const machine = machineWith('/usr/local/bin/kube-proxy', '--proxy-mode=ipvs');
    machine.answers.set('10249/proxyMode', 'ipvs');
    machine.answers.set('10249/metrics', metrics);
    const { part, report } = await reportOf(machine);
    assert.equal(part.status, 'complete');
    assert.deepEqual(report, {
      processes: [{ pid: 4711, argv: ['/usr/local/bin/kube-proxy', '--proxy-mode=ipvs'] }],
      metricsPort: 10249,
      mode: 'ipvs',
      version: 'v1.36.3',
    });
  });

  it('reads the configuration as the container sees it, and asks the port that it names', async () => {
    const machine = machineWith('kube-proxy', '--config=/var/lib/kube-proxy/config.conf');
    const config = 'mode: nftables\nmetricsBindAddress: "0.0.0.0:10999"\n';
    machine.files.set('/proc/4711/root/var/lib/kube-proxy/config.conf', config);
    machine.answers.set('10999/proxyMode', 'nftables');
    const { report } = await reportOf(machine);
    assert.equal(report?.processes[0]?.config, config);
    assert.equal(report?.metricsPort, 10999);
    assert.equal(report?.mode, 'nftables');
  });

  it('asks no address but loopback', async () => {
    const machine = machineWith('kube-proxy', '--metrics-bind-address', '192.0.2.1:10249');
    machine.answers.set('10249/proxyMode', 'iptables');
    assert.equal((await reportOf(machine)).report?.mode, undefined);
  });

  it('passes over a kube-proxy of another network namespace', async () => {
    const machine = machineWith('kube-proxy');
    machine.links.set('/proc/4711/ns/net', 'net:[2]');
    const { part } = await reportOf(machine);
    assert.equal(part.status, 'missing');
    assert.equal(part.reason?.code, 'not-running');
  });

  it('finds a kube-proxy that is built into another program', async () => {
    const machine = machineListening(10249);
    machine.answers.set('10249/proxyMode', 'iptables');
    const { report } = await reportOf(machine);
    assert.deepEqual(report, { processes: [], metricsPort: 10249, mode: 'iptables' });
  });

  it('sends no packet where nothing listens', async () => {
    const machine = machineListening(10256);
    machine.answers.set('10249/proxyMode', 'iptables');
    assert.equal((await reportOf(machine)).part.status, 'missing');
  });

  it('does not take something else on the port for a kube-proxy', async () => {
    const machine = machineListening(10249);
    machine.answers.set('10249/proxyMode', '<html>404</html>');
    assert.equal((await reportOf(machine)).part.status, 'missing');
  });
});

describe('parseKubeProxyReport', () => {
  it('refuses other texts', () => {
    for (const text of ['', 'x', '[]', '{"processes": 1}']) assert.equal(parseKubeProxyReport(text), undefined);
  });
});
