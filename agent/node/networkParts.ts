import type { PartIdentity } from './commandPart.ts';
import { commandPart, readCommand } from './commandPart.ts';
import type { Machine } from './machine.ts';
import type { PartReader } from './partReader.ts';

/** The readers of addresses, routes and routing rules, all as JSON of iproute2. */
export function networkReaders(machine: Machine): readonly PartReader[] {
  const reader = (identity: PartIdentity, ...args: string[]): PartReader => {
    const command = readCommand('ip', ...args);
    return {
      identity,
      read: async (signal) => commandPart(identity, command, await machine.run(command, signal)),
    };
  };
  return [
    reader({ id: 'addresses.json', kind: 'addresses' }, '-j', 'addr'),
    reader({ id: 'routes.json', kind: 'routes', family: 'ipv4' }, '-4', '-j', 'route', 'show', 'table', 'all'),
    reader({ id: 'routes6.json', kind: 'routes', family: 'ipv6' }, '-6', '-j', 'route', 'show', 'table', 'all'),
    reader({ id: 'rules.json', kind: 'routing-rules', family: 'ipv4' }, '-4', '-j', 'rule'),
    reader({ id: 'rules6.json', kind: 'routing-rules', family: 'ipv6' }, '-6', '-j', 'rule'),
  ];
}
