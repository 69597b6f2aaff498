import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, it } from 'node:test';

const project = join(import.meta.dirname, '../..');

/**
 * A layer: the files of a folder (or one file) and what they may import. A file belongs to the layer with the longest
 * name that fits. Within a layer everything may import everything.
 */
interface Layer {
  readonly path: string;
  /** Other folders or files of the project. */
  readonly imports: readonly string[];
  /** Folders of which only types may be imported. */
  readonly types?: readonly string[];
  /** npm packages, `vscode`, and those modules of Node.js that reach outside of the process. */
  readonly packages: readonly string[];
}

/** Modules of Node.js that read or change something outside of the process: each layer names those that it uses. */
const outsideModules = [
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'fs',
  'http',
  'http2',
  'https',
  'net',
  'tls',
  'worker_threads',
];

const layers: readonly Layer[] = [
  { path: 'agent/model', imports: [], packages: [] },
  { path: 'agent/ruleset', imports: ['agent/model'], packages: ['zod'] },
  { path: 'agent/objects', imports: ['agent/model'], packages: ['js-yaml', 'zod'] },
  { path: 'agent/interpret', imports: ['agent/model', 'agent/ruleset', 'agent/objects'], packages: ['zod'] },
  { path: 'agent/compile', imports: ['agent/model', 'agent/objects'], packages: [] },
  { path: 'agent/plan', imports: ['agent/model', 'agent/ruleset'], packages: [] },
  { path: 'agent/trace', imports: ['agent/model', 'agent/ruleset', 'agent/interpret'], packages: ['zod'] },
  {
    path: 'agent/compare',
    imports: [
      'agent/model',
      'agent/ruleset',
      'agent/interpret',
      'agent/objects',
      'agent/compile',
      'agent/plan',
      'agent/trace',
    ],
    types: ['agent/protocol'],
    packages: [],
  },
  { path: 'agent/protocol', imports: [], types: ['agent/model'], packages: ['zod'] },
  {
    path: 'agent/outline',
    imports: ['agent/model', 'agent/ruleset', 'agent/interpret', 'agent/protocol'],
    packages: [],
  },
  {
    path: 'agent/node',
    imports: ['agent/model', 'agent/ruleset', 'agent/plan'],
    types: ['agent/compile'],
    packages: ['node:child_process', 'node:fs', 'node:http', 'zod'],
  },
  { path: 'agent', imports: ['agent'], packages: ['zod'] },
  { path: 'extension/common', imports: ['agent/model', 'agent/protocol'], packages: [] },
  {
    path: 'extension/transport',
    imports: ['extension/common', 'agent/protocol'],
    packages: ['node:child_process', 'node:dns', 'node:fs', 'node:net', 'ssh-config', 'ssh2', 'zod'],
  },
  {
    path: 'extension/agentClient',
    imports: ['extension/common', 'extension/transport', 'agent/protocol', 'agent/model'],
    packages: ['vscode-jsonrpc', 'zod'],
  },
  {
    path: 'extension/languageServer',
    imports: ['extension/common', 'agent/protocol', 'agent/model', 'agent/ruleset'],
    packages: ['vscode-languageserver', 'vscode-languageserver-textdocument', 'node:fs'],
  },
  {
    path: 'extension',
    imports: ['extension', 'agent/protocol', 'agent/model', 'agent/ruleset', 'webview/protocol'],
    packages: ['vscode', 'vscode-jsonrpc', 'vscode-languageclient', 'zod', 'node:fs'],
  },
  { path: 'webview/toolkit.ts', imports: [], packages: ['@vscode/webview-ui-toolkit'] },
  { path: 'webview', imports: ['webview'], packages: ['zod'] },
];

/** These look at text only, though they stand in a module that opens connections. */
const pureFunctions: readonly string[] = ['isIP', 'isIPv4', 'isIPv6'];

interface Import {
  /** What stands between the quotes. */
  readonly specifier: string;
  readonly typesOnly: boolean;
  /** What is imported by name. */
  readonly names: readonly string[];
}

