import type { ServiceProtocol } from '../../model/address.ts';
import type { Frontend, FrontendKind } from '../../model/service.ts';
import { hostOf } from '../addressText.ts';
import type { ObjectIndex } from '../objectIndex.ts';
import { dropsFromOutside, keepsToLocal, sourceRangesOf } from './externalPolicy.ts';
import type { DispatchRule, PortDraft } from './portDraft.ts';

/** A frontend while the rules that say something about it are put together. */
interface FrontendDraft {
  readonly dispatch: DispatchRule;
  readonly ip: string | undefined;
  readonly port: number;
  readonly kind: FrontendKind | undefined;
  verdict: Frontend['verdict'];
  localOnly: boolean;
}

/** What is known of a port as a whole. */
interface FrontendContext {
  readonly ownAddresses: ReadonlySet<string>;
  readonly hasNodePort: boolean;
  readonly objects: ObjectIndex | undefined;
}

/**
 * The frontends of a port. Rules of the nat table say where packets go, those of the filter table which are refused;
 * a frontend with external policy Local and no endpoint on this node has both, and then counts as refused, because
 * that is what a client outside the node meets.
 */
export function readFrontends(draft: PortDraft, objects: ObjectIndex | undefined): Frontend[] {
  const found = new Map<string, FrontendDraft>();
  for (const dispatch of draft.dispatches) {
    for (const ip of frontendIps(dispatch)) addFrontend(found, dispatch, ip);
  }
  const ownAddresses = new Set([...found.values()].map(({ ip }) => ip).filter((ip) => ip !== undefined));
  const hasNodePort = [...found.values()].some(({ kind }) => kind === 'nodePort');
  return [...found.values()].map((frontend) =>
    finish(frontend, draft.protocol, { ownAddresses, hasNodePort, objects }),
  );
}

function addFrontend(found: Map<string, FrontendDraft>, dispatch: DispatchRule, ip: string | undefined): void {
  const { dump, family } = dispatch.ruleset;
  const port = Number(dump.optionValue(dispatch.rule, '--dport') ?? 0);
  const key = `${dispatch.ruleset.backend} ${family} ${ip ?? ''} ${port}`;
  const known = found.get(key);
  if (dispatch.table === 'filter') {
    const verdict = dump.targetName(dispatch.rule) === 'DROP' ? 'drop' : 'reject';
    if (known === undefined) {
      const localOnly = dump.comment(dispatch.rule)?.endsWith('no local endpoints') ?? false;
      found.set(key, { dispatch, ip, port, kind: kindOf(dispatch), verdict, localOnly });
    } else {
      known.verdict = verdict;
    }
    return;
  }
  if (known !== undefined) return;
  found.set(key, {
    dispatch,
    ip,
    port,
    kind: kindOf(dispatch),
    verdict: dropsFromOutside(dispatch.ruleset, dispatch.target) ? 'drop' : 'endpoints',
    localOnly: keepsToLocal(dispatch.ruleset, dispatch.target),
  });
}

function finish(
  { dispatch, ip, port, kind, verdict, localOnly }: FrontendDraft,
  protocol: ServiceProtocol,
  { ownAddresses, hasNodePort, objects }: FrontendContext,
): Frontend {
  const { dump, family, locator } = dispatch.ruleset;
  const told = kind ?? (ip === undefined ? undefined : objects?.byAddress(ip, protocol, port)?.kind);
  const counters = dump.ruleCounters(dispatch.rule);
  const sourceRanges = dispatch.table === 'nat' ? sourceRangesOf(dispatch, ownAddresses) : undefined;
  return {
    // Load balancers have node ports, unless they are told not to; Services with external IPs mostly have none.
    kind: told ?? (hasNodePort ? 'loadBalancerIP' : 'externalIP'),
    ...(told === undefined ? { kindAssumed: true } : {}),
    family,
    ...(ip === undefined ? {} : { ip }),
    port,
    verdict,
    localOnly,
    ...(sourceRanges === undefined ? {} : { sourceRanges }),
    location: locator.line(dump.ruleLine(dispatch.rule)),
    ...(counters === undefined ? {} : { counters }),
  };
}

/** As what the rule's address reaches the Service; undefined when the rules do not tell. */
function kindOf({ ruleset, table, from, rule, target }: DispatchRule): FrontendKind | undefined {
  const { dump } = ruleset;
  if (from.startsWith('KUBE-NODEPORT')) return 'nodePort';
  if (from.startsWith('KUBE-PORTALS-')) return 'clusterIP';
  const comment = dump.comment(rule) ?? '';
  if (comment.endsWith(' cluster IP')) return 'clusterIP';
  if (comment.endsWith(' external IP')) return 'externalIP';
  if (comment.endsWith(' loadbalancer IP')) return 'loadBalancerIP';
  const destination = dump.destination(rule);
  if (destination === undefined || destination.negated) return 'nodePort';
  if (from === 'KUBE-EXTERNAL-SERVICES') return undefined;
  if (table === 'filter') return 'clusterIP';
  const name = dump.chainName(target);
  if (name.startsWith('KUBE-FW-')) return 'loadBalancerIP';
  return name.startsWith('KUBE-SVC-') || name.startsWith('KUBE-SVL-') ? 'clusterIP' : undefined;
}

/** The addresses that a rule is for; undefined stands for all local ones. */
function frontendIps({ ruleset, from, rule, openOn }: DispatchRule): readonly (string | undefined)[] {
  const destination = ruleset.dump.destination(rule);
  if (destination?.value === undefined || destination.negated) return openOn.length === 0 ? [undefined] : openOn;
  // In KUBE-NODEPORTS a second rule counts packets to the loopback addresses; it is no frontend of its own.
  const ip = from === 'KUBE-NODEPORTS' ? undefined : hostOf(destination.value);
  return ip === undefined ? [] : [ip];
}
