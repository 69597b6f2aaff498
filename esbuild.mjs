/** Bundles the extension, the language server, the agent and the webview into dist/. `--watch` rebuilds on change. */
import { existsSync } from 'node:fs';
import { context } from 'esbuild';

const watch = process.argv.includes('--watch');
const common = {
  bundle: true,
  minify: !watch,
  sourcemap: watch ? 'linked' : false,
  legalComments: 'none',
  logLevel: 'warning',
};

/** ssh2 loads these native helpers only when they are there; the extension ships without native modules. */
const optionalNativeModules = ['cpu-features', './crypto/build/Release/sshcrypto.node'];

const bundles = [
  { entryPoints: ['agent/main.ts'], outfile: 'dist/agent.js', platform: 'node', format: 'cjs', target: 'node20' },
  {
    entryPoints: ['extension/extension.ts'],
    outfile: 'dist/extension.js',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', ...optionalNativeModules],
  },
  {
    entryPoints: ['extension/languageServer/main.ts'],
    outfile: 'dist/languageServer.js',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
  },
  {
    entryPoints: ['webview/packetPath/main.ts'],
    outfile: 'dist/webview/packetPath.js',
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    tsconfig: 'webview/tsconfig.json',
  },
].filter((bundle) => existsSync(bundle.entryPoints[0]));

for (const bundle of bundles) {
  const builder = await context({ ...common, ...bundle });
  if (watch) {
    await builder.watch();
  } else {
    await builder.rebuild();
    await builder.dispose();
  }
}
