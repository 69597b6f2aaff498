import type { Span } from '../../agent/ruleset/common/position.ts';
import type { RulesetProblem } from '../../agent/ruleset/common/problem.ts';
import { parseIpvsadmStats } from '../../agent/ruleset/ipvs/parseList.ts';
import { parseIpvsadmSave } from '../../agent/ruleset/ipvs/parseSave.ts';
import type { RulesDocument, RulesSymbol } from './rulesDocument.ts';

/** The two forms of ipvs dumps have the same outline: virtual servers with real servers. */
interface IpvsOutline {
  readonly problems: readonly RulesetProblem[];
  readonly virtualServers: readonly { readonly span: Span; readonly realServers: readonly { readonly span: Span }[] }[];
}

/** Virtual servers with their real servers, of `ipvsadm -S` and of `ipvsadm -Ln`. */
export function readIpvsadm(text: string): RulesDocument {
  const listed = /^(IP Virtual Server|Prot\s+LocalAddress)/m.test(text.slice(0, 1_000));
  const outline: IpvsOutline = listed ? parseIpvsadmStats(text) : parseIpvsadmSave(text);
  const symbols = (): readonly RulesSymbol[] =>
    outline.virtualServers.map((server) => ({
      ...lineSymbol(text, server.span),
      kind: 'virtualServer',
      span: { start: server.span.start, end: server.realServers.at(-1)?.span.end ?? server.span.end },
      children: server.realServers.map(({ span }) => ({
        ...lineSymbol(text, span),
        kind: 'realServer',
        span,
        children: [],
      })),
    }));
  return {
    problems: outline.problems,
    symbols,
    folds: () =>
      symbols()
        .filter(({ children }) => children.length > 0)
        .map(({ span }) => span),
    nameAt: () => undefined,
  };
}

/** A line's own words make its name: `TCP 10.96.0.10:80`, `-t 10.96.0.10:80`. */
function lineSymbol(
  text: string,
  span: Span,
): { readonly name: string; readonly detail: string; readonly nameSpan: Span } {
  const words = text.slice(span.start, span.end).trim().split(/\s+/);
  const place = words.findIndex((word) => /[.:\]]\S*\d$/.test(word));
  const last = place === -1 ? 1 : place;
  const name = words.slice(Math.max(0, last - 1), last + 1).join(' ');
  return { name: name === '' ? '-' : name, detail: '', nameSpan: span };
}
