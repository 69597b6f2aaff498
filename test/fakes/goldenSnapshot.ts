import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PartKind, Snapshot } from '../../agent/model/snapshot.ts';
import { partWith, snapshotOf } from './models.ts';

const kinds: Readonly<Record<string, PartKind>> = {
  'iptables-save.txt': 'iptables-save',
  'ip6tables-save.txt': 'iptables-save',
  'ipset-save.txt': 'ipset-save',
  'ipvsadm-save.txt': 'ipvsadm-save',
  'ipvsadm-stats.txt': 'ipvsadm-stats',
  'kube-ipvs0.txt': 'addresses',
  'nft.txt': 'nft-text',
  'nft.json': 'nft-json',
};

const folder = join(import.meta.dirname, '../golden/data');

/** The recorded rules of a case in a mode, as a snapshot; `without` leaves files out. */
export function goldenSnapshot(name: string, mode: string, ...without: string[]): Snapshot {
  const files = readdirSync(join(folder, name, mode)).filter((file) => !without.includes(file));
  return snapshotOf(
    ...files.map((file) => {
      const family = file.startsWith('ip6tables') ? 'ipv6' : 'ipv4';
      const text = readFileSync(join(folder, name, mode, file), 'utf8');
      const kind = kinds[file] ?? 'unrecognised';
      return partWith(file, kind, text, kind === 'iptables-save' ? { family } : {});
    }),
  );
}

/** The Services and EndpointSlices of a case, as text. */
export function goldenObjects(name: string): string {
  return readFileSync(join(folder, name, 'objects.jsonl'), 'utf8');
}
