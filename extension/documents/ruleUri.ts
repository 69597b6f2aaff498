import type { RuleText } from '../nodes/rulesAgent.ts';

/** Scheme of the read-only documents that show an element's rules. */
export const ruleScheme = 'kube-service-rules';

/** Which element of which root a document shows. */
export interface RuleAddress {
  readonly rootId: string;
  readonly elementId: string;
}

/** The parts of a document's URI. The path is for people and for choosing the language; the query says what it is. */
export interface RuleUriParts {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
}

const extensions: Readonly<Record<RuleText['language'], string>> = {
  iptables: 'iptables',
  ipset: 'ipset',
  ipvsadm: 'ipvsadm',
  nft: 'nft',
  json: 'json',
  plaintext: 'txt',
};

/** The URI of the document for an element; the same element always has the same one. */
export function ruleUriParts(
  address: RuleAddress,
  rootLabel: string,
  rules: Pick<RuleText, 'title' | 'language'>,
): RuleUriParts {
  return {
    scheme: ruleScheme,
    path: `/${pathSegment(rootLabel)}/${pathSegment(rules.title)}.${extensions[rules.language]}`,
    query: new URLSearchParams({ root: address.rootId, element: address.elementId }).toString(),
  };
}

/** What a URI made by {@link ruleUriParts} shows; undefined for any other. */
export function parseRuleUri(uri: { readonly scheme: string; readonly query: string }): RuleAddress | undefined {
  if (uri.scheme !== ruleScheme) return undefined;
  const query = new URLSearchParams(uri.query);
  const rootId = query.get('root');
  const elementId = query.get('element');
  return rootId === null || elementId === null ? undefined : { rootId, elementId };
}

/** A title as one segment of a path: a tab shows the last segment only. */
export function pathSegment(text: string): string {
  return (
    text
      .replaceAll(/[/\\]/g, '∕')
      .replaceAll(/[\r\n?#]/g, ' ')
      .trim() || '-'
  );
}
