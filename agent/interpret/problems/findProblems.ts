import type { ModelProblem } from '../../model/nodeModel.ts';
import { findBalancingProblems } from './balancing.ts';
import { findBothBackends } from './bothBackends.ts';
import { findLeftovers } from './leftovers.ts';
import { findMissingSets } from './missingSets.ts';
import { findParserProblems } from './parserProblems.ts';
import { findPartProblems } from './parts.ts';
import type { ProblemContext, ProblemSearch } from './problemContext.ts';
import { findUnreferencedChains } from './unreferencedChains.ts';
import { findVirtualServerProblems } from './virtualServers.ts';

const searches: readonly ProblemSearch[] = [
  findPartProblems,
  findParserProblems,
  findBothBackends,
  findLeftovers,
  findMissingSets,
  findBalancingProblems,
  findVirtualServerProblems,
  findUnreferencedChains,
];

const order = { error: 0, warning: 1, information: 2 } as const;

/** Everything that looks wrong, with what was found `before`; the worst first. */
export function findProblems(context: ProblemContext, before: readonly ModelProblem[]): ModelProblem[] {
  const found = searches.flatMap((search) => search(context));
  return [...before, ...found].sort((a, b) => order[a.severity] - order[b.severity]);
}
