import { describeChange } from '../change/describeChange.ts';
import { kubeProxyRunning, nodeRefusals, notMarked, refuse } from '../change/nodeRefusals.ts';
import { planText } from '../change/planText.ts';
import { type OptionInput, type Proposal, type ProposalTarget, propose } from '../change/proposal.ts';
import { type AppliedChange, applyChange, lockNode } from '../node/change/applyChange.ts';
import type { ChangeEnvironment } from '../node/change/changeEnvironment.ts';
import { ChangeError } from '../node/change/changeError.ts';
import type { NodeChange } from '../protocol/changeMessages.ts';
import type { ChangeCommandLine } from './changeCommandLine.ts';
import type { CliEnvironment } from './cliEnvironment.ts';
import { readObjectTexts } from './objectFiles.ts';

/** A command that changes the node's rules. */
type ChangingCommand = Extract<ChangeCommandLine, { readonly command: 'apply' | 'switch' | 'undo' | 'clean-up' }>;

/** Seconds that a change waits for the process that confirms it at once. */
const ownConfirmationSeconds = 60;

/** Plans a change and shows it, or makes it and says what became of it. */
export async function runChange(command: ChangingCommand, cli: CliEnvironment): Promise<void> {
  const environment = cli.changes(command.stateFolder);
  const target = await targetOf(command, cli);
  if (command.dryRun) {
    const proposal = await propose(environment, target, optionsOf(command));
    const refusals = [...(await nodeRefusals(environment, command.markFile)), ...proposal.refusals];
    await (command.json ? writeJson(cli, describeProposal(proposal, refusals)) : writePlan(cli, proposal, refusals));
    return;
  }
  const overruled = [...(command.yes ? [notMarked] : []), ...(command.takeOver ? [kubeProxyRunning] : [])];
  refuse(await nodeRefusals(environment, command.markFile), overruled);
  const made = await makeChange(environment, target, command).catch((error: unknown) => {
    if (error instanceof ChangeError && error.code === 'prerequisites-unmet') {
      cli.writeStderr('--set-prerequisites sees to what the agent can set.\n');
    }
    throw error;
  });
  if (made === undefined) {
    await (command.json ? writeJson(cli, { change: null }) : cli.writeStdout('The node is as wanted.\n'));
    return;
  }
  const { applied, proposal } = made;
  for (const { message } of proposal.notes) cli.writeStderr(`${message}\n`);
  if (command.confirmWithin === undefined) await cli.confirmInNewProcess(applied.change.id, command.stateFolder);
  const change = describeChange(applied.change);
  const settled: NodeChange = command.confirmWithin === undefined ? { ...change, state: 'confirmed' } : change;
  const { added, removed } = proposal.order.plan;
  const { steps, durationMs, verified } = applied;
  await (command.json
    ? writeJson(cli, { change: settled, added, removed, steps, durationMs: Math.round(durationMs), verified })
    : cli.writeStdout(describeApplied(settled, proposal, applied)));
}

async function targetOf(command: ChangingCommand, cli: CliEnvironment): Promise<ProposalTarget> {
  switch (command.command) {
    case 'apply':
      return { kind: 'apply', mode: command.mode, objects: await textsOf(command.objects, cli) };
    case 'switch': {
      const objects = command.objects.length === 0 ? undefined : await textsOf(command.objects, cli);
      return { kind: 'switch', mode: command.mode, objects };
    }
    default:
      return { kind: command.command };
  }
}

async function textsOf(paths: readonly string[], cli: CliEnvironment): Promise<readonly string[]> {
  return (await readObjectTexts(paths, cli)).map(({ text }) => text);
}

function optionsOf(command: ChangingCommand): OptionInput {
  if (!('proxy' in command)) return {};
  const { nodeIps, ...proxy } = command.proxy;
  return { ...proxy, ...(nodeIps.length > 0 && { nodeIps }) };
}

/** Plans under the lock, so that what is planned for is what stands. */
async function makeChange(
  environment: ChangeEnvironment,
  target: ProposalTarget,
  command: ChangingCommand,
): Promise<{ readonly applied: AppliedChange; readonly proposal: Proposal } | undefined> {
  const lock = await lockNode(environment);
  try {
    const proposal = await propose(environment, target, optionsOf(command));
    refuse(proposal.refusals, []);
    const { order } = proposal;
    const consent = command.setPrerequisites ? order.prerequisites.map(({ id }) => id) : [];
    const isWanted =
      order.plan.steps.length === 0 && order.prerequisites.every(({ met }) => met || consent.length === 0);
    if (isWanted && !(await wouldKeepObjects(environment, target))) return undefined;
    const confirmWithin = command.confirmWithin ?? ownConfirmationSeconds;
    const applied = await applyChange(environment, lock, {
      ...order,
      isFresh: true,
      consent,
      confirmWithin,
      drainWithin: command.drainWithin,
    });
    return { applied, proposal };
  } finally {
    await lock.release();
  }
}

/** Whether a change without steps is of use all the same: the node learns which objects its rules are of. */
async function wouldKeepObjects({ folder }: ChangeEnvironment, { kind }: ProposalTarget): Promise<boolean> {
  return (kind === 'apply' || kind === 'switch') && (await folder.readRecord()).confirmed?.objects === undefined;
}

function describeProposal({ order, notes }: Proposal, refusals: Proposal['refusals']) {
  const { from, to, added, removed, steps, changes } = order.plan;
  return {
    from,
    to,
    added,
    removed,
    steps: steps.map(({ phase, part, family, argv, stdin }) => ({ phase, part, family, argv, stdin })),
    changes,
    refusals,
    notes,
    prerequisites: order.prerequisites.map(({ id, met, settable, required, fact }) => ({
      id,
      met,
      settable,
      required,
      fact,
    })),
  };
}

async function writePlan(
  cli: CliEnvironment,
  { order, notes }: Proposal,
  refusals: Proposal['refusals'],
): Promise<void> {
  const { from, to, added, removed, changes } = order.plan;
  const unmet = order.prerequisites.filter(({ met }) => !met);
  const heading = [
    `${from} -> ${to}: ${added} added, ${removed} removed`,
    ...refusals.map(({ message }) => `It would be refused: ${message}`),
    ...unmet.map(({ fact, settable }) => `${fact.message}${settable ? ' --set-prerequisites sees to it.' : ''}`),
    ...notes.map(({ message }) => message),
  ];
  await cli.writeStdout(heading.map((line) => `# ${line}\n`).join(''));
  const { text, linesLeftOut } = planText(changes);
  await cli.writeStdout(text);
  if (linesLeftOut > 0) await cli.writeStdout(`# ${linesLeftOut} more lines\n`);
}

function describeApplied(
  change: NodeChange,
  { order }: Proposal,
  { steps, durationMs, verified }: AppliedChange,
): string {
  const { added, removed } = order.plan;
  const counted = steps === 1 ? '1 step' : `${steps} steps`;
  const lines = [
    `${change.from} -> ${change.to}: ${added} added, ${removed} removed, in ${counted} and ${Math.round(durationMs)} ms.`,
    ...(verified ? [] : ['Reading it back took too long, and was given up.']),
    change.state === 'pending'
      ? `It is rolled back at ${change.deadline ?? ''} unless it is confirmed: confirm ${change.change}`
      : `It is confirmed: ${change.change}`,
  ];
  return `${lines.join('\n')}\n`;
}

async function writeJson(cli: CliEnvironment, value: unknown): Promise<void> {
  await cli.writeStdout(`${JSON.stringify(value, undefined, 2)}\n`);
}
