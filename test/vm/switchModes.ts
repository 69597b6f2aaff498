import type { ServiceMode } from '../../agent/model/serviceRules.ts';
import { AgentOnNode } from './agentOnNode.ts';
import type { TestNode } from './testNode.ts';
import { toggleObjects } from './toggleServices.ts';

/** Where the Services of the toggle tests are on the node. */
export const toggleObjectsFile = '/root/objects.json';

/** Services beside the one that traffic is sent to. */
const otherServices = 20;

/** Puts a node into a mode. */
export type SwitchMode = (mode: ServiceMode) => Promise<void>;

export async function putToggleObjects(node: TestNode): Promise<void> {
  await node.run(['sh', '-c', `cat > ${toggleObjectsFile}`], { stdin: toggleObjects(otherServices) });
}

/** Switches with the agent, which is put on the node. */
export async function agentSwitch(node: TestNode): Promise<SwitchMode> {
  const agent = await AgentOnNode.deliver(node);
  const options = ['--yes', '--set-prerequisites', '--cluster-cidr', '10.244.0.0/16,fd00:10:244::/64'];
  return async (mode) => {
    await agent.run('apply', '--mode', mode, '--objects', toggleObjectsFile, ...options);
  };
}
