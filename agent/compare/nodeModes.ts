import { setImmediate } from 'node:timers/promises';
import { compileRules } from '../compile/compileRules.ts';
import type { GivenProxyOptions } from '../compile/defaultProxyOptions.ts';
import type { ProxyOptions } from '../compile/proxyOptions.ts';
import type { ParsedSnapshot } from '../interpret/parsedSnapshot.ts';
import { parseSnapshot } from '../interpret/parseSnapshot.ts';
import type { NodeModel } from '../model/nodeModel.ts';
import type { TraceFact } from '../model/packetTrace.ts';
import type { ServiceMode, ServiceRules } from '../model/serviceRules.ts';
import type { KubernetesObjects } from '../objects/kubernetesObjects.ts';
import { mergeObjects, readObjects } from '../objects/readObjects.ts';
import { readServiceRules } from '../plan/readServiceRules.ts';
import { type TracedNode, tracedNode } from '../trace/tracedNode.ts';
import { assumption } from './assumption.ts';
import { healthCheckNodePorts } from './objects/healthChecks.ts';
import { localEndpoints } from './objects/localEndpoints.ts';
import { nodeNameOf } from './objects/nodeNameOf.ts';
import { objectsFromModel } from './objects/objectsFromModel.ts';
import { separateIptables } from './parts/separateIptables.ts';
import { rulesGap } from './rulesGap.ts';
import { kubeProxyConfig } from './settings/kubeProxyConfig.ts';
import { nodeAddresses, withAddresses } from './settings/nodeAddresses.ts';
import { programmedFamilies, proxyOptionsOf } from './settings/proxyOptionsOf.ts';
import { snapshotWith } from './snapshotWith.ts';

type Optional<T> = { readonly [Key in keyof T]?: T[Key] | undefined };

/** What is known beside the snapshot of a node. */
export interface GivenObjects {
  /** Texts of Services and EndpointSlices; undefined where nobody gave any. */
  readonly objects?: readonly string[] | undefined;
  /** What was said when rules were last applied to the node. */
  readonly kept?: GivenProxyOptions | undefined;
  /** What somebody says of kube-proxy's settings. */
  readonly options?: Optional<GivenProxyOptions> | undefined;
}

/** The Services of a node, and what rules for them are made with. */
export interface NodeServices {
  readonly objects: KubernetesObjects;
  readonly options: ProxyOptions;
  /** What the rules of other modes rest on. */
  readonly assumptions: readonly TraceFact[];
}

/** What stands is the same whatever the Services are that other modes are made for. */
const liveNodes = new WeakMap<ParsedSnapshot, TracedNode>();

function liveNode(parsed: ParsedSnapshot): TracedNode {
  const known = liveNodes.get(parsed);
  if (known !== undefined) return known;
  const made = tracedNode(parsed);
  liveNodes.set(parsed, made);
  return made;
}

/** A node as it is, and as it would be in other modes for the same Services. Everything is made when asked for. */
export class NodeModes {
  readonly parsed: ParsedSnapshot;
  readonly model: NodeModel;
  readonly #given: GivenObjects;
  readonly #compiled = new Map<ServiceMode, ServiceRules>();
  readonly #traced = new Map<ServiceMode | 'live', TracedNode>();
  #standing: ServiceRules | undefined;
  #services: NodeServices | undefined;

  constructor(parsed: ParsedSnapshot, model: NodeModel, given: GivenObjects) {
    const nodeIps = given.options?.nodeIps ?? given.kept?.nodeIps ?? [];
    const { snapshot } = parsed;
    // Dumps of rules alone say nothing of the node's addresses, which the rules ask for.
    const completed = nodeAddresses(snapshot).length === 0 ? withAddresses(snapshot, nodeIps) : snapshot;
    this.parsed = completed === snapshot ? parsed : parseSnapshot(completed);
    this.model = model;
    this.#given = given;
  }

  /** The mode that the node is in; undefined where no kube-proxy of today wrote its rules. */
  get mode(): ServiceMode | undefined {
    const { mode } = this.model;
    return mode === 'none' || mode === 'userspace' ? undefined : mode;
  }

  /** Whether the rules of a mode are those that stand. */
  isLive(mode: ServiceMode | undefined): boolean {
    return mode === undefined || mode === this.model.mode;
  }

  /** Makes what {@link traced} gives for a mode, and lets the event loop turn on the way: it takes seconds on large nodes. */
  async prepare(mode?: ServiceMode): Promise<TracedNode> {
    if (mode !== undefined && !this.isLive(mode) && !this.#traced.has(mode)) {
      void this.services;
      await setImmediate();
      this.compiled(mode);
      await setImmediate();
    }
    return this.traced(mode);
  }

