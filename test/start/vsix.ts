import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { runCommand } from './process.ts';
import { collectRuntimes, type RuntimeArchitecture } from './runtimes.ts';

const project = join(import.meta.dirname, '../..');

/** Where `packageExtension` puts the VSIX. */
export const vsixPath = join(project, 'kube-service-rules.vsix');

/**
 * Bundles the extension and packages it, with the Node.js executables for nodes of the given processors.
 * @returns the path of the VSIX
 */
export async function packageExtension(
  architectures: readonly RuntimeArchitecture[],
  onLine: (line: string) => void,
): Promise<string> {
  await runCommand([process.execPath, 'esbuild.mjs'], { cwd: project, onLine });
  await collectRuntimes(join(project, 'dist/runtime'), architectures);
  const vsce = fileURLToPath(import.meta.resolve('@vscode/vsce/vsce'));
  await runCommand(
    [
      process.execPath,
      vsce,
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '--out',
      vsixPath,
    ],
    {
      cwd: project,
      onLine,
    },
  );
  return vsixPath;
}
