import { compileRules } from '../compile/compileRules.ts';
import { completeProxyOptions, type GivenProxyOptions } from '../compile/defaultProxyOptions.ts';
import { servingUdpFrontends } from '../compile/servingUdpFrontends.ts';
import type { ServiceMode, ServiceRules } from '../model/serviceRules.ts';
import type { IptablesBackend, PartReason } from '../model/snapshot.ts';
import type { ChangeOrder } from '../node/change/applyChange.ts';
import type { ChangeEnvironment } from '../node/change/changeEnvironment.ts';
import { ChangeError } from '../node/change/changeError.ts';
import type { ChangeRecord } from '../node/change/changeRecord.ts';
import { findNodeIps, readKernelFacts } from '../node/change/nodeFacts.ts';
import { type NodeReading, type RawReading, readRaw, understand } from '../node/change/nodeReading.ts';
import { checkPrerequisites, type IpvsTimeouts, type PrerequisiteSetting } from '../node/change/prerequisites.ts';
import { parseRuleSnapshot } from '../node/change/ruleSnapshot.ts';
import { withoutSharedChain } from '../node/change/withoutSharedChain.ts';
import type { CollectOptions } from '../node/collectSnapshot.ts';
import { mergeObjects, readObjects } from '../objects/readObjects.ts';
import { withoutDrained } from '../plan/draining/withoutDrained.ts';
import { rulesOfMode } from '../plan/leftovers/rulesOfMode.ts';
import { modeOf } from '../plan/modeOf.ts';
import { type PlanFacts, planChange } from '../plan/planChange.ts';
import { type KeptObjects, parseKeptObjects, printKeptObjects } from './keptObjects.ts';
import { serviceOwners } from './serviceOwners.ts';

/** Where a change shall lead, as in `change/plan`, with any number of texts of objects. */
export type ProposalTarget =
  | { readonly kind: 'apply'; readonly objects: readonly string[]; readonly mode?: ServiceMode | undefined }
  | { readonly kind: 'switch'; readonly objects?: readonly string[] | undefined; readonly mode: ServiceMode }
  | { readonly kind: 'clean-up' | 'undo' };

/** What somebody said about the node; what is left out was said before, is found on the node, or is kube-proxy's. */
export type OptionInput = { readonly [Key in keyof GivenProxyOptions]?: GivenProxyOptions[Key] | undefined };

/** A change that could be made, and what speaks against it. */
export interface Proposal {
  readonly order: Omit<ChangeOrder, 'isFresh' | 'consent' | 'confirmWithin'>;
  /** Why it cannot be made whoever wants it; reasons that lie in the node's use are others: see `nodeRefusals`. */
  readonly refusals: readonly PartReason[];
  readonly notes: readonly PartReason[];
}

/** Where a change leads. */
interface Destination {
  readonly desired: ServiceRules;
  readonly objects: ChangeOrder['objects'];
  readonly refusals: readonly PartReason[];
  readonly notes: readonly PartReason[];
  /** What planning should know of the objects. */
  readonly facts?: Partial<PlanFacts>;
  /** The Services of virtual servers; asked for only where there are some. */
  readonly owners: () => Promise<ReadonlyMap<string, string>>;
  readonly excludeCidrs?: readonly string[];
  readonly putBack?: ChangeOrder['putBack'];
  readonly ipvsTimeouts?: IpvsTimeouts;
}

/**
 * Plans a change. Changes nothing.
 *
 * @throws ChangeError when there is nothing to plan with: `read-failed`, `no-objects`, `nothing-to-undo`, `cancelled`
 */
