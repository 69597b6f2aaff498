import type { ModelProblem, NodeModel } from '../model/nodeModel.ts';
import { partDocument } from './documents/partDocument.ts';
import type { NodeSource, Siblings } from './outlineNode.ts';
import type { SnapshotText } from './snapshotText.ts';
import { searchable } from './words.ts';

/** Adds the heading of the problems, when there are any. */
export function addProblems(siblings: Siblings, model: NodeModel, text: SnapshotText): void {
  const { problems } = model;
  if (problems.length === 0) return;
  siblings.add('problems', {
    facts: () => ({ kind: 'problems', count: problems.length }),
    childCount: () => problems.length,
    children: (below) => {
      for (const problem of problems) {
        below.add(`${problem.code}:${Object.values(problem.args).join(':')}`, problemSource(problem, text));
      }
    },
  });
}

function problemSource({ code, severity, message, args, location }: ModelProblem, text: SnapshotText): NodeSource {
  return {
    facts: () => ({ kind: 'problem', problemSeverity: severity, code, message, args: { ...args } }),
    location,
    childCount: () => 0,
    searchText: () => searchable(message, code),
    ...(location && { document: () => partDocument(location.part, text, location) }),
  };
}
