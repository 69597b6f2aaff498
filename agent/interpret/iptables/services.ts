import type { ServicePort } from '../../model/service.ts';
import type { ObjectIndex } from '../objectIndex.ts';
import type { IptablesRuleset } from '../parsedSnapshot.ts';
import { LazyServicePort, type ServicePortReader } from '../servicePort.ts';
import { readAffinitySeconds } from './balancing.ts';
import { collectPorts, collectUserspacePorts } from './dispatch.ts';
import { readEndpoints } from './endpoints.ts';
import { readFrontends } from './frontends.ts';
import type { PortDraft } from './portDraft.ts';
import { describeChain, type PortChain, reachableChains } from './reachableChains.ts';

/** The Services that kube-proxy's iptables mode programmed, of both families. */
export function interpretIptables(
  rulesets: readonly IptablesRuleset[],
  objects: ObjectIndex | undefined,
): ServicePort[] {
  return collectPorts(rulesets, objects).map((draft) => toServicePort(draft, objects));
}

/** The Services of the userspace mode. kube-proxy itself knew the endpoints, the rules do not. */
export function interpretUserspace(rulesets: readonly IptablesRuleset[]): ServicePort[] {
  return collectUserspacePorts(rulesets).map((draft) => toServicePort(draft, undefined));
}

function toServicePort(draft: PortDraft, objects: ObjectIndex | undefined): ServicePort {
  const { namespace, name, portName } = draft.name;
  const port = { name: portName, protocol: draft.protocol, port: servicePortNumber(draft) };
  return new LazyServicePort({ namespace, name, port }, new IptablesReader(draft, objects));
}

/** The Service's own port: that of any frontend but a node port. 0 when the rules have only node ports. */
function servicePortNumber({ dispatches }: PortDraft): number {
  for (const { ruleset, rule, from } of dispatches) {
    if (from.startsWith('KUBE-NODEPORT')) continue;
    if (from === 'KUBE-EXTERNAL-SERVICES' && ruleset.dump.destination(rule) === undefined) continue;
    const port = Number(ruleset.dump.optionValue(rule, '--dport'));
    if (port > 0) return port;
  }
  return 0;
}

class IptablesReader implements ServicePortReader {
  readonly #draft: PortDraft;
  readonly #objects: ObjectIndex | undefined;
  #reached: PortChain[] | undefined;

  constructor(draft: PortDraft, objects: ObjectIndex | undefined) {
    this.#draft = draft;
    this.#objects = objects;
  }

  frontends() {
    return readFrontends(this.#draft, this.#objects);
  }

  endpoints() {
    return readEndpoints(this.#chains(), this.#draft.name, this.#objects);
  }

  affinitySeconds(): number | undefined {
    for (const { ruleset, chain, role } of this.#chains()) {
      if (role === 'firewall' || role === 'endpoint') continue;
      const seconds = readAffinitySeconds(ruleset, chain);
      if (seconds !== undefined) return seconds;
    }
    return undefined;
  }

  chains() {
    return this.#chains().map(describeChain);
  }

  virtualServers() {
    return [];
  }

  maps() {
    return [];
  }

  #chains(): readonly PortChain[] {
    this.#reached ??= reachableChains(this.#draft.dispatches);
    return this.#reached;
  }
}
