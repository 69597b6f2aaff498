/**
 * Switches the mode of the test node again and again under traffic, with the agent and, from the same clean node, with
 * kube-proxy's own proxiers, and counts what fails:
 *
 *   node test/bench/toggle.ts [SWITCHES]
 *
 * New TCP connections go to a cluster IP from a pod and from the node, and to a node port from outside; others stay. A
 * kube-proxy that is restarted in another mode removes what it removes then, and syncs. It waits for its informers in
 * between, which here it need not, so a real one fails for longer. Needs Go.
 */
import { readFile } from 'node:fs/promises';
import { buildKubeProxyOracle } from '../peers/kubeProxyOracle.ts';
import { modesThrough } from '../vm/modesThrough.ts';
import { NodeTraffic } from '../vm/nodeTraffic.ts';
import { readLeftoversOverSsh } from '../vm/readLeftoversOverSsh.ts';
import { startTestNode } from '../vm/startTestNode.ts';
import { agentSwitch, putToggleObjects, type SwitchMode, toggleObjectsFile } from '../vm/switchModes.ts';
import type { TestNode } from '../vm/testNode.ts';

async function kubeProxySwitch(node: TestNode): Promise<SwitchMode> {
  const program = await readFile(await buildKubeProxyOracle((message) => console.log(message)));
  await node.run(['sh', '-c', 'cat > /root/oracle && chmod 0755 /root/oracle'], { stdin: program });
  await node.run(['sysctl', '-qw', 'net.ipv4.ip_forward=1']);
  await node.run(['modprobe', '-a', 'ip_vs', 'ip_vs_rr', 'dummy']);
  return async (mode) => {
    for (const [start, ip, cidr] of [
      ['-start', '10.0.2.15', '10.244.0.0/16'],
      ['-start=false', '2001:db8:f::15', 'fd00:10:244::/64'],
    ]) {
      const addresses = ['-node-ip', ip ?? '', '-cluster-cidr', cidr ?? ''];
      await node.run(['/root/oracle', start ?? '', '-mode', mode, '-objects', toggleObjectsFile, ...addresses]);
    }
  };
}

async function run(name: string, node: TestNode, prepare: (node: TestNode) => Promise<SwitchMode>, switches: number) {
  await node.reset();
  await putToggleObjects(node);
  const traffic = new NodeTraffic(node);
  await traffic.prepare();
  const switchTo = await prepare(node);
  const [first = 'ipvs', ...modes] = modesThrough(switches);
  await switchTo(first);
  await traffic.begin();
  let before = await traffic.report();
  for (const [index, mode] of modes.entries()) {
    const began = performance.now();
    await switchTo(mode);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    if (traffic.longConnections < 50) await traffic.openMore();
    const now = await traffic.goesOn();
    const { leftovers } = await readLeftoversOverSsh(node);
    console.log(
      `${name}, ${index + 1}, ${modes[index - 1] ?? first} -> ${mode} in ${seconds} s: ` +
        `${now.failed.length - before.failed.length} of ${now.attempted - before.attempted} new connections failed, ` +
        `${now.broken.length - before.broken.length} of ${traffic.longConnections} others broke; ` +
        `${leftovers.length} leftovers`,
    );
    const failures = [...now.failed.slice(before.failed.length), ...now.broken.slice(before.broken.length)];
    for (const { target, error } of failures.slice(0, 5)) console.log(`  ${target}: ${error}`);
    before = now;
  }
  const { attempted, failed, broken, exchanged, slowest } = before;
  console.log(
    `${name}: ${failed.length} of ${attempted} new connections failed, ${broken.length} of ${traffic.longConnections} ` +
      `others broke after ${exchanged} answers; the slowest answer to a new one took ${slowest} ms\n`,
  );
}

const switches = Number(process.argv[2] ?? 20);
await using node = await startTestNode({ progress: (message) => console.log(message) });
await run('agent', node, agentSwitch, switches);
await run('kube-proxy', node, kubeProxySwitch, switches);
