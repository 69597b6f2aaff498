import type { Localizer } from '../l10n/localizer.ts';
import type { Request } from './traceTypes.ts';

/** The kind of place where a packet starts. */
export function sourceKind({ kind }: Request['from'], l10n: Localizer): string {
  switch (kind) {
    case 'pod':
      return l10n.t('Pod');
    case 'node':
      return l10n.t('This node');
    case 'external':
      return l10n.t('Outside');
  }
}

/** Where a packet starts, in one line. */
export function sourceWords(from: Request['from'], l10n: Localizer): string {
  const kind = sourceKind(from, l10n);
  return from.ip === undefined ? kind : `${kind} ${from.ip}`;
}