export async function propose(
  environment: ChangeEnvironment,
  target: ProposalTarget,
  given: OptionInput,
  options: CollectOptions = {},
): Promise<Proposal> {
  const { machine, folder } = environment;
  const [raw, record] = await Promise.all([readRaw(machine, options), folder.readRecord()]);
  const { desired, objects, refusals, notes, facts, owners, excludeCidrs, putBack, ipvsTimeouts } = await destination(
    environment,
    target,
    given,
    raw,
    record,
  );
  const reading = understand(raw, {
    virtualServers: { alsoOwn: virtualServersOf(desired), ...(excludeCidrs && { excludeCidrs }) },
  });
  const wanted = inBackend(desired, reading.backend);
  const current = target.kind === 'undo' ? withoutSharedChain(reading.rules, wanted) : reading.rules;
  const hasServers = [current, wanted].some((rules) => virtualServersOf(rules).size > 0);
  const known = { ...reading.facts, ...facts, ...(hasServers && { owners: await owners() }) };
  const plan = planChange(current, wanted, known);
  return {
    order: {
      kind: target.kind,
      plan,
      desired: wanted,
      reading,
      objects,
      ...(putBack && { putBack }),
      prerequisites: await checkPrerequisites(
        machine,
        { desired: wanted, steps: plan.steps, findsFlows: plan.staleFlows.length > 0, ipvsTimeouts },
        options.signal,
      ),
    },
    refusals: [...refusals, ...mixedBackends(reading, target)],
    notes,
  };
}

/** Keys of the virtual servers of all families. */
function virtualServersOf({ families }: ServiceRules): ReadonlySet<string> {
  return new Set([...families.values()].flatMap(({ virtualServers }) => [...virtualServers.keys()]));
}

/** The same rules, to be written into the backend of iptables that the node's other rules are in. */
function inBackend(rules: ServiceRules, backend: IptablesBackend | undefined): ServiceRules {
  const families = [...rules.families].map(
    ([family, { iptables, ...rest }]) => [family, { ...rest, iptables: { ...iptables, backend } }] as const,
  );
  return { ...rules, families: new Map(families) };
}

async function destination(
  environment: ChangeEnvironment,
  target: ProposalTarget,
  given: OptionInput,
  raw: RawReading,
  record: ChangeRecord,
): Promise<Destination> {
  const keptOwners = async (): Promise<ReadonlyMap<string, string>> => {
    const kept = await readKept(environment, record);
    if (kept === undefined) return new Map();
    const facts = await readKernelFacts(environment.machine);
    const objects = mergeObjects(kept.objects.map((text) => readObjects(text, 'objects').objects));
    return serviceOwners(objects, completeProxyOptions(kept.options, facts));
  };
  switch (target.kind) {
    case 'apply': {
      const mode = target.mode ?? serviceMode(modeOf(understand(raw, {}).rules)) ?? 'iptables';
      const kept = await readKept(environment, record);
      return compiled(environment, mode, target.objects, given, kept?.options);
    }
    case 'switch': {
      const kept = await readKept(environment, record);
      const objects = target.objects ?? kept?.objects;
      if (objects === undefined) {
        throw new ChangeError('no-objects', 'The node does not keep the Services of an earlier apply; give them.');
      }
      return compiled(environment, target.mode, objects, given, kept?.options);
    }
    case 'undo':
      return { ...(await beforeLastChange(environment, record)), owners: keptOwners, refusals: [], notes: [] };
    case 'clean-up':
      return { ...cleanedUp(raw), objects: keptFile(record), owners: keptOwners, refusals: [], notes: [] };
  }
}

/** Nothing but what the node's mode uses. */
function cleanedUp(raw: RawReading): Pick<Destination, 'desired'> {
  const { rules } = understand(raw, {});
  return { desired: rulesOfMode(rules, modeOf(rules)) };
}

/** The objects whose rules stand, as far as they are known. */
function keptFile({ confirmed }: ChangeRecord): ChangeOrder['objects'] {
  return confirmed?.objects === undefined ? undefined : { file: confirmed.objects };
}

function serviceMode(mode: ReturnType<typeof modeOf>): ServiceMode | undefined {
  return mode === 'userspace' || mode === 'none' ? undefined : mode;
}

async function readKept({ folder }: ChangeEnvironment, { confirmed }: ChangeRecord): Promise<KeptObjects | undefined> {
  if (confirmed?.objects === undefined) return undefined;
  return parseKeptObjects((await folder.readFile(confirmed.objects)) ?? '');
}

