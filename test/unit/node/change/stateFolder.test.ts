import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ChangeEntry } from '../../../../agent/node/change/changeRecord.ts';
import { StateFolder } from '../../../../agent/node/change/stateFolder.ts';
import { TemporaryFolder } from './temporaryFolder.ts';

const entry: ChangeEntry = {
  id: 'a',
  kind: 'apply',
  from: 'none',
  to: 'ipvs',
  state: 'applying',
  startedAt: '2026-01-02T03:04:05.000Z',
  confirmWithin: 60,
  before: 'before-a.json',
  objects: 'objects-a.json',
  prerequisites: [{ kind: 'sysctl', path: 'net/ipv4/ip_forward', before: '0' }],
};

async function prepared(folder: TemporaryFolder): Promise<StateFolder> {
  const state = StateFolder.of(join(folder.path, 'state'));
  await state.prepare();
  return state;
}

describe('StateFolder', () => {
  it('is for its owner alone, and of one network namespace', async () => {
    using folder = new TemporaryFolder();
    const state = await prepared(folder);
    for (const path of [state.base, state.path]) assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.match(state.path, /state\/\d+$/);
    await state.prepare();
  });

  it('is not one that others may write, or that somebody put elsewhere', async () => {
    using folder = new TemporaryFolder();
    const state = await prepared(folder);
    chmodSync(state.base, 0o777);
    await assert.rejects(state.prepare(), { code: 'state-folder-not-ours' });
    chmodSync(state.base, 0o700);
    const link = join(folder.path, 'link');
    symlinkSync(state.base, link);
    await assert.rejects(StateFolder.of(link).prepare(), { code: 'state-folder-not-ours' });
  });

  it('gives back the record that was written last', async () => {
    using folder = new TemporaryFolder();
    const state = await prepared(folder);
    assert.deepEqual(await state.readRecord(), {});
    for (const id of ['a', 'b', 'c']) {
      const record = { latest: { ...entry, id }, confirmed: entry };
      await state.writeRecord(record);
      assert.deepEqual(await state.readRecord(), record);
    }
  });

  it('has an empty record where it does not exist', async () => {
    using folder = new TemporaryFolder();
    assert.deepEqual(await StateFolder.of(folder.path).readRecord(), {});
  });

  it('gives back the record before, when writing was cut short anywhere', async () => {
    using folder = new TemporaryFolder();
    const state = await prepared(folder);
    await state.writeRecord({ latest: { ...entry, id: 'old' } });
    const other = join(state.path, 'record-0');
    const untouched = readFileSync(other);
    await state.writeRecord({ latest: { ...entry, id: 'new' } });
    const whole = readFileSync(other);
    const end = whole.lastIndexOf('\n');
    assert.ok(end > 300);
    for (let cut = 0; cut < end; cut += 7) {
      writeFileSync(other, Buffer.concat([whole.subarray(0, cut), untouched.subarray(cut)]));
      assert.equal((await state.readRecord()).latest?.id, 'old', `cut at ${cut}`);
    }
    await state.writeRecord({ latest: { ...entry, id: 'newer' } });
    assert.equal((await state.readRecord()).latest?.id, 'newer');
  });

  it('writes records into the room that it has', async () => {
    using folder = new TemporaryFolder();
    const state = await prepared(folder);
    const sizes = () => ['record-0', 'record-1'].map((name) => statSync(join(state.path, name)).size);
    const before = sizes();
    for (let count = 0; count < 5; count++) await state.writeRecord({ latest: entry, confirmed: entry });
    assert.deepEqual(sizes(), before);
  });

  it('keeps what a change needs, and nothing else', async () => {
    using folder = new TemporaryFolder();
    const state = await prepared(folder);
    for (const name of ['before-a.json', 'objects-a.json', 'before-b.json', 'objects-b.json', 'before-c.json']) {
      await state.writeFile(name, name);
    }
    assert.equal(await state.readFile('before-b.json'), 'before-b.json');
    const other = { ...entry, id: 'b', before: 'before-b.json', objects: 'objects-b.json' };
    const files = () => readdirSync(state.path).filter((name) => /^(before|objects)-/.test(name));
    await state.removeUnused({ latest: other, confirmed: entry });
    assert.deepEqual(files().sort(), ['before-a.json', 'before-b.json', 'objects-a.json', 'objects-b.json']);
    await state.removeUnused({ latest: { ...other, state: 'rolled-back' }, confirmed: entry });
    assert.deepEqual(files().sort(), ['before-a.json', 'objects-a.json']);
    assert.equal(await state.readFile('before-b.json'), undefined);
  });
});
