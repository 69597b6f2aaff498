import type { SourceLocation } from '../model/location.ts';
import type { ModelProblem } from '../model/nodeModel.ts';
import type { Issue } from './readEndpoints.ts';

/** @param path where the object stands in its file: `object.items[3]` */
export function invalidObject(kind: string, path: string, issue: Issue, location: SourceLocation): ModelProblem {
  const field = [path, ...issue.path.map(String)].join('.');
  const reason = issue.message;
  return {
    code: 'object-invalid',
    severity: 'error',
    message: `This ${kind} was left out because ${field} is not valid: ${reason}.`,
    args: { kind, field, reason },
    location,
  };
}

export function duplicateObject(kind: string, name: string, location: SourceLocation): ModelProblem {
  return {
    code: 'object-duplicate',
    severity: 'warning',
    message: `The ${kind} ${name} stands here again; the one further up does not count.`,
    args: { kind, name },
    location,
  };
}

export function objectWithoutKind(path: string, location: SourceLocation): ModelProblem {
  return {
    code: 'object-without-kind',
    severity: 'warning',
    message: `${path} was left out because it is not a Kubernetes object (it has no kind).`,
    args: { path },
    location,
  };
}

export function unreadableObjects(reason: string, location: SourceLocation): ModelProblem {
  return {
    code: 'objects-unreadable',
    severity: 'error',
    message: `This is neither JSON nor YAML: ${reason}.`,
    args: { reason },
    location,
  };
}
