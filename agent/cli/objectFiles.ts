import { mergeObjects, type ObjectsReading, readObjects } from '../objects/readObjects.ts';
import { decodeDump } from '../ruleset/common/encoding.ts';
import type { CliEnvironment } from './cliEnvironment.ts';

/**
 * Reads the objects in all the files and folders together; `-` is standard input.
 *
 * @throws FileError
 */
export async function readObjectFiles(
  paths: readonly string[],
  { files, readStdin }: Pick<CliEnvironment, 'files' | 'readStdin'>,
): Promise<ObjectsReading> {
  const readings: ObjectsReading[] = [];
  for (const path of paths) {
    if (path === '-') readings.push(readObjects(decodeDump(await readStdin()).text, 'standard input'));
    else {
      for (const file of await files.list(path)) {
        readings.push(readObjects(decodeDump(await files.read(file)).text, file));
      }
    }
  }
  return {
    objects: mergeObjects(readings.map(({ objects }) => objects)),
    problems: readings.flatMap(({ problems }) => problems),
  };
}
