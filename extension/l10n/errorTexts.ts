import { AgentError } from '../agentClient/agentError.ts';
import { describeError, TransportError } from '../common/transportError.ts';
import type { ConnectProgress } from '../transport/transport.ts';
import type { Localizer } from './localizer.ts';
import { problemText } from './problemTexts.ts';
import { adviceText, reasonText, stepText } from './transportTexts.ts';

/** A failure in words. */
export interface ErrorWords {
  /** Which step failed. */
  readonly summary: string;
  /** Why, and what can be done. */
  readonly detail: string;
}

/** Words for anything that connecting or reading throws. */
export function errorWords(error: unknown, l10n: Localizer): ErrorWords {
  if (error instanceof TransportError) {
    const reason = reasonText(error, l10n);
    const said = error.detail === '' ? '' : l10n.t('It said: "{0}".', error.detail.slice(0, 300));
    return {
      summary: stepText(error.step, l10n),
      detail: [reason, said, adviceText(error.advice, l10n)].filter((part) => part !== '').join(' '),
    };
  }
  const detail = error instanceof AgentError ? problemText(error, l10n) : describeError(error);
  return { summary: l10n.t('Reading the rules failed'), detail };
}

/** What a connection attempt is doing. */
export function progressText(progress: ConnectProgress, l10n: Localizer): string {
  switch (progress.step) {
    case 'connect':
      return l10n.t('Connecting to {0}...', progress.host);
    case 'jump':
      return l10n.t('Connecting through {0}...', progress.host);
    case 'hostKey':
      return l10n.t('Verifying the host key of {0}...', progress.host);
    case 'authenticate':
      return l10n.t('Signing in to {0}...', progress.host);
    case 'elevate':
      return l10n.t('Becoming root...');
    case 'probe':
      return l10n.t('Examining the node...');
    case 'start':
      return l10n.t('Starting the agent...');
    case 'upload': {
      const percent = progress.totalBytes === 0 ? 100 : Math.floor((100 * progress.doneBytes) / progress.totalBytes);
      return progress.file === 'runtime'
        ? l10n.t('Copying the runtime to the node: {0}%', percent)
        : l10n.t('Copying the agent to the node: {0}%', percent);
    }
  }
}
