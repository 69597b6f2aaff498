import { parseAddresses } from '../interpret/addresses.ts';
import { Locator } from '../interpret/locator.ts';
import type { RulesetProblem } from '../ruleset/common/problem.ts';
import type { DumpLanguage } from '../ruleset/detect.ts';
import { parseIpsetSave } from '../ruleset/ipset/parse.ts';
import { printIpsetSave } from '../ruleset/ipset/print.ts';
import type { IptablesDump } from '../ruleset/iptables/document.ts';
import { parseIptablesSave } from '../ruleset/iptables/parse.ts';
import { ruleProblems } from '../ruleset/iptables/ruleProblems.ts';
import { parseIpvsadmStats } from '../ruleset/ipvs/parseList.ts';
import { parseIpvsadmSave } from '../ruleset/ipvs/parseSave.ts';
import { printIpvsadm } from '../ruleset/ipvs/print.ts';
import type { NftDocument } from '../ruleset/nftables/document.ts';
import { parseNftJson } from '../ruleset/nftables/parseJson.ts';
import { parseNftText } from '../ruleset/nftables/parseText.ts';

/** A dump after its parser, in the form in which `parse` shows it. */
export interface ParsedDump {
  /** The text that the parser gives back. */
  readonly printed: string;
  readonly problems: readonly RulesetProblem[];
  /** What was understood: small things at once, then one long list, made item by item. */
  readonly head: Readonly<Record<string, unknown>>;
  readonly list: { readonly name: string; readonly items: Iterable<unknown> };
}

/** The languages that `parse` can read. */
export type ParsedLanguage = Exclude<DumpLanguage, 'unknown'>;

/** Parses a dump of that language. Never throws on input. */
export function parseDump(language: ParsedLanguage, text: string): ParsedDump {
  switch (language) {
    case 'iptables':
      return ofIptables(parseIptablesSave(text));
    case 'ipset': {
      const dump = parseIpsetSave(text);
      const items = mapLazily(dump.sets, (set) => ({ ...set, entries: [...set.entries()] }));
      const head = { commands: dump.commands };
      return { printed: printIpsetSave(dump), problems: dump.problems, head, list: { name: 'sets', items } };
    }
    case 'ipvsadm': {
      const dump = parseIpvsadmSave(text);
      const list = { name: 'virtualServers', items: dump.virtualServers };
      return { printed: printIpvsadm(dump), problems: dump.problems, head: { commands: dump.commands }, list };
    }
    case 'ipvsadm-stats': {
      const dump = parseIpvsadmStats(text);
      const list = { name: 'virtualServers', items: dump.virtualServers };
      return { printed: printIpvsadm(dump), problems: dump.problems, head: { columns: dump.columns }, list };
    }
    case 'nft-json':
      return ofNft(parseNftJson(text));
    case 'nft-text':
      return ofNft(parseNftText(text));
    case 'addresses': {
      const items = parseAddresses(text, new Locator('', text)).map(({ device, ip }) => ({ device, ip }));
      return { printed: text, problems: [], head: {}, list: { name: 'addresses', items } };
    }
  }
}

function ofIptables(dump: IptablesDump): ParsedDump {
  const chains = range(dump.chainCount, (chain) => ({
    ...dump.chain(chain),
    rules: dump.chainRules(chain).length,
  }));
  return {
    printed: dump.text,
    // Parses every rule in full, which printing does without.
    get problems() {
      return ruleProblems(dump);
    },
    head: { tables: dump.tables, chains: [...chains] },
    list: { name: 'rules', items: range(dump.ruleCount, (rule) => dump.rule(rule)) },
  };
}

function ofNft(document: NftDocument): ParsedDump {
  const items = mapLazily(document.ruleset.tables, (table) => ({
    ...table,
    chains: table.chains.map((chain) => ({
      ...chain,
      rules: chain.rules.map((rule) => ({
        ...(rule.handle === undefined ? {} : { handle: rule.handle }),
        ...(rule.comment === undefined ? {} : { comment: rule.comment }),
        span: rule.span,
        statements: rule.statements(),
      })),
    })),
    sets: table.sets.map((set) => ({ ...set, elements: set.elements() })),
  }));
  return { printed: document.text, problems: document.problems, head: {}, list: { name: 'tables', items } };
}

function* range<T>(count: number, item: (index: number) => T): Generator<T> {
  for (let index = 0; index < count; index++) yield item(index);
}

function* mapLazily<T, U>(items: Iterable<T>, map: (item: T) => U): Generator<U> {
  for (const item of items) yield map(item);
}
