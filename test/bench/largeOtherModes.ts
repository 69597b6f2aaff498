import type { PartKind } from '../../agent/model/snapshot.ts';
import type { LargeDumpSize } from './largeDump.ts';

interface LargeServicePort {
  readonly name: string;
  readonly clusterIP: string;
  /** IP addresses, all with port 8080. */
  readonly endpoints: readonly string[];
}

function* servicePorts({ services, endpointsPerService }: LargeDumpSize): Generator<LargeServicePort> {
  for (let number = 0; number < services; number++) {
    const endpoints = Array.from({ length: endpointsPerService }, (_, index) => {
      const value = number * endpointsPerService + index;
      return `10.${128 + (value >>> 16)}.${(value >>> 8) & 255}.${value & 255}`;
    });
    yield { name: `svc-${number}`, clusterIP: `10.96.${number >>> 8}.${number & 255}`, endpoints };
  }
}

/** What `nft list table ip kube-proxy` prints on a node of that size, without what has no part in it. */
export function largeNftText(size: LargeDumpSize): string {
  const elements: string[] = [];
  const chains: string[] = [];
  let number = 0;
  for (const { name, clusterIP, endpoints } of servicePorts(size)) {
    // kube-proxy puts eight characters of a hash there; any that differ do.
    const hash = (number++).toString(2).padStart(16, '0').replaceAll('0', 'A').replaceAll('1', 'B').slice(-8);
    const chain = `service-${hash}-bench/${name}/tcp/http`;
    elements.push(`${clusterIP} . tcp . 80 : goto ${chain}`);
    const parts = endpoints.map((ip, index) => `${index} : ${ip} . 8080`).join(', ');
    chains.push(
      `\tchain ${chain} {\n\t\tmeta l4proto tcp dnat ip to numgen random mod ${endpoints.length} map { ${parts} }\n\t}\n`,
    );
  }
  return [
    'table ip kube-proxy {',
    '\tset cluster-ips {',
    '\t\ttype ipv4_addr',
    `\t\telements = { ${[...servicePorts(size)].map(({ clusterIP }) => clusterIP).join(',\n\t\t\t     ')} }`,
    '\t}\n',
    '\tmap service-ips {',
    '\t\ttype ipv4_addr . inet_proto . inet_service : verdict',
    `\t\telements = { ${elements.join(',\n\t\t\t     ')} }`,
    '\t}\n',
    chains.join('\n'),
    '}\n',
  ].join('\n');
}

/** What `ipvsadm -Sn` and `ipset save` print on a node of that size. */
export function largeIpvs(size: LargeDumpSize): readonly { readonly kind: PartKind; readonly text: string }[] {
  const save: string[] = [];
  const sets = [
    'create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 16384 maxelem 65536 bucketsize 12 initval 0x1',
  ];
  for (const { clusterIP, endpoints } of servicePorts(size)) {
    save.push(`-A -t ${clusterIP}:80 -s rr`);
    for (const ip of endpoints) save.push(`-a -t ${clusterIP}:80 -r ${ip}:8080 -m -w 1`);
    sets.push(`add KUBE-CLUSTER-IP ${clusterIP},tcp:80`);
  }
  return [
    { kind: 'ipvsadm-save', text: `${save.join('\n')}\n` },
    { kind: 'ipset-save', text: `${sets.join('\n')}\n` },
  ];
}
