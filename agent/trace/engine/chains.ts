import type { TraceEffect, TraceFact } from '../../model/packetTrace.ts';
import type { BaseChain, Branch, ChainProgram, Hook } from '../ruleProgram.ts';
import { assumptions, reasons } from './facts.ts';
import type { ChainPath, Flow, Frame } from './flow.ts';
import { addStep, type Following, variant } from './following.ts';
import { translate } from './translation.ts';

/** Sends a packet into a base chain. */
export function enterBaseChain(flow: Flow, base: BaseChain): void {
  flow.base = base;
  flow.frame = frameOf(base.program, undefined, undefined, 0);
}

function frameOf(
  program: ChainProgram,
  caller: Frame | undefined,
  before: ChainPath | undefined,
  depth: number,
): Frame {
  return { program, caller, path: { program, before }, depth, position: 0, triedFrom: 0 };
}

/**
 * Follows a packet through the chains that it is in until it leaves the base chain, its way ends, or a rule can go in
 * several ways. Resolves to whether this way still goes on; variants of it are put where they wait.
 */
export function walkChains(following: Following, flow: Flow): boolean {
  const surroundings = following.surroundings(flow.hook);
  while (flow.frame !== undefined && flow.base !== undefined) {
    const { program, position } = flow.frame;
    let at = program.candidate(position, flow.packet);
    let branches: readonly Branch[] | undefined;
    while (at < program.ruleCount) {
      branches = program.ask(at, flow.packet, surroundings);
      if (branches !== undefined) break;
      at = program.candidate(at + 1, flow.packet);
    }
    const only = branches?.[0];
    if (branches === undefined) {
      if (!leaveChain(following, flow, flow.base)) return false;
    } else if (branches.length === 1 && only !== undefined) {
      if (!takeBranch(following, flow, at, only, false)) return false;
    } else {
      const ways = branches.flatMap((branch) => {
        const way = variant(flow, branch.probability);
        return takeBranch(following, way, at, branch, true) ? [way] : [];
      });
      following.split(ways);
      return false;
    }
  }
  return true;
}

/** Goes on as one branch of a rule says; false when the way has ended. */
function takeBranch(following: Following, flow: Flow, at: number, branch: Branch, isOneOfSeveral: boolean): boolean {
  const { frame, base } = flow;
  if (frame === undefined || base === undefined) return true;
  if (!branch.isMatch) {
    flow.packet = branch.packet;
    flow.frame = { ...frame, position: at + 1 };
    return true;
  }
  const step = (effect: TraceEffect | undefined, packet = branch.packet, reason?: TraceFact): void => {
    const others = [...branch.effects];
    addStep(
      flow,
      {
        hook: flow.hook,
        kind: 'rule',
        base,
        program: frame.program,
        position: at,
        depth: frame.depth,
        tried: at - frame.triedFrom,
        effect: effect ?? others.pop() ?? { kind: 'continue' },
        effects: others,
        reason,
        probability: isOneOfSeveral ? branch.probability : undefined,
      },
      packet,
    );
  };
  const next: Frame = { ...frame, position: at + 1, triedFrom: at + 1 };
  const { verdict } = branch;
  switch (verdict.kind) {
    case 'next':
      step(undefined);
      flow.frame = next;
      return true;
    case 'accept':
      step({ kind: 'accept' });
      leaveBaseChain(flow);
      return true;
    case 'drop':
      step({ kind: 'drop' });
      following.end(flow, { kind: 'drop' });
      return false;
    case 'reject':
      step({ kind: 'reject', with: verdict.with });
      following.end(flow, { kind: 'reject', with: verdict.with });
      return false;
    case 'return':
      step({ kind: 'return' });
      flow.frame = frame.caller === undefined ? { ...next, position: frame.program.ruleCount } : next;
      if (frame.caller === undefined) return endBaseChain(following, flow, base, 0);
      flow.frame = frame.caller;
      return true;
    case 'unknown':
      step({ kind: 'unknown', reason: verdict.reason });
      following.end(flow, verdict);
      return false;
    case 'translate': {
      const { packet, effect, failure, reason } = translate(
        following,
        { ...flow, packet: branch.packet },
        verdict.translation,
      );
      step(effect, packet, reason);
      if (failure !== undefined) {
        following.end(flow, failure);
        return false;
      }
      following.assume(rivalOf(following, flow.hook, base));
      settle(flow, verdict.translation.part, effect.kind === 'masquerade');
      leaveBaseChain(flow);
      return true;
    }
    default: {
      step(verdict);
      const target = frame.program.chain(verdict.chain);
      if (target === undefined || isOnPath(frame.path, target)) {
        const reason = (target === undefined ? reasons.missingChain : reasons.chainLoop)(base.table, verdict.chain);
        following.end(flow, { kind: 'unknown', reason });
        return false;
      }
      flow.frame =
        verdict.kind === 'goto'
          ? frameOf(target, frame.caller, frame.path, frame.depth)
          : frameOf(target, next, frame.path, frame.depth + 1);
      return true;
    }
  }
}

/** Chains of iptables and of nftables that have the same priority translate in an order that dumps may not tell. */
function rivalOf(following: Following, hook: Hook, base: BaseChain): TraceFact | undefined {
  const { creation } = following.node;
  const isKnown = (each: BaseChain): boolean => creation(each, following.family) !== undefined;
  for (const entry of following.node.entries(following.family, hook)) {
    if (entry.kind !== 'chain' || entry.base.type !== 'nat' || entry.base.priority !== base.priority) continue;
    const { table, program } = entry.base;
    const isOther = table.includes(' ') !== base.table.includes(' ');
    if (isOther && program.ruleCount > 0 && !(isKnown(base) && isKnown(entry.base)))
      return assumptions.samePriority(hook, base.table, table);
  }
  return undefined;
}

function settle(flow: Flow, part: 'source' | 'destination', isMasqueraded: boolean): void {
  if (part === 'source') flow.isSourceSettled = true;
  else flow.isDestinationSettled = true;
  if (isMasqueraded) flow.isMasqueraded = true;
}

/** The end of a chain without a verdict: back to its caller, or the base chain's policy. */
function leaveChain(following: Following, flow: Flow, base: BaseChain): boolean {
  const { frame } = flow;
  if (frame === undefined) return true;
  const tried = frame.program.ruleCount - frame.triedFrom;
  if (frame.caller === undefined) return endBaseChain(following, flow, base, tried);
  if (tried > 0) {
    addStep(flow, {
      hook: flow.hook,
      kind: 'policy',
      base,
      program: frame.program,
      position: frame.program.ruleCount,
      depth: frame.depth,
      tried,
      effect: { kind: 'return' },
    });
  }
  flow.frame = frame.caller;
  return true;
}

function endBaseChain(following: Following, flow: Flow, base: BaseChain, tried: number): boolean {
  // A chain without rules that lets everything through is no news.
  if (base.program.ruleCount > 0 || base.policy === 'drop') {
    addStep(flow, {
      hook: flow.hook,
      kind: 'policy',
      base,
      program: base.program,
      position: base.program.ruleCount,
      tried,
      effect: { kind: base.policy },
    });
  }
  if (base.policy === 'drop') {
    following.end(flow, { kind: 'drop' });
    return false;
  }
  leaveBaseChain(flow);
  return true;
}

function leaveBaseChain(flow: Flow): void {
  flow.frame = undefined;
  flow.base = undefined;
}

function isOnPath(path: ChainPath, program: ChainProgram): boolean {
  for (let at: ChainPath | undefined = path; at !== undefined; at = at.before) {
    if (at.program.name === program.name) return true;
  }
  return false;
}
