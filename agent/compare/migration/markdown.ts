import type { PacketRequest } from '../../model/packetTrace.ts';
import type { MigrationRow } from '../../protocol/traceMessages.ts';
import { type MigrationCode, migrationCodes } from '../migrationCodes.ts';
import type { ModeCost, ModeCosts } from '../modeCosts.ts';
import type { MigrationReport } from './checkMigration.ts';
import { migrationTexts } from './migrationTexts.ts';
import { requestText } from './probes.ts';

/** Rows of a table in the document; the others are counted. */
const mostRows = 50;
const mostEndpoints = 3;

/** The report as a document for people, in English. */
export function migrationMarkdown(report: MigrationReport, nodeName: string, costs?: ModeCosts): string {
  const { from, to, packets, unknown, counts, assumptions } = report;
  const found = migrationCodes.filter((code) => (counts[code] ?? 0) > 0);
  const lines = [
    `# From ${from} to ${to} mode: ${escaped(nodeName)}`,
    '',
    `${packets} packets were followed through the rules of ${from} mode and of ${to} mode; of ${unknown} it is not known where they go.`,
    '',
    ...summary(report, found),
    ...found.flatMap((code) => section(report, code)),
  ];
  if (costs !== undefined) lines.push(...costSection(costs));
  if (assumptions.length > 0) {
    lines.push('## What this rests on', '', ...assumptions.map(({ message }) => `- ${escaped(message)}`), '');
  }
  return lines.join('\n');
}

function costSection({ services, endpoints, modes }: ModeCosts): readonly string[] {
  const row = (label: string, value: (cost: ModeCost) => string | number): string =>
    `| ${label} | ${modes.map(value).join(' | ')} |`;
  const growth = ({ rules, entries, virtualServers, realServers }: ModeCost['perService']): string =>
    `${rules} rules, ${entries} entries, ${virtualServers + realServers} servers`;
  return [
    `## What ${services} Services with ${endpoints} endpoints need`,
    '',
    `| | ${modes.map(({ mode }) => mode).join(' | ')} |`,
    `| --- | ${modes.map(() => '---:').join(' | ')} |`,
    row('Chains', ({ chains }) => chains),
    row('Rules', ({ rules }) => rules),
    row('Sets and maps', ({ sets }) => sets),
    row('Entries in them', ({ entries }) => entries),
    row('Virtual servers', ({ virtualServers }) => virtualServers),
    row('Real servers', ({ realServers }) => realServers),
    row('Rules asked for a new connection, on average', ({ askedRules }) => Math.round(askedRules.average)),
    row('Rules asked for a new connection, at most', ({ askedRules }) => askedRules.most),
    row('One more Service', ({ perService }) => growth(perService)),
    row('One more endpoint', ({ perEndpoint }) => growth(perEndpoint)),
    '',
  ];
}

function summary({ from, to, counts }: MigrationReport, found: readonly MigrationCode[]): readonly string[] {
  if (found.length === 0)
    return [`Nothing changes for clients of this node's Services between ${from} and ${to} mode.`, ''];
  const rows = found.map(
    (code) => `| [${migrationTexts[code].title}](#${anchor(migrationTexts[code].title)}) | ${counts[code]} |`,
  );
  return ['| what changes | packets |', '| --- | ---: |', ...rows, ''];
}

/** As GitHub and VS Code make it of a heading. */
function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

function section({ from, to, rows, counts }: MigrationReport, code: MigrationCode): readonly string[] {
  const { title, meaning, advice } = migrationTexts[code];
  const own = rows.filter((row) => row.code === code);
  const shown = own.slice(0, mostRows);
  const left = (counts[code] ?? own.length) - shown.length;
  return [
    `## ${title}`,
    '',
    meaning,
    '',
    `**What to do:** ${advice}`,
    '',
    `| Service | from | to | ${from} | ${to} |`,
    '| --- | --- | --- | --- | --- |',
    ...shown.map((row) => tableRow(row)),
    '',
    ...(left > 0 ? [`And ${left} more.`, ''] : []),
  ];
}

function tableRow({ service, request, before, after }: MigrationRow): string {
  const remembered = request.remembered === undefined ? '' : ` (remembered: ${request.remembered})`;
  const cells = [service, sourceText(request.from), requestText({ request }) + remembered, side(before), side(after)];
  return `| ${cells.map(escaped).join(' | ')} |`;
}

function sourceText(from: PacketRequest['from']): string {
  if (from.kind === 'node') return 'the node';
  return from.kind === 'pod' ? `pod ${from.ip}` : from.ip;
}

function side({ verdict, destinations, sources }: MigrationRow['before']): string {
  const ways = verdict.split(' + ').map((word) => (word === 'endpoint' ? endpoints(destinations) : verdictText(word)));
  const seen = sources.length === 0 ? '' : `, seen as ${sources.join(', ')}`;
  return ways.join(' or ') + seen;
}

function endpoints(destinations: MigrationRow['before']['destinations']): string {
  const shown = destinations.slice(0, mostEndpoints).map(({ address, share }) => `${address} (${share})`);
  const left = destinations.length - shown.length;
  return left > 0 ? `${shown.join(', ')} and ${left} more` : shown.join(', ');
}

function verdictText(verdict: string): string {
  switch (verdict) {
    case 'node':
      return "the node's own processes";
    case 'elsewhere':
      return 'sent on untranslated';
    case 'drop':
      return 'dropped';
    case 'unknown':
      return 'not known';
    default:
      return verdict.replace(/^reject /, 'refused with ');
  }
}

/** Names in rules are others' words: nothing of them is Markdown. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!~]/g, '\\$&').replace(/\s+/g, ' ');
}
