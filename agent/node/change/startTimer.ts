import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ChangeableMachine } from './changeableMachine.ts';
import { ChangeError } from './changeError.ts';
import type { StateFolder } from './stateFolder.ts';
import { hasTimer } from './timerFile.ts';

/** How long a timer may take to start; an emulated node needs seconds for Node.js alone. */
const startMs = 60_000;
const pollMs = 20;

/** Whether systemd can start a process that sees what this one does: the same network, files and processes. */
async function sharesSystemd(machine: ChangeableMachine): Promise<boolean> {
  const name = await machine.readFile('/proc/1/comm');
  if (name.kind !== 'read' || name.text.trim() !== 'systemd') return false;
  const same = await Promise.all(
    ['net', 'mnt', 'pid', 'user'].map(async (kind) => {
      const [own, first] = await Promise.all([
        machine.readLink(`/proc/self/ns/${kind}`),
        machine.readLink(`/proc/1/ns/${kind}`),
      ]);
      return own !== undefined && own === first;
    }),
  );
  return same.every(Boolean);
}

/**
 * As a service of its own where there is systemd: it ends the processes of a session, or of sshd, by their control
 * group, and with it whatever was started there. A service is started again when something kills it.
 */
async function startAsService(machine: ChangeableMachine, change: string, argv: readonly string[]): Promise<boolean> {
  if (!(await sharesSystemd(machine))) return false;
  const unit = `kube-service-rules-${change}`;
  const { end } = await machine.run({
    argv: ['systemd-run', '--quiet', '--collect', `--unit=${unit}`, '--property=Restart=on-failure', ...argv],
    timeoutMs: startMs,
    maxOutputBytes: 64 * 1024,
  });
  return end.kind === 'exited' && end.code === 0;
}

/** In a session of its own, and without anything of this process's that could be closed. */
async function startDetached([program, ...args]: readonly [string, ...string[]]): Promise<boolean> {
  const child = spawn(program, args, { cwd: '/', detached: true, stdio: 'ignore' });
  child.unref();
  try {
    await once(child, 'spawn');
    return true;
  } catch {
    return false;
  }
}

/**
 * Starts the process that rolls a change back unless somebody confirms it, and waits until it says that it runs.
 *
 * @param program what `ownProgram` says
 * @throws ChangeError `timer-not-armed`
 */
export async function startTimer(
  machine: ChangeableMachine,
  folder: StateFolder,
  change: string,
  program: readonly [program: string, ...args: string[]],
): Promise<void> {
  const argv = [...program, 'rollback', '--watch', change, '--state-folder', folder.base] as const;
  const started = (await startAsService(machine, change, argv)) || (await startDetached([...argv]));
  const until = performance.now() + startMs;
  while (started && performance.now() < until) {
    if (await hasTimer(folder.timerFile, change)) return;
    await delay(pollMs);
  }
  throw new ChangeError('timer-not-armed', 'The process that would roll the change back did not start.', { change });
}
