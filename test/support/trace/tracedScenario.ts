import { readFileSync } from 'node:fs';
import { compileRules } from '../../../agent/compile/compileRules.ts';
import type { IpFamily } from '../../../agent/model/address.ts';
import type { FamilyRules, ServiceMode } from '../../../agent/model/serviceRules.ts';
import type { IptablesBackend } from '../../../agent/model/snapshot.ts';
import type { KubernetesObjects } from '../../../agent/objects/kubernetesObjects.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';
import { noRules } from '../../../agent/plan/noRules.ts';
import { planChange } from '../../../agent/plan/planChange.ts';
import { caseFolder, caseNames, objectsText } from '../../golden/cases.ts';
import { generatedSet, objectLines } from '../../peers/generatedObjects.ts';
import { SeededRandom } from '../../peers/seededRandom.ts';
import { type GeneratedNetwork, generatedNetwork } from './generatedNetwork.ts';
import { type Destination, type GeneratedPacket, PacketGenerator, serviceDestinations } from './generatedPackets.ts';
import { randomIptables } from './randomIptables.ts';
import { randomNftables } from './randomNftables.ts';
import { familyWords, thirdPartyIptables, thirdPartySets } from './thirdPartyIptables.ts';
import { thirdPartyNftables } from './thirdPartyNftables.ts';

/** What puts rules into the kernel. */
export const tracedModes = {
  iptables: { mode: 'iptables', backend: 'nf_tables' },
  legacy: { mode: 'iptables', backend: 'legacy' },
  nftables: { mode: 'nftables', backend: 'nf_tables' },
  ipvs: { mode: 'ipvs', backend: 'nf_tables' },
} as const satisfies Readonly<Record<string, { readonly mode: ServiceMode; readonly backend: IptablesBackend }>>;
export type TracedMode = keyof typeof tracedModes;

/** A tool that puts rules into the kernel, and what it reads. */
export interface LoadStep {
  readonly argv: readonly string[];
  readonly stdin: string;
  /** Whether lines that the tool names as wrong are left out: what goes together is not always known beforehand. */
  readonly isTried?: boolean;
  /** Exit codes other than 0 that mean the same. */
  readonly alsoFine?: readonly number[];
}

/** A node with rules, and packets for it. The same seed gives the same. */
export interface TracedScenario {
  readonly name: string;
  readonly network: GeneratedNetwork;
  readonly load: readonly LoadStep[];
  readonly packets: readonly GeneratedPacket[];
  /** Whether later packets of connections are sent too: what the rules know of those is in a request. */
  readonly goesOn: boolean;
  /** Of how many packets the shares of their ways are looked at. */
  readonly shared: number;
  /** Of how many packets the rules that they match are looked at, which legacy iptables does not tell. */
  readonly followed: number;
  /** The same packet in another connection. */
  again(packet: GeneratedPacket): GeneratedPacket;
  /** Later packets of a client that affinity remembers, once its first has reached an endpoint. */
  repeat(packet: GeneratedPacket, endpoint: string | undefined): readonly GeneratedPacket[];
}

const families: readonly IpFamily[] = ['ipv4', 'ipv6'];

/** Marks that rules look at. */
const marks = [0x4000, 0x8000, 0x2000, 0x200, 0xa00, 0x10000] as const;

/** Spreads small seeds over all bits; 2^32 divided by the golden ratio. */
const seedFactor = 0x9e3779b1;