const importPattern =
  /(?:^|\n)\s*(?:import|export)\s+(?<type>type\b)?(?:(?<what>[^'";]*?)\bfrom\s*)?['"](?<from>[^'"]+)['"]|\b(?:import|require)\(\s*['"](?<call>[^'"]+)['"]/g;

/** The import and export statements and the import() calls of a source text. */
function importsOf(source: string): Import[] {
  return [...source.matchAll(importPattern)].map(({ groups }) => ({
    specifier: groups?.['from'] ?? groups?.['call'] ?? '',
    typesOnly: groups?.['type'] !== undefined,
    names: groups?.['what']?.match(/[\w$]+/g) ?? [],
  }));
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

function layerOf(file: string): Layer | undefined {
  return layers.filter(({ path }) => isWithin(file, path)).sort((a, b) => b.path.length - a.path.length)[0];
}

function isAllowed(file: string, layer: Layer, { specifier, typesOnly, names }: Import): boolean {
  if (specifier.startsWith('.')) {
    const target = relative('.', join(dirname(file), specifier));
    const folders = [layer.path, ...layer.imports, ...(typesOnly ? (layer.types ?? []) : [])];
    return folders.some((folder) => isWithin(target, folder));
  }
  if (specifier.startsWith('node:')) {
    const module = specifier.slice('node:'.length).split('/')[0] ?? '';
    const pure = names.length > 0 && names.every((name) => pureFunctions.includes(name));
    return pure || !outsideModules.includes(module) || layer.packages.includes(`node:${module}`);
  }
  return layer.packages.some((name) => isWithin(specifier, name));
}

/** The imports of a file that its layer does not allow. */
function forbiddenImports(file: string, source: string): string[] {
  const layer = layerOf(file);
  if (layer === undefined) {
    return [`${file} belongs to no layer`];
  }
  return importsOf(source)
    .filter((found) => !isAllowed(file, layer, found))
    .map(({ specifier }) => `${file} -> ${specifier}`);
}

const files = globSync(['agent/**/*.ts', 'extension/**/*.ts', 'webview/**/*.ts'], { cwd: project }).sort();

describe('import directions', () => {
  it('are those of ARCHITECTURE.md', () => {
    const found = files.flatMap((file) => forbiddenImports(file, readFileSync(join(project, file), 'utf8')));
    assert.deepEqual(found, []);
  });

  it('cover every layer', () => {
    const empty = layers.filter((layer) => !files.some((file) => layerOf(file) === layer)).map(({ path }) => path);
    assert.deepEqual(empty, []);
  });

  const forbidden: readonly [file: string, source: string][] = [
    ['agent/model/a.ts', `import { parse } from '../ruleset/iptables/parse.ts';`],
    ['agent/model/a.ts', `import * as z from 'zod/mini';`],
    ['agent/ruleset/a.ts', `import {\n  readFile,\n} from "node:fs/promises";`],
    ['agent/ruleset/a.ts', `const { spawn } = await import('node:child_process');`],
    ['agent/ruleset/a.ts', `import { connect, isIP } from 'node:net';`],
    ['agent/protocol/a.ts', `import { canonicalIp } from '../model/canonicalIp.ts';`],
    ['agent/outline/a.ts', `export { run } from '../node/run.ts';`],
    ['agent/server/a.ts', `import * as vscode from 'vscode';`],
    ['agent/cli/a.ts', `import '../../extension/common/emitter.ts';`],
    ['extension/transport/a.ts', `import type { Uri } from 'vscode';`],
    ['extension/languageServer/a.ts', `import { l10n } from 'vscode';`],
    ['extension/tree/a.ts', `import { interpret } from '../../agent/interpret/interpret.ts';`],
    ['extension/tree/a.ts', `import { spawn } from 'node:child_process';`],
    ['extension/packetPath/a.ts', `import { render } from '../../webview/main.ts';`],
    ['webview/packetPath/a.ts', `import { provideVSCodeDesignSystem } from '@vscode/webview-ui-toolkit';`],
    ['webview/packetPath/a.ts', `import type { NodeModel } from '../../agent/model/nodeModel.ts';`],
  ];
  for (const [file, source] of forbidden) {
    it(`refuse in ${dirname(file)}: ${source.replaceAll('\n', ' ')}`, () => {
      assert.equal(forbiddenImports(file, source).length, 1);
    });
  }

  const allowed: readonly [file: string, source: string][] = [
    ['agent/protocol/a.ts', `import type { Snapshot } from '../model/snapshot.ts';`],
    ['agent/ruleset/a.ts', `import { isIPv4, isIPv6 } from 'node:net';`],
    ['agent/node/a.ts', `import { spawn } from 'node:child_process';`],
    ['agent/main.ts', `import { serve } from './server/serve.ts';`],
    ['extension/packetPath/a.ts', `import type { ToWebview } from '../../webview/protocol/packetPath.ts';`],
    ['webview/packetPath/a.ts', `import { button } from '../toolkit.ts';`],
  ];
  for (const [file, source] of allowed) {
    it(`allow in ${dirname(file)}: ${source}`, () => {
      assert.deepEqual(forbiddenImports(file, source), []);
    });
  }
});
