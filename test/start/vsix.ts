import { join } from 'node:path';
import process from 'node:process';
import { createVSIX } from '@vscode/vsce';
import { runCommand } from './process.ts';
import { collectRuntimes, type RuntimeArchitecture } from './runtimes.ts';

const project = join(import.meta.dirname, '../..');

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
  const vsix = join(project, 'kube-service-rules.vsix');
  await createVSIX({ cwd: project, packagePath: vsix, dependencies: false, allowMissingRepository: true });
  return vsix;
}
