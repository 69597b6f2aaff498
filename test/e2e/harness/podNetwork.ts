import type { TestNode } from '../../vm/testNode.ts';

/** Gives a test node a bridge with a pod behind it, 10.244.0.9, as a network plugin would, and lets it forward. */
export async function addPod(node: TestNode): Promise<void> {
  const commands = [
    'ip link add cni0 type bridge',
    'ip address add 10.244.0.1/24 dev cni0',
    'ip link set cni0 up',
    'ip link add veth9 type veth peer name pod9',
    'ip link set veth9 master cni0 up',
    'ip link set pod9 up',
    'ip route add 10.244.0.9/32 dev cni0',
    'sysctl -q -w net.ipv4.ip_forward=1',
  ];
  await node.run(['sh', '-c', commands.join(' && ')]);
}
