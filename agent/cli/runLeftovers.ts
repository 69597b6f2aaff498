import { readLeftovers } from '../change/readLeftovers.ts';
import type { Leftover } from '../plan/leftovers/findLeftovers.ts';
import type { ChangeCommandLine } from './changeCommandLine.ts';
import type { CliEnvironment } from './cliEnvironment.ts';

/** Says what stands on the node and its mode does not use. */
export async function runLeftovers(
  { json, stateFolder }: Extract<ChangeCommandLine, { readonly command: 'leftovers' }>,
  cli: CliEnvironment,
): Promise<void> {
  const { mode, leftovers } = await readLeftovers(cli.changes(stateFolder));
  if (json) {
    await cli.writeStdout(`${JSON.stringify({ mode, leftovers }, undefined, 2)}\n`);
    return;
  }
  const lines = leftovers.length === 0 ? ['Nothing is left behind.'] : leftovers.map(describeLeftover);
  await cli.writeStdout([`The node's mode is ${mode}.`, ...lines].map((line) => `${line}\n`).join(''));
}

/** What is counted, by part. */
const units: Readonly<Record<Leftover['part'], string>> = {
  iptables: 'rules',
  ipsets: 'entries',
  virtualServers: 'real servers',
  serviceDevice: 'addresses',
  nftables: 'chains and sets',
  sysctls: 'settings',
  conntrack: 'flows',
};

function describeLeftover({ part, family, backend, place, count }: Leftover): string {
  const where = [family, ...(backend === undefined ? [] : [backend])].join(', ');
  return `${part.padEnd(14)} ${place} (${where}): ${count} ${units[part]}`;
}
