import assert from 'node:assert/strict';
import { interpretSnapshot } from '../../../agent/interpret/interpretSnapshot.ts';
import type { ModelProblem } from '../../../agent/model/nodeModel.ts';
import type { ProxyMode } from '../../../agent/model/service.ts';
import type { Snapshot, SnapshotPart } from '../../../agent/model/snapshot.ts';
import { loadCase } from '../../golden/cases.ts';

/** What the model of a snapshot finds wrong. */
export function problemsOf(snapshot: Snapshot, mode: 'auto' | ProxyMode = 'auto'): readonly ModelProblem[] {
  return interpretSnapshot(snapshot, { mode }).problems;
}

/** The text of the line that a problem points at. */
export function pointedAt(snapshot: Snapshot, { location }: ModelProblem): string {
  const text = snapshot.parts.find(({ id }) => id === location?.part)?.text ?? '';
  return text.split('\n')[location?.line ?? -1] ?? '';
}

/** Expects exactly one problem of that code, and returns it. */
export function only(problems: readonly ModelProblem[], code: string): ModelProblem {
  assert.deepEqual(
    problems.map((problem) => problem.code),
    [code],
  );
  const [problem] = problems;
  assert.ok(problem);
  assert.match(problem.message, /\.$/);
  return problem;
}

/** A recorded case with more parts. */
export async function withParts(name: string, mode: string, ...parts: readonly SnapshotPart[]): Promise<Snapshot> {
  const snapshot = await loadCase(name, mode);
  return { ...snapshot, parts: [...snapshot.parts, ...parts] };
}
