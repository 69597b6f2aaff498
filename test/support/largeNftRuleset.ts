/** A rule of the chains that kube-proxy writes, in both forms. */
interface Rule {
  readonly chain: string;
  readonly text: string;
  readonly expr: readonly unknown[];
}

const markForMasquerade = {
  mangle: { key: { meta: { key: 'mark' } }, value: { '|': [{ meta: { key: 'mark' } }, 16384] } },
};

/** What kube-proxy writes for `services` Services with `endpoints` endpoints each, as `nft` and `nft -j` list it. */
export function largeNftRuleset(services: number, endpoints: number): { readonly text: string; readonly json: string } {
  const textElements: string[] = [];
  const jsonElements: unknown[] = [];
  const rules: Rule[] = [];
  for (let service = 0; service < services; service++) {
    const id = service.toString(36).toUpperCase().padStart(8, 'A');
    const name = `${id}-namespace-${service % 50}/service-${service}/tcp/http`;
    const chain = `service-${name}`;
    const clusterIp = `10.${96 + (service >> 16)}.${(service >> 8) & 255}.${service & 255}`;
    textElements.push(`${clusterIp} . tcp . 80 : goto ${chain}`);
    jsonElements.push([{ concat: [clusterIp, 'tcp', 80] }, { goto: { target: chain } }]);
    const targets: string[] = [];
    for (let endpoint = 0; endpoint < endpoints; endpoint++) {
      const number = service * endpoints + endpoint;
      const ip = `10.${200 + (number >> 16)}.${(number >> 8) & 255}.${number & 255}`;
      const target = `endpoint-${name}__${ip}/8080`;
      targets.push(target);
      rules.push({
        chain: target,
        text: `ip saddr ${ip} meta mark set meta mark | 0x00004000`,
        expr: [
          { match: { op: '==', left: { payload: { protocol: 'ip', field: 'saddr' } }, right: ip } },
          markForMasquerade,
        ],
      });
      rules.push({
        chain: target,
        text: `meta l4proto tcp dnat to ${ip}:8080`,
        expr: [
          { match: { op: '==', left: { meta: { key: 'l4proto' } }, right: 'tcp' } },
          { dnat: { addr: ip, port: 8080 } },
        ],
      });
    }
    rules.push({
      chain,
      text: `numgen random mod ${endpoints} vmap { ${targets.map((target, index) => `${index} : goto ${target}`).join(', ')} }`,
      expr: [
        {
          vmap: {
            key: { numgen: { mode: 'random', mod: endpoints, offset: 0 } },
            data: { set: targets.map((target, index) => [index, { goto: { target } }]) },
          },
        },
      ],
    });
  }
  return { text: asText(textElements, rules), json: asJson(jsonElements, rules) };
}

function asText(elements: readonly string[], rules: readonly Rule[]): string {
  const lines = [
    'table ip kube-proxy {',
    '\tmap service-ips {',
    '\t\ttype ipv4_addr . inet_proto . inet_service : verdict',
    `\t\telements = { ${elements.join(',\n\t\t\t     ')} }`,
    '\t}',
  ];
  let chain: string | undefined;
  for (const rule of rules) {
    if (rule.chain !== chain) lines.push(...(chain === undefined ? [] : ['\t}']), '', `\tchain ${rule.chain} {`);
    lines.push(`\t\t${rule.text}`);
    chain = rule.chain;
  }
  return `${[...lines, '\t}', '}'].join('\n')}\n`;
}

function asJson(elements: readonly unknown[], rules: readonly Rule[]): string {
  const family = 'ip';
  const table = 'kube-proxy';
  const type = ['ipv4_addr', 'inet_proto', 'inet_service'];
  const chains = [...new Set(rules.map(({ chain }) => chain))];
  const objects = [
    { metainfo: { version: '1.0.6', json_schema_version: 1 } },
    { table: { family, name: table, handle: 1 } },
    { map: { family, name: 'service-ips', table, type, handle: 2, map: 'verdict', elem: elements } },
    ...chains.map((name, index) => ({ chain: { family, table, name, handle: 3 + index } })),
    ...rules.map(({ chain, expr }, index) => ({ rule: { family, table, chain, handle: 300_000 + index, expr } })),
  ];
  return `{"nftables": [${objects.map((object) => JSON.stringify(object)).join(', ')}]}\n`;
}
