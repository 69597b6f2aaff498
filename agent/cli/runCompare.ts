import { latestObjects } from '../change/appliedObjects.ts';
import { checkMigration } from '../compare/migration/checkMigration.ts';
import { migrationMarkdown } from '../compare/migration/markdown.ts';
import { modeCosts } from '../compare/modeCosts.ts';
import { type GivenObjects, NodeModes } from '../compare/nodeModes.ts';
import { interpretSnapshot } from '../interpret/interpretSnapshot.ts';
import { loadDump } from '../interpret/loadDump.ts';
import { parseSnapshot } from '../interpret/parseSnapshot.ts';
import { defaultStateFolder } from '../node/change/stateFolder.ts';
import type { CliEnvironment } from './cliEnvironment.ts';
import type { CompareCommand } from './compareCommand.ts';
import { jsonPieces } from './jsonPieces.ts';
import { readObjectTexts } from './objectFiles.ts';

/**
 * Prints what another mode would change for the clients of a node's Services.
 *
 * @throws NoServiceMode, FileError
 */
export async function runCompare(command: CompareCommand, environment: CliEnvironment): Promise<void> {
  const { to, dumps, output } = command;
  const given = await givenObjects(command, environment);
  const snapshot = dumps.length === 0 ? await environment.collect() : await loadDump(dumps, environment.files);
  const model = interpretSnapshot(snapshot, { mode: 'auto', nodeName: command.proxy.nodeName });
  const modes = new NodeModes(parseSnapshot(snapshot), model, given);
  const report = await checkMigration(modes, to);
  const costs = await modeCosts(modes);
  if (output === 'markdown') {
    await environment.writeStdout(`${migrationMarkdown(report, snapshot.nodeName, costs)}\n`);
    return;
  }
  for (const piece of jsonPieces(Object.entries({ ...report, costs }))) await environment.writeStdout(piece);
}

async function givenObjects(
  { objects, dumps, proxy }: CompareCommand,
  environment: CliEnvironment,
): Promise<GivenObjects> {
  const texts = (await readObjectTexts(objects, environment)).map(({ text }) => text);
  const applied = dumps.length > 0 ? undefined : await latestObjects(environment.changes(defaultStateFolder));
  return {
    objects: objects.length > 0 ? texts : applied?.objects,
    kept: applied?.options,
    options: { ...proxy, nodeIps: proxy.nodeIps.length === 0 ? undefined : proxy.nodeIps },
  };
}