export function tracedScenario(seed: number, traced: TracedMode, packets: number): TracedScenario {
  const { mode, backend } = tracedModes[traced];
  const random = new SeededRandom(Math.imul(seed + 1_000, seedFactor));
  const kind = seed % 5 === 0 ? 'recorded' : seed % 5 === 4 ? 'random' : 'services';
  const services = kind === 'recorded' ? recorded(seed, mode, backend) : compiled(seed, mode, backend);
  const network = generatedNetwork(services.objects, random);
  const destinations = serviceDestinations(services.objects, network.nodeAddresses);
  const others = kind === 'random' ? randomRules(random, backend, destinations) : thirdParties(random, backend);
  const backendPorts = services.objects.endpointSlices.flatMap(({ ports }) => ports.flatMap(({ port }) => port ?? []));
  const generator = new PacketGenerator(network, destinations, backendPorts, marks, random);
  const isFirst = random.chance(50);
  const otherSteps = others.flatMap(({ steps }) => steps);
  const rules = isFirst ? [...otherSteps, ...services.load] : [...services.load, ...otherSteps];
  const load = [...planSettings(services.settings), ...(random.chance(50) ? nftLast : nftFirst)(rules, backend)];
  return {
    name: `${traced} seed ${seed} (${services.name}; ${others.map(({ name }) => name).join(', ')})`,
    network,
    load,
    packets: generator.packets(packets),
    // Masqueraded connections end when their later packets, without the mark, leave elsewhere (`nf_nat_oif_changed`).
    goesOn: network.plan.commands6.length === 0 && !load.some(({ stdin }) => /notrack|connmark|ct mark/i.test(stdin)),
    // Hashes that are asked more than once of a packet say the same each time; ways are told apart as if they did not.
    shared: seed % 4 === 1 && !load.some(({ stdin }) => /hash .*mod/.test(stdin)) ? 2 : 0,
    followed: backend === 'legacy' ? 0 : 20,
    again: (packet) => generator.another(packet),
    repeat: (packet, endpoint) => {
      if (packet.destination.isLasting !== true || endpoint === undefined) return [];
      return [generator.another(packet, { remembered: endpoint })];
    },
  };
}

interface Services {
  readonly name: string;
  readonly objects: KubernetesObjects;
  readonly load: readonly LoadStep[];
  readonly settings: ReadonlyMap<string, string>;
}

function compiled(seed: number, mode: ServiceMode, backend: IptablesBackend): Services {
  const set = generatedSet(seed);
  const { objects } = readObjects(objectLines(set.objects), 'objects.jsonl');
  const options = { ...set.options, kernel: { ...set.options.kernel, nfacctCounters: new Set<string>() } };
  const rules = compileRules(objects, options, mode);
  const inBackend = (each: FamilyRules): FamilyRules => ({ ...each, iptables: { ...each.iptables, backend } });
  const desired = {
    ...rules,
    families: new Map([...rules.families].map(([family, each]) => [family, inBackend(each)])),
  };
  const { steps } = planChange(noRules(rules.families.keys(), backend), desired, { nodeIps: options.nodeIps });
  return { name: 'generated Services', objects, load: steps, settings: rules.sysctls };
}

function recorded(seed: number, mode: ServiceMode, backend: IptablesBackend): Services {
  const name = caseNames[(seed / 5) % caseNames.length] ?? 'app1';
  const { objects } = readObjects(objectsText(name), 'objects.jsonl');
  const text = (file: string): string => {
    try {
      // What this kernel may not have: objects that kube-proxy makes beforehand.
      return readFileSync(`${caseFolder(name, mode)}/${file}`, 'utf8').replace(/^.*-m nfacct .*\n/gm, '');
    } catch {
      return '';
    }
  };
  const steps: LoadStep[] = [];
  if (mode === 'nftables') steps.push({ argv: ['nft', '-f', '-'], stdin: text('nft.txt') });
  else {
    if (mode === 'ipvs') {
      steps.push({ argv: ['ip', 'link', 'add', 'kube-ipvs0', 'type', 'dummy'], stdin: '' });
      const addresses = text('kube-ipvs0.txt')
        .split('\n')
        .flatMap((line) => {
          const [, , family, address] = line.trim().split(/\s+/);
          return address === undefined
            ? []
            : [`address add ${address} dev kube-ipvs0${family === 'inet6' ? ' nodad' : ''}\n`];
        });
      steps.push({ argv: ['ip', '-batch', '-'], stdin: addresses.join('') });
      steps.push({ argv: ['ipset', 'restore'], stdin: text('ipset-save.txt') });
      steps.push({ argv: ['ipvsadm', '--restore'], stdin: text('ipvsadm-save.txt') });
    }
    for (const family of families) {
      const rules = text(family === 'ipv4' ? 'iptables-save.txt' : 'ip6tables-save.txt');
      if (rules !== '') steps.push({ argv: [`${program(family, backend)}-restore`, '--noflush'], stdin: rules });
    }
  }
  return { name: `recorded ${name}`, objects, load: steps, settings: new Map() };
}

