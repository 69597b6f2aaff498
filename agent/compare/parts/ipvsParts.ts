import { formatAddress } from '../../model/address.ts';
import { canonicalIp } from '../../model/canonicalIp.ts';
import { ipvsSetFamily } from '../../model/ipvsSets.ts';
import { type ServiceRules, virtualServerKey } from '../../model/serviceRules.ts';
import { planIpvs } from '../../plan/ipvs/planIpvs.ts';
import { noFamilyRules } from '../../plan/noRules.ts';
import { parseIpvsadmSave } from '../../ruleset/ipvs/parseSave.ts';

/** What `ipset save` printed, without kube-proxy's sets. */
export function ipsetTextWithoutProxy(text: string): string {
  return text
    .split('\n')
    .filter((line) => {
      const [, name = ''] = /^(?:create|add|-N|-A) (\S+)/.exec(line) ?? [];
      return ipvsSetFamily(name) === undefined;
    })
    .join('\n');
}

/** What `ipvsadm -Sn` printed, without the virtual servers of these rules. */
export function ipvsadmTextWithoutProxy(text: string, { families }: ServiceRules): string {
  const own = new Set([...families.values()].flatMap(({ virtualServers }) => [...virtualServers.keys()]));
  if (own.size === 0) return text;
  const lines = new Set<number>();
  for (const { service, span, realServers } of parseIpvsadmSave(text).virtualServers) {
    if (service.kind === 'fwmark') continue;
    const { host, port } = service.address;
    if (!own.has(virtualServerKey(service.protocol, formatAddress(canonicalIp(host) ?? host, port ?? 0)))) continue;
    for (const { start } of [span, ...realServers.map((server) => server.span)]) {
      lines.add(text.lastIndexOf('\n', start - 1) + 1);
    }
  }
  let kept = '';
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline + 1;
    if (!lines.has(start)) kept += text.slice(start, end);
    start = end;
  }
  return kept;
}

/** Rules of ipvs mode in the words of the tools that save and restore them. */
export interface SavedIpvs {
  /** As `ipset save` prints it. */
  readonly ipsets: string;
  /** As `ipvsadm -Sn` prints it. */
  readonly virtualServers: string;
}

export function savedIpvs({ families }: ServiceRules): SavedIpvs {
  const steps = [...families].flatMap(([family, rules]) => planIpvs(noFamilyRules, rules, family, new Map()).steps);
  const textOf = (part: keyof SavedIpvs): string =>
    steps
      .filter((step) => step.part === part)
      .map(({ stdin }) => stdin)
      .join('');
  return { ipsets: textOf('ipsets'), virtualServers: textOf('virtualServers') };
}
