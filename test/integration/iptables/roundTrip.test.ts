import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { IptablesBackend, IptablesDump, IptablesFamily } from '../../../agent/ruleset/iptables/document.ts';
import { formatRule } from '../../../agent/ruleset/iptables/formatRule.ts';
import { parseIptablesSave } from '../../../agent/ruleset/iptables/parse.ts';
import { printIptablesSave } from '../../../agent/ruleset/iptables/print.ts';
import { ruleProblems } from '../../../agent/ruleset/iptables/ruleProblems.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';
import { type Extension, extensionsOf, type GeneratedRule, probeRule, RuleGenerator } from './ruleGenerator.ts';

/** How many rules each of the four combinations of family and backend gets, and from which seed. */
const ruleCount = Number(process.env['KSR_ROUND_TRIP_RULES'] ?? 400);
const seed = Number(process.env['KSR_ROUND_TRIP_SEED'] ?? 20261121);

const sets = (family: IptablesFamily) => {
  const type = family === 'ipv4' ? 'inet' : 'inet6';
  return `create KSR-IP hash:ip family ${type} counters timeout 600 skbinfo\ncreate KSR-PORT hash:ip,port family ${type}\n`;
};

/** iptables of one family and backend in a namespace of its own. */
class Iptables implements Disposable {
  readonly #namespace = new NetworkNamespace('iptables');
  readonly #multi: string;
  readonly #prefix: string;

  constructor(family: IptablesFamily, backend: IptablesBackend) {
    this.#multi = backend === 'legacy' ? 'xtables-legacy-multi' : 'xtables-nft-multi';
    this.#prefix = family === 'ipv4' ? 'iptables' : 'ip6tables';
    this.#namespace.output('ipset', ['restore'], sets(family));
  }

  /** Loads a file of rules with their counters; returns what the tool complained about, or undefined. */
  restore(text: string, ...options: string[]): string | undefined {
    const argv = [`${this.#prefix}-restore`, '--counters', '--wait', '30', ...options];
    const { status, stderr } = this.#namespace.run(this.#multi, argv, text);
    return status === 0 ? undefined : stderr.trim() || `exit status ${status}`;
  }

  save(): string {
    return this.#namespace.output(this.#multi, [`${this.#prefix}-save`, '--counters']);
  }

  [Symbol.dispose](): void {
    this.#namespace[Symbol.dispose]();
  }
}

/** The restore file that holds rules, each in a chain of its table together with some others. */
function restoreFile(rules: readonly GeneratedRule[]): string {
  const tables = [...new Set(rules.map(({ table }) => table))].toSorted();
  return tables.map((table) => tableSection(table, rules)).join('');
}

function tableSection(table: string, rules: readonly GeneratedRule[]): string {
  const own = rules.filter((rule) => rule.table === table);
  const chains = [...new Set(own.map((_, at) => chainOf(at)))];
  // The matches of rateest refer to these two estimators, which the kernel must meet first, also in the order of names.
  const estimators = ['RE1', 'RE2'].map((name) => {
    return `-A A-rates -j RATEEST --rateest-name ${name} --rateest-interval 250ms --rateest-ewmalog 500ms\n`;
  });
  const needsRates = own.some(({ text }) => text.includes('-m rateest'));
  return [
    `*${table}\n`,
    ':A-rates - [0:0]\n:jumped - [0:0]\n',
    ...chains.map((chain) => `:${chain} - [0:0]\n`),
    ...(needsRates ? estimators : []),
    ...own.map(({ text }, at) => `[${at}:${at * 60}] -A ${chainOf(at)} ${text}\n`),
    ...chains.map((chain, at) => `-A ${chain} -${at % 2 === 0 ? 'j' : 'g'} jumped\n`),
    'COMMIT\n',
  ].join('');
}

function chainOf(at: number): string {
  return ['odd!name', 'KSR-A', "it's", 'a#b', 'x'.repeat(28)][at % 5] ?? 'KSR-A';
}

/** The dump anew: every rule from its structure, everything else as it stands. */
function formatAnew(dump: IptablesDump): string {
  return Array.from({ length: dump.lineCount }, (_, line) => {
    const rule = dump.ruleOnLine(line);
    const { start, end } = dump.lineSpan(line);
    return rule === undefined ? dump.text.slice(start, end) : formatRule(dump.rule(rule));
  }).join('\n');
}

/** The tables of a dump by name, for legacy saves the one first that was loaded last; without the comments' times. */
function comparable(save: string): string[][] {
  const tables = save.split(/^(?=# Generated)/m).map((table) => table.replaceAll(/^(# .*) on .*$/gm, '$1'));
  return tables.map((table) => table.split('\n')).toSorted(([, a = ''], [, b = '']) => (a < b ? -1 : 1));
}

/** Keeps the extensions of which every form loads, and says aloud which the kernel has not. */
function probe(iptables: Iptables, family: IptablesFamily, context: TestContext): Extension[] {
  const missing: string[] = [];
  const found = extensionsOf(family).filter((extension) => {
    const failures = extension.forms.forms.map((form) => {
      const rule = probeRule(extension, form, family);
      const complaint = iptables.restore(restoreFile([rule]));
      return complaint === undefined ? undefined : `${rule.text}: ${complaint.replaceAll('\n', ' ')}`;
    });
    const complaints = failures.filter((failure) => failure !== undefined);
    if (complaints.length === 0) return true;
    missing.push(...complaints);
    return false;
  });
  for (const complaint of missing) context.diagnostic(`not supported here: ${complaint}`);
  return found;
}

for (const backend of ['nf_tables', 'legacy'] as const) {
  for (const family of ['ipv4', 'ipv6'] as const) {
    describe(`rules of ${backend}, ${family}`, () => {
      let first: Iptables;
      let second: Iptables;
      before(() => {
        first = new Iptables(family, backend);
        second = new Iptables(family, backend);
      });
      after(() => {
        first[Symbol.dispose]();
        second[Symbol.dispose]();
      });

      test('loaded, saved, parsed, formatted and loaded again are the same rules', (context) => {
        const extensions = probe(first, family, context);
        assert.ok(extensions.length > 60, `only ${extensions.length} extensions could be loaded`);
        const generator = new RuleGenerator(family, extensions, seed);
        const rules = Array.from({ length: ruleCount }, (_, number) => generator.rule(number));
        assert.equal(first.restore(restoreFile(rules)), undefined);

        const saved = first.save();
        const dump = parseIptablesSave(saved);
        assert.deepEqual(ruleProblems(dump), []);
        assert.ok(dump.ruleCount >= ruleCount);
        assert.equal(printIptablesSave(dump), saved);
        context.diagnostic(`${dump.ruleCount} rules over ${extensions.length} extensions`);

        assert.equal(second.restore(formatAnew(dump)), undefined);
        assert.deepEqual(comparable(second.save()), comparable(saved));
      });
    });
  }
}
