import type { Localizer } from '../l10n/localizer.ts';
import type { ListedHost } from '../transport/sshConfig/listHosts.ts';

/** Where to connect. */
export type HostTarget = { readonly kind: 'ssh'; readonly host: string } | { readonly kind: 'local' };

/** One line of the list of hosts. */
export type HostChoice =
  | { readonly kind: 'group'; readonly label: string }
  | {
      readonly kind: 'host';
      readonly target: HostTarget;
      readonly label: string;
      readonly description: string;
      readonly icon: string;
      /** Whether the line can be removed from the list. */
      readonly remembered: boolean;
    };

/** What the list of hosts is made from. */
export interface HostSources {
  /** What was typed so far. */
  readonly typed: string;
  /** Whether `typed` reads as a host. */
  readonly typedIsHost: boolean;
  readonly remembered: readonly string[];
  readonly listed: readonly ListedHost[];
  /** Whether this machine can be a node. */
  readonly localIsLinux: boolean;
}

/** The lines of the list, in order: what was typed, what was used before, the SSH configuration's hosts, this machine. */
export function hostChoices(sources: HostSources, l10n: Localizer): readonly HostChoice[] {
  const { typed, remembered, listed } = sources;
  const known = new Set([...remembered, ...listed.map(({ alias }) => alias)]);
  const choices: HostChoice[] = [];
  if (sources.typedIsHost && !known.has(typed)) {
    choices.push(sshChoice(typed, l10n.t('connect to what you typed'), 'arrow-right', false));
  }
  if (remembered.length > 0) {
    choices.push({ kind: 'group', label: l10n.t('used before') });
    for (const host of remembered) choices.push(sshChoice(host, '', 'history', true));
  }
  const others = listed.filter(({ alias }) => !remembered.includes(alias));
  if (others.length > 0) {
    choices.push({ kind: 'group', label: l10n.t('SSH configuration') });
    for (const { alias, file } of others) choices.push(sshChoice(alias, file, 'vm', false));
  }
  if (sources.localIsLinux) {
    choices.push(
      { kind: 'group', label: l10n.t('without SSH') },
      {
        kind: 'host',
        target: { kind: 'local' },
        label: l10n.t('This machine'),
        description: l10n.t('needs root, or sudo without a password'),
        icon: 'device-desktop',
        remembered: false,
      },
    );
  }
  return choices;
}

function sshChoice(host: string, description: string, icon: string, remembered: boolean): HostChoice {
  return { kind: 'host', target: { kind: 'ssh', host }, label: host, description, icon, remembered };
}
