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
import { deflateRawSync } from 'node:zlib';
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

/** Puts JSON Schemas into the agent, which is uploaded to nodes, in a fifth of their size. They are seldom asked for. */
const deflatedSchemas = {
  name: 'deflated-schemas',
  setup(build) {
    build.onLoad({ filter: /\.schema\.json$/ }, async ({ path }) => {
      const json = JSON.stringify(JSON.parse(await readFile(path, 'utf8')));
      const deflated = deflateRawSync(json, { level: 9 }).toString('base64');
      return {
        contents: `import { inflateRawSync } from 'node:zlib';
          export default JSON.parse(inflateRawSync(Buffer.from('${deflated}', 'base64')).toString());`,
        loader: 'js',
      };
    });
  },
};

const bundles = [
  {
    entry: 'agent/main.ts',
    file: 'agent.js',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    plugins: [deflatedSchemas],
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
    entry: 'webview/packetPath/main.ts',
    file: 'webview/packetPath.js',
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
for (const { entry, file, ...options } of bundles) {
  const builder = await context({ ...common, ...options, entryPoints: [entry], outfile: join(values.out, file) });
  if (values.watch) {
    await builder.watch();
  } else {
    metafiles[file] = (await builder.rebuild()).metafile;
    await builder.dispose();
  }
}
if (values.metafile) {
  await writeFile(values.metafile, JSON.stringify(metafiles));
}
