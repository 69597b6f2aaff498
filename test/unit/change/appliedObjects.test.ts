import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { appliedObjects } from '../../../agent/change/appliedObjects.ts';
import { printKeptObjects } from '../../../agent/change/keptObjects.ts';
import type { ChangeEntry } from '../../../agent/node/change/changeRecord.ts';
import { StateFolder } from '../../../agent/node/change/stateFolder.ts';
import { FakeChangeableMachine } from '../../fakes/fakeChanges.ts';
import { partWith, snapshotOf } from '../../fakes/models.ts';
import { TemporaryFolder } from '../node/change/temporaryFolder.ts';

const entry: ChangeEntry = {
  id: 'a',
  kind: 'apply',
  from: 'none',
  to: 'ipvs',
  state: 'confirmed',
  startedAt: '2026-01-02T03:04:05.000Z',
  confirmWithin: 60,
  before: 'before-a.json',
  objects: 'objects-a.json',
  prerequisites: [],
};
const pending: ChangeEntry = { ...entry, id: 'b', state: 'pending', objects: 'objects-b.json' };
const inIpvs = snapshotOf(partWith('ipvsadm-save', 'ipvsadm-save', '-A -t 10.0.0.1:80 -s rr\n'));

async function nodeWith(folder: TemporaryFolder, latest: ChangeEntry | undefined) {
  const state = StateFolder.of(join(folder.path, 'state'));
  await state.prepare();
  for (const [file, objects] of [
    ['objects-a.json', ['kind: Service', '{}']],
    ['objects-b.json', ['other']],
  ] as const) {
    const kept = { mode: 'ipvs', options: { nodeName: 'n', nodeIps: [] }, objects } as const;
    await state.writeFile(file, printKeptObjects(kept));
  }
  await state.writeRecord({ ...(latest && { latest }), confirmed: entry });
  return { machine: new FakeChangeableMachine(), folder: state, program: ['/nonexistent'] } as const;
}

describe('objects that give names to virtual servers', () => {
  it('are those of the change that was kept, or that waits to be confirmed', async () => {
    for (const [latest, objects] of [
      [entry, ['kind: Service', '{}']],
      [{ ...pending, state: 'rolled-back' }, ['kind: Service', '{}']],
      [pending, ['other']],
    ] as const) {
      using folder = new TemporaryFolder();
      assert.deepEqual(await appliedObjects(await nodeWith(folder, latest), inIpvs), objects);
    }
  });

  it('are not read where the rules carry names, and there are none where nothing was applied', async () => {
    using folder = new TemporaryFolder();
    const environment = await nodeWith(folder, entry);
    assert.deepEqual(
      await appliedObjects(environment, snapshotOf(partWith('iptables-save', 'iptables-save', '*nat\n'))),
      [],
    );
    const nothing = StateFolder.of(join(folder.path, 'none'));
    assert.deepEqual(await appliedObjects({ ...environment, folder: nothing }, inIpvs), []);
  });
});
