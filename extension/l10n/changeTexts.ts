import type { Wordings } from './codedMessage.ts';

/** What speaks against changing a node, why it was not changed, and what is good to know of a change. */
export const changeTexts: Wordings = {
  'not-root': (args, l10n) => l10n.t('Only root may change the rules of a node.', args),
  'not-marked': (args, l10n) => l10n.t('The node is not marked as a test node.', args),
  'kube-proxy-running': (args, l10n) =>
    l10n.t('A kube-proxy runs on the node and would write its own rules again.', args),
  'mixed-backends': (args, l10n) =>
    l10n.t(
      'kube-proxy\'s rules stand in both backends of iptables, legacy and nf_tables. "Clean Up Leftovers" removes those that the node does not use.',
      args,
    ),
  'no-objects': (args, l10n) =>
    l10n.t('The node keeps no Services of an earlier change. Open a file that holds them.', args),
  'option-invalid': (args, l10n) => l10n.t('The setting {option} cannot be "{value}".', args),
  'nothing-to-undo': (args, l10n) => l10n.t('No change of this node that was kept can be undone.', args),
  'read-failed': (args, l10n) =>
    args['part'] === undefined
      ? l10n.t("{tool} could not list the node's addresses.", args)
      : l10n.t('{part} could not be read, and what is not known must not be changed.', args),

  'change-under-way': (args, l10n) => l10n.t('The node is being changed already, by process {pid}.', args),
  'change-pending': (args, l10n) => l10n.t('The last change waits to be confirmed or rolled back.', args),
  'roll-back-under-way': (args, l10n) => l10n.t('The last change is being rolled back.', args),
  'unknown-change': (args, l10n) => l10n.t('The last change of the node is another one.', args),
  'unknown-plan': (args, l10n) => l10n.t('The agent does not hold this plan any more.', args),
  'plan-outdated': (args, l10n) => l10n.t('The node is not as it was when the plan was made.', args),
  'prerequisites-unmet': (args, l10n) => l10n.t('The node lacks what the rules need: {ids}.', args),
  'no-room': (args, l10n) =>
    l10n.t("The node's disk has no room for what would be put back ({systemCode}), so nothing was changed.", args),
  'state-folder-not-ours': (args, l10n) =>
    l10n.t('{path} on the node is no folder that root alone may use, so nothing was changed.', args),
  'timer-not-armed': (args, l10n) =>
    l10n.t('The process that would roll back by itself did not start, so nothing was changed.', args),
  'tool-missing': (args, l10n) => l10n.t('{tool} is not installed on the node.', args),
  'lock-failed': (args, l10n) => l10n.t("The node's lock could not be taken (exit status {exitCode}).", args),

  'step-failed': (args, l10n) =>
    args['said'] === undefined || args['said'] === ''
      ? l10n.t('{tool} failed. What was done is put back.', args)
      : l10n.t('{tool} failed: {said} What was done is put back.', args),
  'setting-failed': (args, l10n) =>
    l10n.t('{setting} could not be set ({systemCode}). What was done is put back.', args),
  'not-as-planned': (args, l10n) =>
    l10n.t(
      'After the change {differences} rules, entries or servers were not as planned. What was done is put back.',
      args,
    ),
  'roll-back-failed': (args, l10n) =>
    args['differences'] === undefined
      ? l10n.t('What stood before could not be put back yet ({reason}); the node goes on trying.', args)
      : l10n.t(
          'What stood before could not be put back yet: {differences} rules, entries or servers differ. The node goes on trying.',
          args,
        ),
  'snapshot-lost': (args, l10n) => l10n.t('{file} is gone, which says what stood before.', args),
  unexpected: (args, l10n) => l10n.t('Something happened that nobody foresaw.', args),
  differences: (args, l10n) => l10n.t('{differences} rules, entries or servers still differ.', args),
  'not-confirmed': (args, l10n) => l10n.t('The change was not confirmed and is rolled back.', args),
  'too-late': (args, l10n) => l10n.t('The change was not confirmed in time and is rolled back.', args),
  'confirm-needs-new-connection': (args, l10n) =>
    l10n.t('Only a connection that was made after the change can confirm it.', args),
  'already-confirmed': (args, l10n) => l10n.t('The change is kept already; it can be undone.', args),

  'module-loaded': (args, l10n) => l10n.t('The kernel module {module} is loaded.', args),
  'module-not-loaded': (args, l10n) => l10n.t('The kernel module {module} is not loaded.', args),
  'module-not-there': (args, l10n) => l10n.t('The kernel has no module {module}.', args),
  'setting-right': (args, l10n) => l10n.t('{setting} is {value}.', args),
  'setting-differs': (args, l10n) => l10n.t('{setting} is {found} and should be {value}.', args),
  'setting-not-there': (args, l10n) => l10n.t('{setting} is not there and should be {value}.', args),
  'timeouts-right': (args, l10n) => l10n.t('The timeouts of ipvs are as wanted.', args),
  'timeouts-differ': (args, l10n) =>
    l10n.t('The timeouts of ipvs (TCP, ending TCP, UDP) should be {value}, where 0 is any.', args),
  'tool-installed': (args, l10n) => l10n.t('{tool} is installed.', args),
  'tool-not-installed': (args, l10n) => l10n.t('{tool} is not installed.', args),
};
