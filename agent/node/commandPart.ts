import type { PartReason, PartStatus, SnapshotPart } from '../model/snapshot.ts';
import { type Command, type CommandResult, maxDumpBytes } from './command.ts';

/** What a part is, whatever came of reading it. */
export type PartIdentity = Pick<SnapshotPart, 'id' | 'kind' | 'family' | 'backend'>;

/** Long enough for `iptables-save` on nf_tables with thousands of Services, which takes minutes. */
const timeoutMs = 300_000;

/** A command that reads something of unknown size. */
export function readCommand(program: string, ...args: string[]): Command {
  return { argv: [program, ...args], timeoutMs, maxOutputBytes: maxDumpBytes };
}

/** What the tools print when the caller may not do it: libiptc, libmnl, nft, ipset, ipvsadm, iproute2. */
const permissionDenied = /permission denied|operation not permitted|must be root/i;
const lockHeld =
  /another app is currently holding the xtables lock|can't acquire lock|resource temporarily unavailable/i;
const notSupported = /protocol not (supported|available)|address family not supported|does your kernel (support|need)/i;

/** The first line that a tool complained with, for the user to read; without control characters. */
function complaint(stderr: string): string {
  const line = stderr.split('\n').find((candidate) => candidate.trim() !== '') ?? '';
  return line
    .replace(/[\x00-\x1f\x7f]+/g, ' ')
    .trim()
    .slice(0, 300);
}

function exitReason(tool: string, code: number, stderr: string): PartReason {
  const said = complaint(stderr);
  const args = { tool, exitCode: code, said };
  const sentence = (what: string): string => `${tool} ${what} (exit status ${code}${said && `: ${said}`}).`;
  if (permissionDenied.test(stderr)) return { code: 'permission-denied', message: sentence('needs root'), args };
  if (lockHeld.test(stderr)) return { code: 'lock-held', message: sentence('found the lock held by another'), args };
  if (notSupported.test(stderr)) return { code: 'not-supported', message: sentence('found no kernel support'), args };
  return { code: 'tool-failed', message: sentence('failed'), args };
}

/** Why a command's output is not complete; undefined when it is. */
export function commandFailure(command: Command, { end, stderr }: CommandResult): PartReason | undefined {
  const tool = command.argv[0];
  switch (end.kind) {
    case 'exited':
      return end.code === 0 ? undefined : exitReason(tool, end.code, stderr);
    case 'signalled':
      return {
        code: 'crashed',
        message: `${tool} was ended by ${end.signal}.`,
        args: { tool, signal: end.signal, said: complaint(stderr) },
      };
    case 'timedOut':
      return {
        code: 'timed-out',
        message: `${tool} did not finish within ${end.afterMs / 1000} seconds.`,
        args: { tool, seconds: end.afterMs / 1000 },
      };
    case 'outputTooLong':
      return {
        code: 'output-too-long',
        message: `${tool} printed more than ${end.limit} bytes.`,
        args: { tool, limit: end.limit },
      };
    case 'cancelled':
      return { code: 'cancelled', message: `${tool} was cancelled.`, args: { tool } };
    case 'notFound':
      return { code: 'tool-not-found', message: `${tool} is not installed.`, args: { tool } };
    case 'notStarted':
      return {
        code: 'tool-not-started',
        message: `${tool} could not be started (${end.code}).`,
        args: { tool, systemCode: end.code },
      };
  }
}

function statusOf(reason: PartReason | undefined, text: string): PartStatus {
  if (reason === undefined) return 'complete';
  if (text !== '') return 'partial';
  return reason.code === 'tool-not-found' || reason.code === 'not-supported' ? 'missing' : 'failed';
}

/** The part that a command's result makes. */
export function commandPart(identity: PartIdentity, command: Command, result: CommandResult): SnapshotPart {
  const reason = commandFailure(command, result);
  return {
    ...identity,
    source: command.argv,
    status: statusOf(reason, result.stdout),
    ...(reason && { reason }),
    durationMs: result.durationMs,
    text: result.stdout,
  };
}

/** A part for which nothing was run, because there is nothing to read or reading it would change the node. */
export function missingPart(identity: PartIdentity, reason: PartReason): SnapshotPart {
  return { ...identity, source: [], status: 'missing', reason, durationMs: 0, text: '' };
}