function planSettings(settings: ReadonlyMap<string, string>): LoadStep[] {
  const words = [...settings].map(([name, value]) => `${name.replaceAll('/', '.')}=${value}`);
  return words.length === 0 ? [] : [{ argv: ['sysctl', '-qw', ...words], stdin: '' }];
}

/** All base chains of iptables-nft, which makes each of them with its first rule. */
const baseChains: readonly LoadStep[] = families.map((family) => ({
  argv: [`${program(family, 'nf_tables')}-restore`, '--noflush'],
  stdin: [
    'raw PREROUTING OUTPUT',
    'mangle PREROUTING INPUT FORWARD OUTPUT POSTROUTING',
    'nat PREROUTING INPUT OUTPUT POSTROUTING',
    'filter INPUT FORWARD OUTPUT',
  ]
    .map((words) => {
      const [table = '', ...chains] = words.split(' ');
      return `*${table}\n${chains.map((chain) => `:${chain} ACCEPT [0:0]\n`).join('')}COMMIT\n`;
    })
    .join(''),
}));

/**
 * Of base chains with one priority, the kernel runs the youngest first. How old they are shows in the order of tables if
 * those of iptables-nft have theirs from the beginning; and a legacy table is taken for younger than those of nftables.
 */
function nftFirst(steps: readonly LoadStep[], backend: IptablesBackend): LoadStep[] {
  const isNft = ({ argv: [tool] }: LoadStep): boolean => tool === 'nft';
  const between = backend === 'legacy' ? [] : baseChains;
  return [...steps.filter(isNft), ...between, ...steps.filter((step) => !isNft(step))];
}

function nftLast(steps: readonly LoadStep[], backend: IptablesBackend): LoadStep[] {
  return backend === 'legacy' ? nftFirst(steps, backend) : [...baseChains, ...steps];
}

interface OtherRules {
  readonly name: string;
  readonly steps: readonly LoadStep[];
}

function thirdParties(random: SeededRandom, backend: IptablesBackend): OtherRules[] {
  const iptables = random.some(random.below(4), Object.keys(thirdPartyIptables));
  const nftables = random.chance(40) ? random.some(1 + random.below(2), Object.keys(thirdPartyNftables)) : [];
  const sets: OtherRules = {
    name: 'sets',
    steps: families.map((family) => ({ argv: ['ipset', 'restore'], stdin: fillIn(thirdPartySets, family) })),
  };
  return [
    ...(iptables.length > 0 ? [sets] : []),
    ...iptables.map((name) => ({
      name,
      steps: families.map((family) => ({
        argv: [`${program(family, backend)}-restore`, '--noflush'],
        stdin: fillIn(thirdPartyIptables[name] ?? '', family),
      })),
    })),
    ...nftables.map((name) => ({ name, steps: [{ argv: ['nft', '-f', '-'], stdin: thirdPartyNftables[name] ?? '' }] })),
  ];
}

function randomRules(
  random: SeededRandom,
  backend: IptablesBackend,
  destinations: readonly Destination[],
): OtherRules[] {
  const sets = families.map((family) => ({ argv: ['ipset', 'restore'], stdin: fillIn(thirdPartySets, family) }));
  const iptables = families.map((family) => ({
    argv: [`${program(family, backend)}-restore`, '--noflush'],
    stdin: randomIptables(random, family, destinations),
  }));
  const nftables = { argv: ['nft', '-f', '-'], stdin: randomNftables(random, destinations), isTried: true };
  const chosen = random.pick('iptables', 'nftables', 'both');
  return [
    ...(chosen === 'nftables' ? [] : [{ name: 'random iptables', steps: [...sets, ...iptables] }]),
    ...(chosen === 'iptables' ? [] : [{ name: 'random nftables', steps: [nftables] }]),
  ];
}

function program(family: IpFamily, backend: IptablesBackend): string {
  return `${family === 'ipv4' ? 'iptables' : 'ip6tables'}-${backend === 'legacy' ? 'legacy' : 'nft'}`;
}

function fillIn(text: string, family: IpFamily): string {
  return text.replace(/\{([A-Za-z]+)\}/g, (_, word: string) => familyWords[family][word] ?? word);
}
