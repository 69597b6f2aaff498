import { constants } from 'node:os';
import { buffer } from 'node:stream/consumers';
import type { StateOptions } from './cli/changeCommandLine.ts';
import { runCli } from './cli/runCli.ts';
import { writeStandardOutput } from './cli/standardOutput.ts';
import { interpretSnapshot } from './interpret/interpretSnapshot.ts';
import { loadDump } from './interpret/loadDump.ts';
import type { NodeModel } from './model/nodeModel.ts';
import type { Snapshot } from './model/snapshot.ts';
import { localChangeableMachine } from './node/change/changeableMachine.ts';
import type { ChangeEnvironment } from './node/change/changeEnvironment.ts';
import { confirmInNewProcess, ownProgram } from './node/change/ownProcess.ts';
import { StateFolder } from './node/change/stateFolder.ts';
import { collectSnapshot } from './node/collectSnapshot.ts';
import { listDumpFiles, readDumpFile, writeOutputFile } from './node/files.ts';
import { localMachine } from './node/localMachine.ts';
import { mergeObjects, readObjects } from './objects/readObjects.ts';
import { redirectConsole } from './server/redirectConsole.ts';
import { serve } from './server/serve.ts';
import { realTicker } from './server/watchdog.ts';
import { agentVersion } from './version.ts';

const files = { list: listDumpFiles, read: readDumpFile };

function interpret(snapshot: Snapshot, texts: readonly string[]): NodeModel {
  if (texts.length === 0) return interpretSnapshot(snapshot, { mode: 'auto' });
  const readings = texts.map((text) => readObjects(text, 'objects'));
  return interpretSnapshot(snapshot, {
    mode: 'auto',
    objects: mergeObjects(readings.map(({ objects }) => objects)),
    objectProblems: readings.flatMap(({ problems }) => problems),
  });
}

function changes(stateFolder: string): ChangeEnvironment {
  return { machine: localChangeableMachine, folder: StateFolder.of(stateFolder), program: ownProgram() };
}

async function serveClient({ stateFolder, markFile }: StateOptions): Promise<number> {
  redirectConsole();
  const end = await serve(process.stdin, process.stdout, {
    agentVersion,
    nodeName: localMachine.hostName(),
    pid: process.pid,
    ticker: realTicker,
    changes: { environment: changes(stateFolder), markFile },
    collect: (options) => collectSnapshot(localMachine, options),
    load: (paths, options) => loadDump(paths, files, options),
    interpret,
  });
  if (end.kind === 'broken-stream') process.stderr.write(`${end.error.message}\n`);
  return end.kind === 'broken-stream' ? 1 : 0;
}

/** Ends with the status that shells give for a signal, and not by it: so that what the agent started ends too. */
function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => process.exit(128 + constants.signals[signal]));
  }
}

async function main(): Promise<void> {
  endOnSignals();
  process.stdout.on('error', () => {});
  const status = await runCli(process.argv.slice(2), {
    version: agentVersion,
    files,
    readStdin: () => buffer(process.stdin),
    collect: () => collectSnapshot(localMachine),
    serve: serveClient,
    changes,
    confirmInNewProcess,
    writeStdout: writeStandardOutput,
    writeFile: writeOutputFile,
    writeStderr: (text) => process.stderr.write(text),
  });
  // Nothing may keep the process: what a client left behind is of no use without it.
  process.exit(status);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
