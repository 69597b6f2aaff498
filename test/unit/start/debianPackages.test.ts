import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { installDebianPackages } from '../../start/debianPackages.ts';
import { CommandError } from '../../start/process.ts';
import type { Progress } from '../../start/progress.ts';

/** Runs what it is given, as the same user: what it runs is made by the tests. */
const sudo = '[ "$1" = -n ] && shift; exec "$@"';

describe('installing Debian packages', () => {
  const path = process.env['PATH'];
  let folder = '';
  let said: string[] = [];
  const progress: Progress = {
    step: (title, work) => {
      said.push(title);
      return work((line) => said.push(line));
    },
    info: (line) => said.push(line),
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kube-service-rules-packages-'));
    said = [];
    process.env['PATH'] = `${folder}:${path}`;
    makeTool('sudo', sudo);
  });

  afterEach(() => {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true });
  });

  function makeTool(name: string, script: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  /** An apt-get that writes down what it is asked for before it does what `script` says. */
  function makeAptGet(script: string): () => string[] {
    const log = join(folder, 'log');
    makeTool('apt-get', `while [ "$1" = -o ]; do shift 2; done\necho "$*" >> ${log}\n${script}`);
    return () => readFileSync(log, 'utf8').trim().split('\n');
  }

  it('runs nothing when all are there', async () => {
    makeTool('dpkg-query', 'for name; do echo "$name installed"; done');
    makeTool('apt-get', 'exit 1');
    await installDebianPackages(['codeServer'], progress);
    assert.deepEqual(said, []);
  });

  it('installs those that are missing or only configured, and says why', async () => {
    makeTool('dpkg-query', 'echo "make installed"; echo "python3 config-files"; exit 1');
    const asked = makeAptGet('');
    await installDebianPackages(['codeServer'], progress);
    assert.deepEqual(asked(), ['update', 'install --yes --no-install-recommends g++ python3']);
    assert.ok(said.some((line) => line.startsWith('  g++ ') && line.includes('compiles')));
  });

  it('waits for another apt that holds the lists', async () => {
    makeTool('dpkg-query', 'exit 1');
    const asked = makeAptGet(
      `[ "$1" = install ] || [ -e ${folder}/free ] || { : > ${folder}/free; echo 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 7 (apt)' >&2; exit 100; }`,
    );
    await installDebianPackages(['codeServer'], progress);
    assert.deepEqual(
      asked().map((words) => words.split(' ')[0]),
      ['update', 'update', 'install'],
    );
  });

  it('fails with what apt-get said', async () => {
    makeTool('dpkg-query', 'exit 1');
    makeAptGet("echo 'E: Unable to locate package g++' >&2; exit 100");
    await assert.rejects(
      installDebianPackages(['codeServer'], progress),
      (error) => error instanceof CommandError && error.message.includes('Unable to locate package g++'),
    );
  });
});
