import { describeChange, readChangeState } from '../change/describeChange.ts';
import type { ChangeEnvironment } from '../node/change/changeEnvironment.ts';
import { ChangeError } from '../node/change/changeError.ts';
import { confirmChange } from '../node/change/confirmChange.ts';
import { monotonicMs } from '../node/change/monotonicMs.ts';
import { rollBackChange } from '../node/change/rollBackChange.ts';
import { setMark } from '../node/change/testNodeMark.ts';
import { watchChange } from '../node/change/watchChange.ts';
import type { ChangeState } from '../protocol/changeMessages.ts';
import type { ChangeCommandLine } from './changeCommandLine.ts';
import type { CliEnvironment } from './cliEnvironment.ts';

/** A command about changes that were made. */
type StateCommand = Extract<
  ChangeCommandLine,
  { readonly command: 'confirm' | 'rollback' | 'watch' | 'mark' | 'unmark' | 'state' }
>;

/** Finishes a change, marks the node, or says how it stands. */
export async function runChangeState(command: StateCommand, cli: CliEnvironment): Promise<void> {
  const environment = cli.changes(command.stateFolder);
  switch (command.command) {
    case 'watch':
      await watchChange(environment, command.change);
      return;
    case 'confirm': {
      const change = await confirmChange(environment, command.change ?? (await latest(environment)), processStartMs());
      await answer(cli, command.json, describeChange(change), `${change.id} is confirmed.`);
      return;
    }
    case 'rollback': {
      const change = await rollBackChange(environment, command.change ?? (await latest(environment)));
      const { differences = 0 } = change;
      const sentence = `${change.id} is rolled back; ${differences} rules differ from what stood before.`;
      await answer(cli, command.json, { ...describeChange(change), differences }, sentence);
      return;
    }
    case 'mark':
    case 'unmark':
      if (!environment.machine.isRoot()) throw new ChangeError('not-root', 'Only root may mark a node.');
      await setMark(command.markFile, command.command === 'mark');
  }
  const state = await readChangeState(environment, command.markFile);
  await answer(cli, command.json, state, describeState(state));
}

/** The last change, which is meant where none is named. */
async function latest({ folder }: ChangeEnvironment): Promise<string> {
  const { latest } = await folder.readRecord();
  if (latest === undefined) throw new ChangeError('unknown-change', 'This node has not been changed.');
  return latest.id;
}

/** When this process began: on the command line, every process is a connection of its own. */
function processStartMs(): number {
  return monotonicMs() - process.uptime() * 1000;
}

async function answer(cli: CliEnvironment, json: boolean, value: object, sentence: string): Promise<void> {
  await cli.writeStdout(`${json ? JSON.stringify(value, undefined, 2) : sentence}\n`);
}

function describeState({
  marked,
  markFile,
  kubeProxyRunning,
  latest,
  undoable,
  draining,
  hasObjects,
}: ChangeState): string {
  const lines = [
    marked ? `This is a test node (${markFile}).` : `This node is not marked as a test node (${markFile}).`,
    ...(kubeProxyRunning ? ['A kube-proxy runs.'] : []),
    latest === undefined
      ? 'Nothing was changed.'
      : `Last change: ${latest.change} (${latest.kind}, ${latest.from} -> ${latest.to}): ${latest.state}.`,
    ...(latest?.secondsLeft === undefined ? [] : [`It is rolled back in ${Math.ceil(latest.secondsLeft)} s.`]),
    ...(undoable ? ['It can be undone.'] : []),
    ...(draining === 0 ? [] : [`${draining} connections still use what was taken out of use.`]),
    ...(hasObjects ? ['The Services that were applied last are kept, for switching.'] : []),
  ];
  return lines.join('\n');
}
