import type { PathStep } from '../protocol/traceView.ts';

/** A step with those of the chains that it leads to. */
export interface StepNode {
  readonly step: PathStep;
  readonly children: readonly StepNode[];
}

/** Steps in the order in which they happened, as a tree: below a step stand those of the chain that it leads to. */
export function stepTree(steps: readonly PathStep[]): readonly StepNode[] {
  let at = 0;
  const read = (depth: number): StepNode[] => {
    const nodes: StepNode[] = [];
    for (let step = steps[at]; step !== undefined && step.depth >= depth; step = steps[at]) {
      at++;
      nodes.push({ step, children: read(step.depth + 1) });
    }
    return nodes;
  };
  return read(0);
}
