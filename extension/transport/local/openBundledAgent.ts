import { type AgentProcess, asAgent } from '../delivery/agentProcess.ts';
import { startChildProcess } from '../process/childProcess.ts';
import type { ConnectContext } from '../transport.ts';

/**
 * Starts the agent that the extension carries on this machine, as the user that the extension runs as: enough for
 * offline dumps, which need no rights, on every platform.
 *
 * @param executable `process.execPath`; where that is VS Code itself it is told to be Node.js
 * @throws TransportError `programMissing`, `commandRefused`
 */
export async function openBundledAgent(
  executable: string,
  agentFile: string,
  variables: NodeJS.ProcessEnv,
  context: Pick<ConnectContext, 'log'>,
): Promise<AgentProcess> {
  const process = await startChildProcess(executable, [agentFile, 'serve'], {
    ...variables,
    ELECTRON_RUN_AS_NODE: '1',
  });
  return asAgent(process, [], context);
}
