import type { TreeElement } from '../../../agent/protocol/treeElement.ts';
import type { Fact, PresentationContext } from './elementPresentation.ts';

/** `1,204 pkts (+12)`: packets that an element has seen, and how many more than in the snapshot before. */
export function counterText(element: TreeElement, context: PresentationContext): string | undefined {
  if (element.counters === undefined) return undefined;
  const packets = context.l10n.t('{0} pkts', context.numbers.integer(element.counters.packets));
  const added = context.change?.packets ?? 0;
  return added > 0 ? `${packets} (+${context.numbers.integer(added)})` : packets;
}

/** The counters of an element as lines of its tooltip. */
export function counterFacts(element: TreeElement, { l10n, numbers, change }: PresentationContext): readonly Fact[] {
  if (element.counters === undefined) return [];
  const { packets, bytes } = element.counters;
  const withChange = (value: string, added: string | undefined): string =>
    added === undefined ? value : l10n.t('{0} (+{1} since the last refresh)', value, added);
  return [
    {
      name: l10n.t('Packets'),
      value: withChange(numbers.integer(packets), change?.packets ? numbers.integer(change.packets) : undefined),
    },
    {
      name: l10n.t('Bytes'),
      value: withChange(numbers.bytes(bytes), change?.bytes ? numbers.bytes(change.bytes) : undefined),
    },
  ];
}
