import type { IpFamily } from '../../model/address.ts';
import type { RuleTarget } from '../../ruleset/iptables/rule.ts';
import { type Action, always, goOn, type TargetReader } from './action.ts';
import { firstValue, optionNamed, type RuleContext } from './condition.ts';
import { hasConnection } from './connectionMatches.ts';
import { targetNotModelled } from './facts.ts';
import { markTargets } from './markTargets.ts';
import { translationTargets } from './translationTargets.ts';

const goesOn: Action = always({ kind: 'next' });

/** Targets that report, count, copy, or change what no rule is asked about here. */
const withoutConsequence = [
  'LOG',
  'NFLOG',
  'ULOG',
  'TRACE',
  'AUDIT',
  'TEE',
  'RATEEST',
  'IDLETIMER',
  'LED',
  'CLASSIFY',
  'SECMARK',
  'CONNSECMARK',
  'TCPMSS',
  'TCPOPTSTRIP',
  'CHECKSUM',
  'ECN',
];

/** How each option of a target that sets a field of the packet says the new value. */
const fieldOptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  TTL: { '--ttl-set': '', '--ttl-dec': '-', '--ttl-inc': '+' },
  HL: { '--hl-set': '', '--hl-dec': '-', '--hl-inc': '+' },
  DSCP: { '--set-dscp': '', '--set-dscp-class': '' },
  TOS: { '--set-tos': '', '--and-tos': '& ', '--or-tos': '| ', '--xor-tos': '^ ' },
};

const setField: TargetReader = ({ name, options }) => {
  const [option] = options;
  const sign = option && fieldOptions[name]?.[option.name];
  if (sign === undefined) return goesOn;
  const effect = { kind: 'set', field: name.toLowerCase(), to: `${sign}${firstValue(option) ?? ''}` } as const;
  return { decides: false, run: (packet) => goOn(packet, effect) };
};

/** Other names that iptables takes for answers (extensions/libipt_REJECT.c and libip6t_REJECT.c). */
const rejectNames: Readonly<Record<IpFamily, ReadonlyMap<string, string>>> = {
  ipv4: new Map([
    ['net-unreach', 'icmp-net-unreachable'],
    ['host-unreach', 'icmp-host-unreachable'],
    ['proto-unreach', 'icmp-proto-unreachable'],
    ['port-unreach', 'icmp-port-unreachable'],
    ['net-prohib', 'icmp-net-prohibited'],
    ['host-prohib', 'icmp-host-prohibited'],
    ['admin-prohib', 'icmp-admin-prohibited'],
    ['tcp-rst', 'tcp-reset'],
  ]),
  ipv6: new Map([
    ['no-route', 'icmp6-no-route'],
    ['adm-prohibited', 'icmp6-adm-prohibited'],
    ['addr-unreach', 'icmp6-addr-unreachable'],
    ['port-unreach', 'icmp6-port-unreachable'],
    ['policy-fail', 'icmp6-policy-fail'],
    ['reject-route', 'icmp6-reject-route'],
    ['tcp-rst', 'tcp-reset'],
  ]),
};

const reject: TargetReader = (target, { family }) => {
  const written = firstValue(optionNamed(target, '--reject-with')) ?? 'port-unreach';
  return always({ kind: 'reject', with: rejectNames[family].get(written) ?? written });
};

/** Connection tracking leaves the packet alone, unless it knows it already (net/netfilter/xt_CT.c). */
const notrack: TargetReader = () => ({
  decides: true,
  run: (packet) => {
    if (hasConnection(packet)) return goOn(packet);
    const connection = { ...packet.connection, state: 'untracked' } as const;
    return goOn({ ...packet, connection }, { kind: 'set', field: 'state', to: 'untracked' });
  },
});

const readers: ReadonlyMap<string, TargetReader> = new Map(
  Object.entries<TargetReader>({
    ...markTargets,
    ...translationTargets,
    ...Object.fromEntries(withoutConsequence.map((name) => [name, () => goesOn])),
    ...Object.fromEntries(Object.keys(fieldOptions).map((name) => [name, setField])),
    ACCEPT: () => always({ kind: 'accept' }),
    DROP: () => always({ kind: 'drop' }),
    RETURN: () => always({ kind: 'return' }),
    REJECT: reject,
    NOTRACK: notrack,
    CT: (target, context) => (optionNamed(target, '--notrack') ? notrack(target, context) : goesOn),
    // An entry is put into a set or taken out; what a set maps to is not simulated.
    SET: (target) => (optionNamed(target, '--map-set') ? undefined : goesOn),
  }),
);

/**
 * What a rule does.
 *
 * @param target undefined for a rule that only counts
 * @param isChain whether the dump has a chain of the target's name
 */
export function readAction(target: RuleTarget | undefined, isChain: boolean, context: RuleContext): Action {
  if (target === undefined) return goesOn;
  const { name } = target;
  if (isChain) return always({ kind: target.kind, chain: name });
  const unknownOption = target.options.some(({ known }) => !known);
  const action = unknownOption ? undefined : readers.get(name)?.(target, context);
  if (action !== undefined) return action;
  // A chain that the dump does not have, as far as a name without options tells.
  if (!target.known && target.options.length === 0) return always({ kind: target.kind, chain: name });
  return always({ kind: 'unknown', reason: targetNotModelled(name) });
}
