import type { Wordings } from './codedMessage.ts';

/** Why a part of a snapshot is missing or incomplete. */
export const partReasonTexts: Wordings = {
  'permission-denied': (args, l10n) =>
    args['tool'] !== undefined
      ? l10n.t('{tool} needs root.', args)
      : args['feature'] !== undefined
        ? l10n.t('Only root may see whether the kernel holds {feature}.', args)
        : l10n.t('{path} could not be read.', args),
  'lock-held': (args, l10n) => l10n.t('{tool} found the lock held by another program: {said}', args),
  'not-supported': (args, l10n) =>
    args['tool'] === undefined
      ? l10n.t('The kernel cannot load modules; everything is built in.', args)
      : l10n.t('{tool} found no kernel support: {said}', args),
  'tool-failed': (args, l10n) => l10n.t('{tool} failed with exit status {exitCode}: {said}', args),
  crashed: (args, l10n) => l10n.t('{tool} was ended by {signal}.', args),
  'timed-out': (args, l10n) => l10n.t('{tool} did not finish within {seconds} seconds.', args),
  'output-too-long': (args, l10n) => l10n.t('{tool} printed more than {limit} bytes.', args),
  'tool-not-found': (args, l10n) => l10n.t('{tool} is not installed.', args),
  'tool-not-started': (args, l10n) => l10n.t('{tool} could not be started ({systemCode}).', args),
  'not-in-use': (args, l10n) =>
    l10n.t('The kernel holds nothing of {feature}; asking for it could load a module, so it was not asked.', args),
  'shown-by-iptables': (args, l10n) =>
    l10n.t('The only nftables tables are those of iptables-nft, which iptables-save shows.', args),
  'too-large': (args, l10n) =>
    l10n.t("The rules are so many that nft would need much of the node's memory to print them as JSON too.", args),
  'not-running': (args, l10n) => l10n.t('No kube-proxy runs in this network namespace.', args),
  'not-readable': (args, l10n) => l10n.t('{path} could not be read.', args),
};
