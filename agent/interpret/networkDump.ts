import type { PartKind } from '../model/snapshot.ts';

type NetworkKind = Extract<PartKind, 'routes' | 'routing-rules' | 'sysctls'>;

/** How much of a text is looked at. */
const lookedAt = 16 * 1024;

/** How the texts of `ip route`, `ip rule` and `sysctl -a` begin, some lines of other tools before them or not. */
const forms: readonly (readonly [kind: NetworkKind, form: RegExp])[] = [
  ['routing-rules', /^\s*\[\s*\{\s*"priority"\s*:/],
  ['routing-rules', /^\d+:\s+(?:not )?from \S/m],
  ['routes', /^\s*\[\s*\{\s*(?:"type"\s*:\s*"\w+"\s*,\s*)?"dst"\s*:/],
  [
    'routes',
    /^(?:(?:unicast|local|broadcast|multicast|anycast) )?(?:default|[\da-f.:]+(?:\/\d+)?) .*\bdev \S|^(?:default|[\da-f.:]+\/\d+) .*\n\s+nexthop /m,
  ],
  ['routes', /^(?:blackhole|unreachable|prohibit|throw) (?:default|[\da-f.:]+(?:\/\d+)?)\s/m],
  ['sysctls', /^(?:net|kernel|vm|fs)\.[\w./-]+ ?= ?\S/m],
];

/** Names under which dumps are kept, for files that hold nothing. */
const fileNames: readonly (readonly [kind: NetworkKind, form: RegExp])[] = [
  ['routes', /route/],
  ['routing-rules', /\brules?6?\.(?:json|txt)$|^ip-?6?-?rules?/],
  ['sysctls', /sysctl/],
];

/** Whether a text that is none of the rule languages tells of routes, routing rules or kernel settings. */
export function networkKind(text: string): NetworkKind | undefined {
  const start = text.slice(0, lookedAt).replace(/^\uFEFF/, '');
  return forms.find(([, form]) => form.test(start))?.[0];
}

/** What an empty text, or an empty list, tells by its file's name. */
export function networkKindOfName(text: string, fileName: string): NetworkKind | undefined {
  if (!/^\uFEFF?\s*(?:\[\s*\])?\s*$/.test(text.slice(0, lookedAt))) return undefined;
  return fileNames.find(([, form]) => form.test(fileName.toLowerCase()))?.[0];
}
