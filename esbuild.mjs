/**
 * Bundles the extension, the language server, the agent and the webview.
 *
 *   --watch          rebuilds on change, with source maps
 *   --out=FOLDER     writes there instead of dist/
 *   --metafile=FILE  writes what went into each bundle, as esbuild's own JSON
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';
import { context } from 'esbuild';

const { values } = parseArgs({
  options: {
    watch: { type: 'boolean', default: false },
    out: { type: 'string', default: 'dist' },
    metafile: { type: 'string' },
  },
});

const common = {
  bundle: true,
  minify: !values.watch,
  sourcemap: values.watch ? 'linked' : false,
  legalComments: 'none',
  logLevel: values.watch ? 'info' : 'warning',
  metafile: true,
};

/** ssh2 loads these native helpers only when they are there; the extension ships without native modules. */
const optionalNativeModules = ['cpu-features', './crypto/build/Release/sshcrypto.node'];

/**
 * Makes of the agent's bundle, which is uploaded to nodes, a file of a third of its size that unpacks itself when it is
 * run. Places in its stack traces stay those of the bundle.
 */
async function packed(file) {
  const bundle = await readFile(file);
  const compressed = brotliCompressSync(bundle, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bundle.length } });
  await writeFile(
    file,
    `const source = require('node:zlib').brotliDecompressSync(Buffer.from('${compressed.toString('base64')}', 'base64'));
require('node:vm').compileFunction(source.toString(), ['exports', 'require', 'module', '__filename', '__dirname'], {
  filename: __filename,
})(exports, require, module, __filename, __dirname);
`,
  );
}

const bundles = [
  {
    entry: 'agent/main.ts',
    file: 'agent.js',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    finish: packed,
  },
  {
    entry: 'extension/extension.ts',
    file: 'extension.js',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode', ...optionalNativeModules],
  },
  {
    entry: 'extension/languageServer/main.ts',
    file: 'languageServer.js',
    platform: 'node',
    format: 'cjs',
    target: 'node22',
  },
  {
    entry: 'webview/main.ts',
    file: 'webview/view.js',
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    tsconfig: 'webview/tsconfig.json',
  },
].filter((bundle) => existsSync(bundle.entry));

await mkdir(values.out, { recursive: true });
// The bundles for Node.js are CommonJS, in a package whose sources are ES modules.
await writeFile(join(values.out, 'package.json'), '{ "type": "commonjs" }\n');

const metafiles = {};
for (const { entry, file, finish, ...options } of bundles) {
  const outfile = join(values.out, file);
  const builder = await context({ ...common, ...options, entryPoints: [entry], outfile });
  if (values.watch) {
    await builder.watch();
  } else {
    metafiles[file] = (await builder.rebuild()).metafile;
    await builder.dispose();
    await finish?.(outfile);
  }
}
if (values.metafile) {
  await writeFile(values.metafile, JSON.stringify(metafiles));
}
