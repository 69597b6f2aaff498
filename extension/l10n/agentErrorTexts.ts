import type { Wordings } from './codedMessage.ts';

/** Why a request to an agent failed. */
export const agentErrorTexts: Wordings = {
  'agent-closed': (args, l10n) => l10n.t('The agent ended.', args),
  'agent-silent': (args, l10n) =>
    args['seconds'] === undefined
      ? l10n.t('The agent has not answered.', args)
      : l10n.t('The agent did not answer within {seconds} seconds.', args),
  'broken-stream': (args, l10n) => l10n.t('What the agent sent is not the protocol: {said}', args),
  'invalid-answer': (args, l10n) => l10n.t("The agent's answer to {method} is not valid.", args),
  'agent-failed': (args, l10n) => l10n.t('The agent failed at {method}: {said}', args),
  'version-mismatch': (args, l10n) =>
    l10n.t('The extension speaks version {client} of the protocol, the agent version {agent}.', args),
  'unknown-snapshot': (args, l10n) =>
    l10n.t('The agent does not hold this snapshot any more; refresh to read anew.', args),
  'unknown-element': (args, l10n) => l10n.t('What this showed is not on the node any more.', args),
  'invalid-message': (args, l10n) => l10n.t('The agent does not understand a request ({method}).', args),
  'not-initialized': (args, l10n) => l10n.t('The agent was asked before it was ready.', args),
  'collect-failed': (args, l10n) => l10n.t('Reading failed: {said}', args),
  cancelled: (args, l10n) => l10n.t('It was cancelled.', args),
  ENOENT: (args, l10n) => l10n.t('A file or folder is not there: {said}', args),
  EACCES: (args, l10n) => l10n.t('A file may not be read: {said}', args),
};