async function compiled(
  { machine }: ChangeEnvironment,
  mode: ServiceMode,
  texts: readonly string[],
  given: OptionInput,
  kept: GivenProxyOptions | undefined,
): Promise<Destination> {
  const readings = texts.map((text) => readObjects(text, 'objects'));
  const problems = readings.flatMap((reading) => reading.problems);
  const facts = await readKernelFacts(machine);
  const known = withoutUndefined(given);
  const options: GivenProxyOptions = {
    nodeName: machine.hostName().trim().toLowerCase(),
    ...kept,
    ...known,
    nodeIps: known.nodeIps ?? kept?.nodeIps ?? [...(await findNodeIps(machine, facts.addresses)).values()],
    ipvs: { ...kept?.ipvs, ...withoutUndefined(known.ipvs ?? {}) },
  };
  const errors = problems.filter(({ severity }) => severity === 'error');
  const excludeCidrs = options.ipvs?.excludeCidrs;
  const objects = mergeObjects(readings.map((reading) => reading.objects));
  const complete = completeProxyOptions(options, facts);
  const { tcpTimeout, tcpFinTimeout, udpTimeout } = complete.ipvs;
  const desired = compileRules(objects, complete, mode);
  const udpFrontends = new Map(
    [...desired.families.keys()].map((family) => [family, servingUdpFrontends(objects, family)]),
  );
  return {
    desired,
    facts: { udpFrontends },
    owners: async () => serviceOwners(objects, complete),
    objects: { text: printKeptObjects({ mode, options, objects: texts }) },
    ...(excludeCidrs && { excludeCidrs }),
    ...(mode === 'ipvs' && { ipvsTimeouts: [tcpTimeout, tcpFinTimeout, udpTimeout] as const }),
    refusals: errors.map(({ code, message, args }) => ({ code, message, args })),
    notes: problems
      .filter(({ severity }) => severity !== 'error')
      .map(({ code, message, args }) => ({ code, message, args })),
  };
}

/** What was said, without what was not. */
function withoutUndefined<Input extends object>(
  input: Input,
): { [Key in keyof Input]?: Exclude<Input[Key], undefined> } {
  const said: { [Key in keyof Input]?: Exclude<Input[Key], undefined> } = {};
  for (const key in input) {
    const value = input[key];
    if (isSaid(value)) said[key] = value;
  }
  return said;
}

function isSaid<Value>(value: Value): value is Exclude<Value, undefined> {
  return value !== undefined;
}

async function beforeLastChange(
  { folder }: ChangeEnvironment,
  { confirmed }: ChangeRecord,
): Promise<Pick<Destination, 'desired' | 'objects' | 'putBack'>> {
  const text = confirmed && (await folder.readFile(confirmed.before));
  const before = parseRuleSnapshot(text ?? '');
  if (confirmed === undefined || before === undefined) {
    throw new ChangeError('nothing-to-undo', 'No change of this node that was confirmed can be undone.');
  }
  return {
    // Of the settings, only those that the change itself made are put back.
    desired: { ...withoutDrained(before.rules), sysctls: new Map() },
    putBack: confirmed.prerequisites.flatMap((done): PrerequisiteSetting[] => {
      if (done.kind === 'sysctl') return [{ kind: 'sysctl', path: done.path, value: done.before }];
      return done.kind === 'ipvsTimeouts' ? [{ kind: 'ipvsTimeouts', value: done.before }] : [];
    }),
    objects: confirmed.objectsBefore === undefined ? undefined : { file: confirmed.objectsBefore },
  };
}

function mixedBackends({ backends }: NodeReading, { kind }: ProposalTarget): readonly PartReason[] {
  if (backends.length < 2 || kind === 'clean-up') return [];
  const message = "kube-proxy's rules stand in both backends of iptables; clean up first.";
  return [{ code: 'mixed-backends', message, args: {} }];
}
