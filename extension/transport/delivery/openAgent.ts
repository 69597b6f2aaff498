import { cancellable } from '../../common/cancellation.ts';
import { TransportError } from '../../common/transportError.ts';
import { startElevated } from '../elevation.ts';
import type { ConnectContext, RemoteProcess } from '../transport.ts';
import { type AgentProcess, asAgent } from './agentProcess.ts';
import type { AgentArtefacts, Artefact } from './artefacts.ts';
import { type DeliveryTarget, deliverArtefact } from './deliverArtefact.ts';
import { type NodeFacts, parseNodeFacts } from './nodeFacts.ts';
import { planDelivery } from './planDelivery.ts';
import { launchScript, scriptCommand } from './scripts.ts';

/**
 * Starts the agent on a machine, after putting there what is missing. With everything in place that is one command
 * and one round trip.
 *
 * @throws TransportError for every way in which this can fail; `deliveryDeclined` when the user does not agree
 */
export async function openAgent(
  target: DeliveryTarget,
  artefacts: AgentArtefacts,
  context: ConnectContext,
): Promise<AgentProcess> {
  context.report({ step: 'start' });
  const first = await launch(target, artefacts, context);
  if ('process' in first) return asAgent(first.process, [], context);

  const { facts } = first;
  const missing = planDelivery(facts, artefacts);
  await askToDeliver(target, facts, missing, context);
  for (const artefact of missing) {
    await deliverArtefact(artefact, { ...target, folder: facts.folder }, facts.tools.gzip, context);
  }
  context.report({ step: 'start' });
  const second = await launch(target, artefacts, context);
  if ('process' in second) {
    return asAgent(
      second.process,
      missing.map((artefact) => artefact.name),
      context,
    );
  }
  const absent = second.facts.haveAgent ? 'runtime' : 'agent';
  throw new TransportError('uploadFailed', { step: 'start', args: { file: absent } });
}

async function launch(
  target: DeliveryTarget,
  { agent, runtimes }: AgentArtefacts,
  context: ConnectContext,
): Promise<{ readonly process: RemoteProcess } | { readonly facts: NodeFacts }> {
  const { process, output } = await startElevated(
    target.machine,
    target.privilege,
    (marker) =>
      scriptCommand(
        launchScript,
        marker,
        target.folder,
        agent.sha256,
        runtimes.x64?.sha256 ?? '',
        runtimes.arm64?.sha256 ?? '',
      ),
    'start',
    target.credentials,
    context,
  );
  try {
    const line = await cancellable(output.next(), context.signal, 'start');
    if (line?.word === 'ready') {
      output.release();
      return { process };
    }
    context.report({ step: 'probe' });
    const text =
      line?.word === 'missing' ? await cancellable(output.textUntil('end'), context.signal, 'probe') : undefined;
    if (text === undefined) throw await output.explainEnd('start');
    context.log.debug(`The node reports: ${text.trim().replaceAll('\n', ', ')}`);
    process.kill();
    return { facts: parseNodeFacts(text) };
  } catch (error) {
    process.kill();
    throw error;
  }
}

async function askToDeliver(
  target: DeliveryTarget,
  facts: NodeFacts,
  missing: readonly Artefact[],
  context: ConnectContext,
): Promise<void> {
  const { interactive, prompts, signal } = context;
  if (!interactive) throw new TransportError('promptNeeded', { step: 'upload', args: { prompt: 'delivery' } });
  const request = {
    machine: target.machine.label,
    folder: facts.folder,
    files: missing.map(({ name, bytes }) => ({ name, bytes })),
  };
  const answer = await cancellable(prompts.confirmDelivery(request, signal), signal, 'upload');
  if (answer !== true) {
    throw new TransportError('deliveryDeclined', { step: 'upload', args: { folder: facts.folder } });
  }
}
