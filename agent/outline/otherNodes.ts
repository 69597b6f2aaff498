import type { SourceLocation } from '../model/location.ts';
import type { ForeignGroup, ModelProblem, NodeModel } from '../model/nodeModel.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { addChain, chainHolds } from './chainNodes.ts';
import { excerptDocument } from './documents/excerptDocument.ts';
import type { OutlineDocument } from './documents/outlineDocument.ts';
import { partDocument } from './documents/partDocument.ts';
import { ruleExcerpt } from './documents/serviceDocument.ts';
import type { NodeSource, Siblings } from './outlineNode.ts';
import { isAt, type Place } from './place.ts';
import { ruleSource } from './ruleNodes.ts';
import { addSet, setHolds } from './setNodes.ts';
import type { SnapshotText } from './snapshotText.ts';
import { addVirtualServer } from './virtualServerNodes.ts';
import { searchable } from './words.ts';

/** Adds the heading of all virtual servers, when there are any. */
export function addVirtualServers(siblings: Siblings, model: NodeModel, text: SnapshotText): void {
  const { virtualServers } = model;
  if (virtualServers.length === 0) return;
  siblings.add('virtualServers', {
    facts: () => ({ kind: 'virtualServers', count: virtualServers.length }),
    childCount: () => virtualServers.length,
    children: (below) => {
      const services = new Map(
        model.services.flatMap((service) =>
          service.virtualServers.map((server) => [placeOf(server.location), service]),
        ),
      );
      for (const server of virtualServers) {
        addVirtualServer(below, server, text, services.get(placeOf(server.location)));
      }
    },
    holds: (place) =>
      virtualServers.some(({ location, realServers }) =>
        [location, ...realServers.map((server) => server.location)].some((each) => isAt(place, each)),
      ),
  });
}

function placeOf({ part, line, column }: SourceLocation): string {
  return `${part} ${line} ${column}`;
}

/** Adds the heading of what belongs to no Service, by who wrote it. */
export function addForeign(siblings: Siblings, model: NodeModel, text: SnapshotText): void {
  const { foreign } = model;
  if (foreign.length === 0) return;
  siblings.add('foreign', {
    facts: () => ({ kind: 'foreign', count: foreign.length }),
    childCount: () => foreign.length,
    children: (below) => {
      for (const group of foreign) below.add(group.owner, ownerSource(group, text));
    },
    holds: (place) => foreign.some((group) => groupHolds(group, place)),
  });
}

function groupHolds({ chains, sets, rulesElsewhere }: ForeignGroup, place: Place): boolean {
  return (
    chains.some((chain) => chainHolds(chain, place)) ||
    sets.some((set) => setHolds(set, place)) ||
    rulesElsewhere.some((rule) => isAt(place, rule))
  );
}

function ownerSource(group: ForeignGroup, text: SnapshotText): NodeSource {
  const { owner, chains, sets, rules, rulesElsewhere } = group;
  const document = (target?: SourceLocation): OutlineDocument =>
    excerptDocument(
      owner,
      rulesElsewhere.map((rule) => ruleExcerpt([rule], text)),
      text,
      target,
    );
  return {
    facts: () => ({ kind: 'owner', owner, chains: chains.length, sets: sets.length, rules }),
    childCount: () => chains.length + sets.length + rulesElsewhere.length,
    children: (siblings) => {
      for (const chain of chains) addChain(siblings, chain, text);
      for (const set of sets) addSet(siblings, set, text);
      for (const rule of rulesElsewhere) {
        siblings.add(`rule:${rule.part}:${rule.line}:${rule.column}`, ruleSource(rule, text, document));
      }
    },
    searchText: () => searchable(owner),
    holds: (place) => groupHolds(group, place),
  };
}

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

/** Adds the heading of the parts that the snapshot was read as. */
export function addParts(siblings: Siblings, snapshot: Snapshot, text: SnapshotText): void {
  siblings.add('parts', {
    facts: () => ({ kind: 'parts', count: snapshot.parts.length }),
    childCount: () => snapshot.parts.length,
    children: (below) => {
      for (const part of snapshot.parts) {
        const { id, status, source, durationMs, reason } = part;
        below.add(id, {
          facts: () => ({
            kind: 'part',
            name: id,
            status,
            source: [...source],
            durationMs,
            characters: part.text.length,
            ...(reason && { reason: { ...reason, args: { ...reason.args } } }),
          }),
          childCount: () => 0,
          searchText: () => searchable(id, ...source),
          document: () => partDocument(id, text),
        });
      }
    },
  });
}
