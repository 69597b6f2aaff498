import { mergeObjects, type ObjectsReading, readObjects } from '../objects/readObjects.ts';
import { decodeDump } from '../ruleset/common/encoding.ts';
import type { CliEnvironment } from './cliEnvironment.ts';

type Files = Pick<CliEnvironment, 'files' | 'readStdin'>;

/**
 * The texts of all the files and folders; `-` is standard input.
 *
 * @throws FileError
 */
export async function readObjectTexts(
  paths: readonly string[],
  { files, readStdin }: Files,
): Promise<readonly { readonly source: string; readonly text: string }[]> {
  const texts: { source: string; text: string }[] = [];
  for (const path of paths) {
    if (path === '-') texts.push({ source: 'standard input', text: decodeDump(await readStdin()).text });
    else {
      for (const file of await files.list(path)) {
        texts.push({ source: file, text: decodeDump(await files.read(file)).text });
      }
    }
  }
  return texts;
}

/**
 * Reads the objects in all the files and folders together; `-` is standard input.
 *
 * @throws FileError
 */
export async function readObjectFiles(paths: readonly string[], files: Files): Promise<ObjectsReading> {
  const readings = (await readObjectTexts(paths, files)).map(({ source, text }) => readObjects(text, source));
  return {
    objects: mergeObjects(readings.map(({ objects }) => objects)),
    problems: readings.flatMap(({ problems }) => problems),
  };
}