  /** What packets meet; without a mode, or in the node's own, what stands. */
  traced(mode?: ServiceMode): TracedNode {
    const key = mode === undefined || this.isLive(mode) ? 'live' : mode;
    const known = this.#traced.get(key);
    if (known !== undefined) return known;
    const traced =
      key === 'live' ? liveNode(this.parsed) : tracedNode(parseSnapshot(snapshotWith(this.parsed, this.compiled(key))));
    this.#traced.set(key, traced);
    return traced;
  }

  /** The rules that a mode would have. */
  compiled(mode: ServiceMode): ServiceRules {
    const known = this.#compiled.get(mode);
    if (known !== undefined) return known;
    const { objects, options } = this.services;
    const rules = compileRules(objects, options, mode);
    this.#compiled.set(mode, rules);
    return rules;
  }

  get services(): NodeServices {
    this.#services ??= this.#findServices();
    return this.#services;
  }

  /** kube-proxy's rules that stand. */
  get standing(): ServiceRules {
    const { snapshot } = this.parsed;
    const parts = [...separateIptables(this.parsed), ...snapshot.parts.filter(({ kind }) => kind !== 'iptables-save')];
    this.#standing ??= readServiceRules({ ...snapshot, parts }).rules;
    return this.#standing;
  }

  #findServices(): NodeServices {
    const { snapshot } = this.parsed;
    const { network } = this.traced();
    const { kept, options: given = {} } = this.#given;
    const assumptions: TraceFact[] = [];
    const read = this.#readObjects(assumptions);
    const host = snapshot.origin === 'live' ? snapshot.nodeName.trim().toLowerCase() : undefined;
    const known = [given.nodeName, kept?.nodeName, kubeProxyConfig(snapshot)?.nodeName, host];
    const { name, isAssumed } =
      read === undefined
        ? { name: known.find((each) => each !== undefined) ?? snapshot.nodeName, isAssumed: false }
        : nodeNameOf(read, known, localEndpoints(this.standing, this.mode, network), snapshot.nodeName);
    if (isAssumed) {
      const message = `Endpoints are taken to be on this node when they are on a node called ${name}.`;
      assumptions.push(assumption('node-name-assumed', message, { name }));
    }
    const objects = read ?? this.#objectsOfRules(name, network, assumptions);
    const found = proxyOptionsOf(
      { snapshot, network, rules: this.standing, mode: this.mode, objects, kept, given },
      name,
    );
    assumptions.push(...found.assumptions);
    if (read !== undefined) this.#compareWithStanding(objects, found.options, assumptions);
    return { objects, options: found.options, assumptions };
  }

  /** Those that were given, or that stood among saved dumps; undefined where there are none. */
  #readObjects(assumptions: TraceFact[]): KubernetesObjects | undefined {
    const saved = this.parsed.snapshot.parts
      .filter(({ kind }) => kind === 'kubernetes-objects')
      .map(({ text }) => text);
    const texts = this.#given.objects ?? [];
    const readings = (texts.length > 0 ? texts : saved).map((text) => readObjects(text, 'objects'));
    if (readings.length === 0) return undefined;
    const count = readings.reduce((sum, { problems }) => sum + problems.length, 0);
    if (count > 0) {
      const message = `Of the objects that were given, ${count} could not be understood.`;
      assumptions.push(assumption('objects-with-problems', message, { count }));
    }
    return mergeObjects(readings.map(({ objects }) => objects));
  }

  #objectsOfRules(nodeName: string, network: TracedNode['network'], assumptions: TraceFact[]): KubernetesObjects {
    const local = localEndpoints(this.standing, this.mode, network);
    const found = objectsFromModel(this.model, {
      local,
      nodeName,
      healthCheckNodePorts: healthCheckNodePorts(this.standing),
    });
    assumptions.push(...found.assumptions);
    return found.objects;
  }

  /** Objects may be of another time than the rules, or of another cluster. */
  #compareWithStanding(objects: KubernetesObjects, options: ProxyOptions, assumptions: TraceFact[]): void {
    const { mode } = this;
    if (mode === undefined) return;
    const rules = compileRules(objects, options, mode);
    this.#compiled.set(mode, rules);
    const families = programmedFamilies({ rules: this.standing, objects });
    const standing = new Map(
      families.flatMap((family) => {
        const of = this.standing.families.get(family);
        return of === undefined ? [] : [[family, of] as const];
      }),
    );
    const count = rulesGap({ families: standing, sysctls: new Map() }, rules);
    if (count === 0) return;
    const message = `The rules that stand differ in ${count} from those that the Services would have in ${mode} mode.`;
    assumptions.push(assumption('objects-differ-from-rules', message, { count, mode }));
  }
}
