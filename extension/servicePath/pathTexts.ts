import type { PathTexts } from '../../webview/protocol/servicePath.ts';
import type { Localizer } from '../l10n/localizer.ts';

/** The fixed texts of the Service path view. `{0}` stays in those that the view fills in itself. */
export function pathTexts(l10n: Localizer): PathTexts {
  return {
    filter: l10n.t('Filter'),
    filterPlaceholder: l10n.t('Address, port or chain'),
    openRules: l10n.t('Open Rules'),
    refresh: l10n.t('Refresh'),
    trace: l10n.t('Trace Packet'),
    moreEndpoints: l10n.t('{0} more endpoints', '{0}'),
    fewerEndpoints: l10n.t('Show fewer endpoints'),
    noMatch: l10n.t('Nothing matches the filter.'),
    picture: l10n.t('The way of new connections from frontends to endpoints'),
    leadsTo: l10n.t('Leads to {0}', '{0}'),
  };
}
