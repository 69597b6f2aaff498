import type * as z from 'zod/mini';
import { formatAddress } from '../../agent/model/address.ts';
import type { checkMigration, MigrationRow } from '../../agent/protocol/traceMessages.ts';
import type { Migration } from '../../webview/protocol/traceView.ts';
import type { Localizer } from '../l10n/localizer.ts';
import { problemText } from '../l10n/problemTexts.ts';
import type { PresentationContext } from '../tree/presentation/elementPresentation.ts';
import { migrationWords, wordedMigrationCodes } from './migrationWords.ts';
import { sourceWords } from './sourceWords.ts';
import type { Request } from './traceTypes.ts';

/** What an agent found. */
export type MigrationResult = z.infer<typeof checkMigration.result>;

/** Destinations of one side that are named; the others are counted. */
const mostDestinations = 3;

/** What another mode would change, in words. */
export function presentMigration(result: MigrationResult, context: PresentationContext): Migration {
  const { l10n, numbers } = context;
  const changed = Object.values(result.counts).reduce((sum, count) => sum + count, 0);
  const known = wordedMigrationCodes.filter((code) => code in result.counts);
  const codes = [...known, ...Object.keys(result.counts).filter((code) => !known.includes(code))];
  return {
    title: l10n.t('From {0} to {1}', result.from, result.to),
    summary:
      changed === 0
        ? l10n.t('All {0} packets that were tried go the same way.', numbers.integer(result.packets))
        : l10n.t(
            '{0} packets were tried; {1} of them would fare differently.',
            numbers.integer(result.packets),
            numbers.integer(changed),
          ),
    tone: changed === 0 ? 'good' : 'becomes-unreachable' in result.counts ? 'error' : 'warning',
    before: l10n.t('Now ({0})', result.from),
    after: l10n.t('Then ({0})', result.to),
    groups: codes.map((code) => {
      const rows = result.rows.map((row, number) => ({ row, number })).filter(({ row }) => row.code === code);
      const count = result.counts[code] ?? rows.length;
      const left = count - rows.length;
      const words = migrationWords(code, l10n);
      return {
        ...words,
        advice: words.advice === '' ? '' : l10n.t('What to do: {0}', words.advice),
        count: numbers.integer(count),
        lines: rows.map(({ row, number }) => ({
          number,
          service: row.service,
          packet: packetWords(row.request, l10n),
          before: sideWords(row.before, context),
          after: sideWords(row.after, context),
        })),
        ...(left > 0 ? { more: l10n.t('and {0} more like these', numbers.integer(left)) } : {}),
      };
    }),
    notes: result.assumptions.map((fact) => problemText(fact, l10n)),
  };
}

/** Where a packet goes, in one line. */
function packetWords(request: Request, l10n: Localizer): string {
  const to = `${formatAddress(request.destination, request.port)} ${request.protocol.toUpperCase()}`;
  const state = request.connection?.state;
  const affinity = request.remembered === undefined ? '' : l10n.t(', remembered at {0}', request.remembered);
  return `${sourceWords(request.from, l10n)} → ${to}${state === undefined ? '' : `, ${state}`}${affinity}`;
}

function sideWords(side: MigrationRow['before'], { l10n, numbers }: PresentationContext): string {
  const named = side.destinations
    .slice(0, mostDestinations)
    .map(({ address, share }) => (side.destinations.length === 1 ? address : `${address} ${share}`));
  const left = side.destinations.length - named.length;
  const destinations = [...named, ...(left > 0 ? [l10n.t('{0} more', numbers.integer(left))] : [])].join(', ');
  const verdict = side.verdict
    .split(' + ')
    .map((part) => verdictWords(part, l10n))
    .join(' + ');
  const sources = side.sources.length === 0 ? '' : l10n.t('seen as {0}', side.sources.join(', '));
  return [destinations === '' ? verdict : `${verdict}: ${destinations}`, sources].filter(Boolean).join('; ');
}

function verdictWords(verdict: string, l10n: Localizer): string {
  switch (verdict) {
    case 'endpoint':
      return l10n.t('to an endpoint');
    case 'node':
      return l10n.t('to a process of the node');
    case 'elsewhere':
      return l10n.t('sent on untranslated');
    case 'drop':
      return l10n.t('dropped');
    case 'unknown':
      return l10n.t('not known');
    default:
      return verdict.startsWith('reject ') ? l10n.t('rejected ({0})', verdict.slice('reject '.length)) : verdict;
  }
}
