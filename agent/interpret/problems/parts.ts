import type { ModelProblem } from '../../model/nodeModel.ts';
import type { PartKind, SnapshotPart } from '../../model/snapshot.ts';
import { mayBeCutOff } from '../wholePart.ts';
import type { ProblemSearch } from './problemContext.ts';

/** What to do about a part that could not be read, by the code of the reason. */
const advice: Readonly<Record<string, string>> = {
  'permission-denied': 'Read the node as root, or let sudo do it.',
  'lock-held': 'Another program holds the lock; try again when it is done.',
  'timed-out': 'Try again when the node is less busy.',
  crashed:
    'What it printed before is shown; reading large nf_tables rule sets with nft works where iptables-save crashes.',
  'output-too-long': 'What it printed before is shown.',
};

/** The parts without which a mode's Services cannot be told, and what is not known without them. */
const needs: Readonly<Record<string, readonly (readonly [kind: PartKind, missing: string])[]>> = {
  iptables: [['iptables-save', 'No iptables rules were read, so no Services can be shown.']],
  userspace: [['iptables-save', 'No iptables rules were read, so no Services can be shown.']],
  nftables: [],
  ipvs: [
    ['ipvsadm-save', 'No virtual servers were read (ipvsadm -Sn), so no Services can be shown.'],
    [
      'ipset-save',
      'No ipsets were read (ipset save), so it is not known as what a virtual server reaches its Service.',
    ],
  ],
};

/** Parts of the snapshot that are incomplete, or that the mode needs and that are not there. */
export const findPartProblems: ProblemSearch = ({ parsed, mode, proxyTables }) => {
  const { parts } = parsed.snapshot;
  const problems = [...parts.flatMap(incomplete), ...parts.filter(mayBeCutOff).map(cutOff)];
  const isThere = (kind: PartKind): boolean =>
    parts.some((part) => part.kind === kind && (part.status === 'complete' || part.status === 'partial'));
  for (const [kind, message] of needs[mode] ?? []) {
    if (!isThere(kind)) {
      problems.push({ code: 'part-missing', severity: 'warning', message, args: { kind, mode } });
    }
  }
  if (mode === 'nftables' && proxyTables.length === 0) {
    const message = 'No nftables table kube-proxy was read, so no Services can be shown.';
    problems.push({ code: 'part-missing', severity: 'warning', message, args: { kind: 'nft-json', mode } });
  }
  return problems;
};

function incomplete(part: SnapshotPart): ModelProblem[] {
  if (part.status === 'complete' && part.kind === 'unrecognised') return [unrecognised(part)];
  if (part.status !== 'partial' && part.status !== 'failed') return [];
  const reason = part.reason?.message ?? 'It is not known why.';
  const help = advice[part.reason?.code ?? ''];
  const state = part.status === 'partial' ? 'was read only in part' : 'could not be read';
  return [
    {
      code: part.status === 'partial' ? 'part-incomplete' : 'part-failed',
      severity: 'error',
      message: `${part.id} ${state}. ${reason}${help === undefined ? '' : ` ${help}`}`,
      args: { part: part.id, reason: part.reason?.code ?? '' },
      location: { part: part.id, line: 0, column: 0, length: 0 },
    },
  ];
}

function cutOff({ id, text }: SnapshotPart): ModelProblem {
  const line = text.split('\n').length - 1;
  return {
    code: 'part-cut-off',
    severity: 'warning',
    message: `${id} ends within a line: the rest may have been cut off. Nothing is said to be missing in it.`,
    args: { part: id },
    location: { part: id, line, column: 0, length: 0 },
  };
}

function unrecognised({ id, text }: SnapshotPart): ModelProblem {
  if (text.trim() === '') {
    return {
      code: 'part-empty',
      severity: 'warning',
      message: `${id} is empty.`,
      args: { part: id },
      location: { part: id, line: 0, column: 0, length: 0 },
    };
  }
  return {
    code: 'part-unrecognised',
    severity: 'warning',
    message: `${id} is none of the dumps that are understood: iptables-save, ipset save, ipvsadm -S, nft list ruleset, ip addr.`,
    args: { part: id },
    location: { part: id, line: 0, column: 0, length: 0 },
  };
}
