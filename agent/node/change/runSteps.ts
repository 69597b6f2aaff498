import { setTimeout as sleep } from 'node:timers/promises';
import { couldNotBegin, type PlanStep } from '../../plan/planStep.ts';
import type { Command, CommandResult } from '../command.ts';
import { commandFailure } from '../commandPart.ts';
import type { ChangeableMachine } from './changeableMachine.ts';
import { ChangeError } from './changeError.ts';
import { monotonicMs } from './monotonicMs.ts';

/** What everything that changes the node is done with. */
export interface ChangeWork {
  readonly machine: ChangeableMachine;
  /** The lock, which tools keep as long as they run. */
  readonly lockFd: number;
  /** Ends the work; the running tool is killed. */
  readonly signal?: AbortSignal | undefined;
}

/** The part of a step that is run. */
type Tool = Pick<PlanStep, 'argv'> &
  Partial<Pick<PlanStep, 'quickArgv' | 'stdin' | 'alsoFine' | 'stderrMeansFailure' | 'busyForMs'>>;

/** Told before each step. */
export type StepWatcher = (step: PlanStep, done: number, total: number) => void;

/** Milliseconds for one tool; the kernel takes minutes for what iptables-nft does with some ten thousand Services. */
const stepTimeoutMs = 600_000;

/** Milliseconds between attempts to delete what is busy. */
const busyPauseMs = 100;

/** The tools print next to nothing when they write. */
const maxOutputBytes = 1024 * 1024;

/**
 * Runs one tool that writes.
 *
 * @throws ChangeError `step-failed`, `cancelled`
 */
export async function changeWith(
  work: ChangeWork,
  { argv, quickArgv, stdin = '', alsoFine = [], stderrMeansFailure = false, busyForMs = 0 }: Tool,
): Promise<void> {
  if (work.signal?.aborted) throw cancelled();
  const command: Command = { argv, stdin, timeoutMs: stepTimeoutMs, maxOutputBytes };
  const quick = quickArgv && (await changeWhenFree({ ...command, argv: quickArgv }, busyForMs, work));
  const result = quick && hasBegun(quick) ? quick : await changeWhenFree(command, busyForMs, work);
  const { end, stderr } = result;
  if (end.kind === 'cancelled') throw cancelled();
  if (end.kind === 'exited' && alsoFine.includes(end.code)) return;
  const complained = stderrMeansFailure && end.kind === 'exited' && end.code === 0 && stderr.trim() !== '';
  const failure = commandFailure(command, complained ? { ...result, end: { kind: 'exited', code: 1 } } : result);
  if (failure === undefined) return;
  throw new ChangeError('step-failed', failure.message, { ...failure.args, tool: argv[0], reason: failure.code });
}

/** Runs a command anew as long as what it deletes is busy, and for some time at most. */
async function changeWhenFree(
  command: Command,
  busyForMs: number,
  { machine, lockFd, signal }: ChangeWork,
): Promise<CommandResult> {
  const deadline = monotonicMs() + busyForMs;
  for (;;) {
    const result = await machine.change(command, lockFd, signal);
    if (!isBusy(result) || signal?.aborted || monotonicMs() >= deadline) return result;
    await sleep(busyPauseMs);
  }
}

/** Whether a quicker way was there and did anything; otherwise nothing has happened. */
function hasBegun({ end }: CommandResult): boolean {
  if (end.kind === 'notFound' || end.kind === 'notStarted') return false;
  return !(end.kind === 'exited' && end.code === couldNotBegin);
}

/** What nft says of EBUSY. */
function isBusy({ end, stderr }: CommandResult): boolean {
  return end.kind === 'exited' && end.code !== 0 && stderr.includes('Device or resource busy');
}

function cancelled(): ChangeError {
  return new ChangeError('cancelled', 'The change was cancelled.');
}

/**
 * Runs the steps of a plan one after the other.
 *
 * @throws ChangeError `step-failed`, `cancelled`: those before it were done
 */
export async function runSteps(steps: readonly PlanStep[], work: ChangeWork, onStep?: StepWatcher): Promise<void> {
  for (const [done, step] of steps.entries()) {
    onStep?.(step, done, steps.length);
    await changeWith(work, step);
  }
}
