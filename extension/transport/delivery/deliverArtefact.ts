import { Transform, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { cancellable } from '../../common/cancellation.ts';
import { TransportError } from '../../common/transportError.ts';
import type { Credentials } from '../credentials.ts';
import { type Privilege, startElevated } from '../elevation.ts';
import type { MarkedLine } from '../markedOutput.ts';
import type { ConnectContext, ExitStatus, MachineConnection } from '../transport.ts';
import type { Artefact } from './artefacts.ts';
import { receiveScript, scriptCommand } from './scripts.ts';

/** Room beside the file itself: for its folder, and so that the disk is not left without a single block. */
const spareKilobytes = 4096;

/**
 * The fastest level: for a runtime of 126 MB it saves 4.7 s of computing and costs 5 MB more to send than level 6, which
 * pays off on every link faster than 8 Mbit/s.
 */
const compressionLevel = 1;

/** Where and how files are put on a machine. */
export interface DeliveryTarget {
  readonly machine: MachineConnection;
  readonly privilege: Privilege;
  /** Folder on the node instead of the default; empty for the default. */
  readonly folder: string;
  readonly credentials: Credentials;
}

/**
 * Puts one file on the node: sent over the command's stdin, checked there against its SHA-256, and only then renamed
 * into place. Whatever goes wrong, no part of it stays.
 *
 * @throws TransportError `diskFull`, `folderNotWritable`, `folderNotExecutable`, `folderUnsafe`, `checksumMismatch`,
 * `runtimeDoesNotStart`, `uploadFailed`, `connectionLost`, `cancelled`, and what {@link startElevated} throws
 */
export async function deliverArtefact(
  artefact: Artefact,
  target: DeliveryTarget,
  compressed: boolean,
  context: ConnectContext,
): Promise<void> {
  const file = artefact.name === 'runtime' ? 'node' : 'agent.js';
  const kilobytes = Math.ceil(artefact.bytes / 1024) + spareKilobytes;
  const { process, output } = await startElevated(
    target.machine,
    target.privilege,
    (marker) =>
      scriptCommand(
        receiveScript,
        marker,
        target.folder,
        artefact.sha256,
        file,
        String(kilobytes),
        compressed ? 'gzip' : 'identity',
        artefact.name === 'runtime' ? 'run' : 'keep',
      ),
    'upload',
    target.credentials,
    context,
  );
  const sending = new AbortController();
  try {
    let answer = await cancellable(output.next(), context.signal, 'upload');
    if (answer?.word === 'receiving') {
      const sent = send(artefact, process.stdin, compressed, sending.signal, context);
      answer = await cancellable(Promise.race([output.next(), failureOf(sent, artefact)]), context.signal, 'upload');
    }
    if (answer?.word !== 'delivered') {
      const reason = failure(answer, artefact, target, kilobytes, process.exited);
      throw await cancellable(reason, context.signal, 'upload');
    }
    context.log.info(`Delivered ${file} (${artefact.bytes} bytes) to ${target.machine.label}`);
  } finally {
    sending.abort();
    process.kill();
  }
}

async function send(
  artefact: Artefact,
  stdin: Writable,
  compressed: boolean,
  signal: AbortSignal,
  context: ConnectContext,
): Promise<void> {
  let doneBytes = 0;
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      doneBytes += chunk.length;
      context.report({ step: 'upload', file: artefact.name, doneBytes, totalBytes: artefact.bytes });
      callback(null, chunk);
    },
  });
  if (compressed) await pipeline(artefact.open(), counter, createGzip({ level: compressionLevel }), stdin, { signal });
  else await pipeline(artefact.open(), counter, stdin, { signal });
}

/**
 * Rejects when the file cannot be read here; never resolves. That the node stopped reading is told by its own answer,
 * or by the end of its output.
 */
function failureOf(sent: Promise<void>, artefact: Artefact): Promise<never> {
  return new Promise((_resolve, reject) => {
    sent.catch((error: unknown) => {
      if (error instanceof Error && 'syscall' in error && (error.syscall === 'open' || error.syscall === 'read')) {
        reject(new TransportError('artefactMissing', { step: 'upload', args: { file: artefact.name }, cause: error }));
      }
    });
  });
}

async function failure(
  answer: MarkedLine | undefined,
  artefact: Artefact,
  target: DeliveryTarget,
  neededKilobytes: number,
  exited: Promise<ExitStatus>,
): Promise<TransportError> {
  const step = 'upload';
  if (answer?.word !== 'failed') {
    const status = await exited;
    return status.code === undefined && status.signal === undefined
      ? new TransportError('connectionLost', { step, args: {} })
      : new TransportError('uploadFailed', {
          step,
          args: { file: artefact.name },
          detail: `exit ${status.code ?? status.signal ?? ''}`,
        });
  }
  const space = answer.rest.indexOf(' ');
  const code = space === -1 ? answer.rest : answer.rest.slice(0, space);
  const detail = space === -1 ? '' : answer.rest.slice(space + 1);
  const folder = target.folder;
  switch (code) {
    case 'diskFull':
      return new TransportError('diskFull', {
        step,
        args: { folder, neededKilobytes, freeKilobytes: Number(detail) || 0 },
      });
    case 'folderNotWritable':
    case 'folderNotExecutable':
    case 'folderUnsafe':
      return new TransportError(code, { step, args: { folder }, detail });
    case 'checksumMismatch':
      return new TransportError('checksumMismatch', { step, args: { file: artefact.name } });
    case 'runtimeDoesNotStart':
      return runtimeFailure(detail, folder);
    default:
      return new TransportError('uploadFailed', { step, args: { file: artefact.name }, detail });
  }
}

/** Why the runtime does not start, from the words of the dynamic loader or the shell. */
function runtimeFailure(answer: string, folder: string): TransportError {
  const step = 'upload';
  // The processor, the version of glibc (empty when it is another C library), and what was said.
  const [, machine = '', found = '', detail = ''] = /^(\S*) (\S*) (.*)$/s.exec(answer) ?? [];
  const glibc = /version [`']GLIBC_(\d+\.\d+)' not found/.exec(detail)?.[1];
  if (glibc !== undefined) {
    return new TransportError('glibcTooOld', { step, args: { found, needed: glibc }, detail });
  }
  if (/libstdc\+\+\.so|GLIBCXX_|CXXABI_/.test(detail))
    return new TransportError('libstdcxxMissing', { step, args: {}, detail });
  if (/exec format error|cannot execute binary/i.test(detail)) {
    return new TransportError('architectureUnsupported', { step, args: { machine }, detail });
  }
  return new TransportError('runtimeDoesNotStart', { step, args: { folder }, detail });
}
