import assert from 'node:assert/strict';
import { Locator } from '../../../../agent/interpret/locator.ts';
import type { ParsedPart } from '../../../../agent/interpret/parsedSnapshot.ts';
import type { SnapshotPart } from '../../../../agent/model/snapshot.ts';
import type { NftDocument } from '../../../../agent/ruleset/nftables/document.ts';
import { parseNftJson } from '../../../../agent/ruleset/nftables/parseJson.ts';
import { parseNftText } from '../../../../agent/ruleset/nftables/parseText.ts';
import { nftablesPrograms } from '../../../../agent/trace/nftables/nftablesPrograms.ts';
import type {
  BaseChain,
  Branch,
  RulePrograms,
  RuleVerdict,
  Surroundings,
} from '../../../../agent/trace/ruleProgram.ts';
import { type PacketDraft, surroundings, tracedPacket } from '../iptables/ruleSupport.ts';

/** A dump as a part of a snapshot, in either form. */
export function nftPart(text: string, status: SnapshotPart['status'] = 'complete'): ParsedPart<NftDocument> {
  const isJson = text.trimStart().startsWith('{');
  const id = isJson ? 'nft.json' : 'nft.txt';
  const kind = isJson ? 'nft-json' : 'nft-text';
  const part: SnapshotPart = { id, kind, source: [], status, durationMs: 0, text };
  return { part, document: isJson ? parseNftJson(text) : parseNftText(text), locator: new Locator(id, text) };
}

export function programsOf(text: string, managedByIptables: readonly string[] = []): RulePrograms {
  return nftablesPrograms([nftPart(text)], new Set(managedByIptables));
}

export function baseChain(programs: RulePrograms, name: string): BaseChain {
  const found = programs.baseChains.find(({ program }) => program.name === name);
  assert.ok(found, `base chain ${name}`);
  return found;
}

/** What is asked of one rule. */
export interface Question extends Partial<Surroundings> {
  /** `ip` if not given. */
  readonly family?: string;
  readonly type?: string;
  readonly priority?: number;
  /** Sets and maps beside the chain. */
  readonly sets?: string;
}

/** The chain `c` with these rules, in a table `t`. */
export function chainOf(
  rules: string,
  { family = 'ip', type = 'filter', hook, priority = 0, sets = '' }: Question = {},
) {
  const text = `table ${family} t {
    ${sets}
    chain c {
      type ${type} hook ${hook ?? 'forward'} priority ${priority}; policy accept;
      ${rules}
    }
  }`;
  return baseChain(programsOf(text), 'c').program;
}

/** What a rule does with a packet. */
export function ask(rule: string, draft: PacketDraft = {}, question: Question = {}): readonly Branch[] | undefined {
  return chainOf(rule, question).ask(0, tracedPacket(draft), surroundings(question));
}

/** `yes`, `no`, or `unknown` for a condition; shares where chance decides. */
export function holds(condition: string, draft: PacketDraft = {}, question: Question = {}): string {
  const branches = ask(`${condition} drop`, draft, question);
  return branches
    ? branches
        .map(branchText)
        .join(', ')
        .replace(/^drop$/, 'yes')
        .replace(/^unknown$/, 'unknown')
    : 'no';
}

/** `1/3 goto endpoint-a`; without the share where it is 1. */
export function branchText(branch: Branch): string {
  const { numerator, denominator } = branch.probability;
  const verdict = branch.isMatch ? verdictText(branch.verdict) : 'no match';
  return denominator === 1n ? verdict : `${numerator}/${denominator} ${verdict}`;
}

export function verdictText(verdict: RuleVerdict): string {
  switch (verdict.kind) {
    case 'jump':
    case 'goto':
      return `${verdict.kind} ${verdict.chain}`;
    case 'reject':
      return `reject ${verdict.with}`;
    case 'translate': {
      const { kind, address, port } = verdict.translation;
      return `${kind} ${address?.text ?? '*'}:${port ?? '*'}`;
    }
    default:
      return verdict.kind;
  }
}
