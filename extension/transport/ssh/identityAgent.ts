import { existsSync } from 'node:fs';
import type { ClientEnvironment } from '../clientEnvironment.ts';
import type { IdentityAgent } from '../sshConfig/hostSettings.ts';
import { publicHalf } from './privateKeyFile.ts';
import { createAgent, type ParsedKey, parseKey } from './ssh2.ts';

/** The named pipe of the agent that comes with Windows. */
const windowsAgentPipe = '\\\\.\\pipe\\openssh-ssh-agent';

/** A running agent, with the keys that it offers. */
export interface AgentKeys {
  readonly keys: readonly ParsedKey[];
  sign(key: ParsedKey, data: Buffer, hash: 'sha1' | 'sha256' | 'sha512' | undefined): Promise<Buffer>;
}

/** Where the agent listens: a socket, a named pipe or `pageant`; undefined when there is none to ask. */
export function agentAddress(agent: IdentityAgent, environment: ClientEnvironment): string | undefined {
  if (agent.kind === 'none') return undefined;
  if (agent.kind === 'path') return agent.path;
  const socket = environment.variables['SSH_AUTH_SOCK'];
  if (socket !== undefined && socket !== '') return socket;
  return environment.platform === 'win32' && existsSync(windowsAgentPipe) ? windowsAgentPipe : undefined;
}

/** Asks the agent at `address` for its keys. Rejects when it does not answer. */
export async function connectIdentityAgent(address: string): Promise<AgentKeys> {
  const agent = createAgent(address);
  const offered = await new Promise<readonly unknown[]>((resolve, reject) => {
    agent.getIdentities((error, keys) => {
      if (error) reject(error);
      else resolve(keys ?? []);
    });
  });
  return {
    keys: offered.flatMap((key) => {
      const parsed = isKeyInput(key) ? parseKey(key) : undefined;
      return parsed === undefined || parsed instanceof Error ? [] : [publicHalf(parsed)];
    }),
    sign: (key, data, hash) =>
      new Promise((resolve, reject) => {
        agent.sign(key, data, hash === undefined ? {} : { hash }, (error, signature) => {
          if (error || signature === undefined) reject(error ?? new Error('The agent gave no signature'));
          else resolve(signature);
        });
      }),
  };
}

function isKeyInput(value: unknown): value is string | Buffer | ParsedKey {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}
