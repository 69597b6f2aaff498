import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeOutputFile } from '../../../agent/node/files.ts';

describe('writing files', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kube-service-rules-files-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('makes the folder, and writes anew what is there', async () => {
    const deep = join(folder, 'a', 'b');
    for (const text of ['first, and longer\n', 'second\n']) {
      const path = await writeOutputFile(deep, 'rules', text);
      assert.equal(path, join(deep, 'rules'));
      assert.equal(await readFile(path, 'utf8'), text);
    }
  });

  it('says why a file cannot be written', async () => {
    const path = await writeOutputFile(folder, 'file', '');
    await assert.rejects(writeOutputFile(path, 'rules', ''), {
      name: 'FileError',
      code: 'not-writable',
      message: `${path}/rules could not be written (EEXIST).`,
    });
  });
});
