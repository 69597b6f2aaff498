import type { NodeChange } from '../../agent/protocol/changeMessages.ts';
import type { ChangeContext } from '../change/changeContext.ts';
import type { Root } from '../nodes/root.ts';

/** A mode that kube-proxy has on Linux. */
export type ServiceMode = 'iptables' | 'ipvs' | 'nftables';

const modes: readonly ServiceMode[] = ['iptables', 'ipvs', 'nftables'];

/** The mode that a node was last read in. */
export function currentMode({ snapshot }: Root): NodeChange['to'] {
  return snapshot?.mode ?? 'none';
}

/** Lets the user choose a mode. @param order which modes stand first: what Enter takes */
export async function chooseMode(
  title: string,
  current: NodeChange['to'],
  order: 'currentFirst' | 'othersFirst',
  { dialogs, l10n }: Pick<ChangeContext, 'dialogs' | 'l10n'>,
): Promise<ServiceMode | undefined> {
  const sign = order === 'currentFirst' ? 1 : -1;
  const rank = (mode: ServiceMode): number => (mode === current ? 0 : sign);
  const details: Readonly<Record<ServiceMode, string>> = {
    iptables: l10n.t('Chains of iptables rules, in the backend that the node uses'),
    ipvs: l10n.t('Virtual servers of ip_vs, with ipsets and a few iptables rules'),
    nftables: l10n.t('Maps and chains in a table of nftables'),
  };
  return dialogs.choose(
    title,
    l10n.t('Which mode?'),
    modes
      .toSorted((a, b) => rank(a) - rank(b))
      .map((mode) => ({
        value: mode,
        label: mode,
        detail: details[mode],
        ...(mode === current ? { description: l10n.t('now') } : {}),
      })),
  );
}
