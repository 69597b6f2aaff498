import type { FrontendKind } from '../../../agent/model/service.ts';
import type { Localizer } from '../../l10n/localizer.ts';

/** By which kind of address a Service is reached, in the user's language. */
export function frontendWords(kind: FrontendKind, l10n: Localizer): string {
  switch (kind) {
    case 'clusterIP':
      return l10n.t('cluster IP');
    case 'nodePort':
      return l10n.t('node port');
    case 'externalIP':
      return l10n.t('external IP');
    case 'loadBalancerIP':
      return l10n.t('load balancer IP');
  }
}
