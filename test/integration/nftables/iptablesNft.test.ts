import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { NftHook, NftRuleset } from '../../../agent/ruleset/nftables/document.ts';
import { parseNftJson } from '../../../agent/ruleset/nftables/parseJson.ts';
import { parseNftText } from '../../../agent/ruleset/nftables/parseText.ts';
import type { NftStatement } from '../../../agent/ruleset/nftables/statement.ts';
import { unknownNftParts } from '../../../agent/ruleset/nftables/unknownParts.ts';
import { NetworkNamespace } from '../../support/networkNamespace.ts';
import { comparableStatements } from '../../unit/ruleset/nftables/comparableView.ts';

const folder = new URL('../../golden/data/', import.meta.url).pathname;

/** Extensions beside those that kube-proxy uses. */
const others = `*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:OUTPUT ACCEPT [0:0]
:DOCKER-USER - [0:0]
-A INPUT -p icmp -m icmp --icmp-type 8 -j REJECT --reject-with icmp-port-unreachable
-A INPUT -i lo -m limit --limit 5/min -j LOG --log-prefix "x "
-A INPUT -i eth+ -p udp -m multiport --dports 53,80:90 -j ACCEPT
-A FORWARD -j DOCKER-USER
-A DOCKER-USER -m mark ! --mark 0x1/0xff -j RETURN
-A DOCKER-USER -m recent --rcheck --seconds 10800 --reap --name X --mask 255.255.255.255 --rsource -j DROP
COMMIT
`;

const rulesets: readonly (readonly [name: string, tool: string, text: string])[] = [
  ['others', 'iptables-nft-restore', others],
  ...globSync('*/iptables/ip*tables-save.txt', { cwd: folder })
    .toSorted()
    .map((file) => {
      const tool = file.includes('ip6tables') ? 'ip6tables-nft-restore' : 'iptables-nft-restore';
      return [file, tool, readFileSync(folder + file, 'utf8')] as const;
    }),
];

interface ChainRules {
  readonly chain: string;
  readonly hook: NftHook | undefined;
  readonly rules: readonly (readonly NftStatement[])[];
}

function chainRules(ruleset: NftRuleset): readonly ChainRules[] {
  return ruleset.tables.flatMap((table) =>
    table.chains.map((chain) => ({
      chain: `${table.family} ${table.name} ${chain.name}`,
      hook: chain.hook,
      rules: chain.rules.map((rule) => rule.statements()),
    })),
  );
}

/** JSON shows only the name of an iptables extension; the text form translates what it can. */
function isHidden(statements: readonly NftStatement[] | undefined): boolean {
  return statements?.some(({ kind }) => kind === 'xtables') ?? false;
}

for (const [name, tool, text] of rulesets) {
  test(`${name} loaded by iptables-nft: both forms have the same chains, and the rules that JSON shows in full`, () => {
    using namespace = new NetworkNamespace('ipt-nft');
    // Accounting objects have to be made with a tool of their own, and not every kernel has them.
    namespace.output(tool, [], text.replace(/^.* -m nfacct .*\n/gm, ''));
    const json = parseNftJson(namespace.output('nft', ['-j', 'list', 'ruleset']));
    const list = parseNftText(namespace.output('nft', ['list', 'ruleset']));
    assert.deepEqual(json.problems, []);
    assert.deepEqual(list.problems, []);
    assert.deepEqual([...unknownNftParts(json)], []);
    assert.deepEqual([...unknownNftParts(list)], []);

    const inJson = chainRules(json.ruleset);
    const comparable = ({ chain, hook, rules }: ChainRules, index: number): unknown => ({
      chain,
      hook,
      rules: rules.map((statements, rule) =>
        isHidden(inJson[index]?.rules[rule]) ? 'in an extension' : comparableStatements(statements),
      ),
    });
    assert.deepEqual(chainRules(list.ruleset).map(comparable), inJson.map(comparable));
    assert.ok(inJson.some(({ rules }) => rules.some(isHidden)));
  });
}
