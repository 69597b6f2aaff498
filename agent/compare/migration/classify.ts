import type { MigrationCode } from '../migrationCodes.ts';
import type { Probe } from './probe.ts';
import { type Side, verdictText } from './side.ts';

/** Parts of packets that differ by less differ by the arithmetic of the modes only: `statistic` counts in 1/2^31. */
const sameShare = 1e-4;

/** What becomes of a packet in two modes. */
export interface Sides {
  readonly before: Side;
  readonly after: Side;
}

/**
 * What changes for a packet when it goes one way instead of another; empty when nobody could tell.
 *
 * @param unremembered of a client that session affinity remembers: the sides of one that it does not
 */
export function changesOf(probe: Probe, { before, after }: Sides, unremembered?: Sides): readonly MigrationCode[] {
  if (before.verdicts.has('unknown') || after.verdicts.has('unknown')) return ['unknown'];
  const { remembered } = probe.request;
  if (remembered !== undefined && unremembered !== undefined) {
    // Where it cannot be chosen at all, that is told for the other client.
    const canBeChosen = [unremembered.before, unremembered.after].every(({ endpoints }) => endpoints.has(remembered));
    const [kept, keeps] = [before, after].map(({ endpoints }) => endpoints.get(remembered)?.probability ?? 0);
    return canBeChosen && differ(kept ?? 0, keeps ?? 0) ? ['affinity'] : [];
  }
  if (verdictText(before) !== verdictText(after) || !isSameMix(before, after)) {
    return [specialCode(probe) ?? verdictCode(before, after)];
  }
  const changes: MigrationCode[] = [];
  if (!hasSameEndpoints(before, after)) changes.push('endpoints');
  else if (hasOtherShares(before, after)) changes.push('shares');
  if (hasOtherSources(before, after)) changes.push('source-address');
  return changes;
}

function hasSameEndpoints({ endpoints: before }: Side, { endpoints: after }: Side): boolean {
  return before.size === after.size && [...before.keys()].every((address) => after.has(address));
}

/** What a probe was made for. */
function specialCode({ target, hasSourceRanges }: Probe): MigrationCode | undefined {
  switch (target) {
    case 'ping':
      return 'cluster-ip-ping';
    case 'closedPort':
      return 'cluster-ip-closed-port';
    case 'healthCheck':
      return 'health-check-node-port';
    case 'localhostNodePort':
      return 'localhost-node-port';
    case 'otherNodePort':
      return 'node-port-address';
    case 'loadBalancerIP':
      return hasSourceRanges ? 'load-balancer-sources' : undefined;
    default:
      return undefined;
  }
}

function verdictCode(before: Side, after: Side): MigrationCode {
  const [reached, reaches] = [before, after].map(({ verdicts }) => verdicts.get('endpoint') ?? 0);
  if (differ(reached ?? 0, reaches ?? 0)) {
    return (reached ?? 0) > (reaches ?? 0) ? 'becomes-unreachable' : 'becomes-reachable';
  }
  return 'reject-or-drop';
}

function differ(a: number, b: number): boolean {
  return Math.abs(a - b) > sameShare;
}

function isSameMix(before: Side, after: Side): boolean {
  return [...before.verdicts].every(([verdict, part]) => !differ(part, after.verdicts.get(verdict) ?? 0));
}

function hasOtherShares(before: Side, after: Side): boolean {
  return [...before.endpoints].some(([address, { probability }]) =>
    differ(probability, after.endpoints.get(address)?.probability ?? 0),
  );
}

function hasOtherSources(before: Side, after: Side): boolean {
  return [...before.endpoints].some(([address, { sources }]) => {
    const others = after.endpoints.get(address)?.sources;
    return others !== undefined && (sources.size !== others.size || [...sources].some((source) => !others.has(source)));
  });
}
