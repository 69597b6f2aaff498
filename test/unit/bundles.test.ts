import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import * as z from 'zod/mini';

const project = join(import.meta.dirname, '../..');

/** The part of esbuild's metafiles that is looked at: which sources went into which bundle. */
const metafilesSchema = z.record(z.string(), z.object({ inputs: z.record(z.string(), z.unknown()) }));

describe('bundles', () => {
  let folder = '';
  let metafiles: z.infer<typeof metafilesSchema> = {};

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-bundles-'));
    const metafile = join(folder, 'metafile.json');
    await promisify(execFile)(process.execPath, ['esbuild.mjs', `--out=${folder}`, `--metafile=${metafile}`], {
      cwd: project,
    });
    metafiles = metafilesSchema.parse(JSON.parse(await readFile(metafile, 'utf8')));
  });
  after(() => rm(folder, { recursive: true }));

  /** The sources of a bundle outside of node_modules. */
  const sourcesOf = (bundle: string) =>
    Object.keys(metafiles[bundle]?.inputs ?? {}).filter((path) => !path.startsWith('node_modules/'));

  it('are all there', () => {
    const expected = ['agent.js', 'extension.js', 'languageServer.js', 'webview/view.js'];
    assert.deepEqual(Object.keys(metafiles).sort(), expected);
  });

  it('keep the agent, which is uploaded to nodes, under 500 kB', async () => {
    const { size } = await stat(join(folder, 'agent.js'));
    assert.ok(size < 500_000, `agent.js has ${size} bytes`);
  });

  it('put nothing but agent/ into the agent', () => {
    const sources = sourcesOf('agent.js');
    assert.ok(sources.length > 0);
    assert.deepEqual(
      sources.filter((path) => !path.startsWith('agent/')),
      [],
    );
  });

  it('leave the interpretation of rules to the agent', () => {
    const interpreting = ['extension.js', 'languageServer.js'].flatMap(sourcesOf);
    assert.deepEqual(
      interpreting.filter((path) => /^agent\/(interpret|outline|node|server|cli)\//.test(path)),
      [],
    );
  });
});
