import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { interpretSnapshot } from '../../../agent/interpret/interpretSnapshot.ts';
import type { SnapshotPart } from '../../../agent/model/snapshot.ts';
import { readObjects } from '../../../agent/objects/readObjects.ts';
import { Outline } from '../../../agent/outline/outline.ts';
import { type TreeElement, treeElementSchema } from '../../../agent/protocol/treeElement.ts';
import { goldenObjects, goldenSnapshot } from '../../fakes/goldenSnapshot.ts';

const cases = readdirSync(join(import.meta.dirname, '../../golden/data'));

function outlineOf(name: string, mode: string, { withObjects = true, without = '' } = {}) {
  const snapshot = goldenSnapshot(name, mode, without);
  const objects = withObjects ? readObjects(goldenObjects(name), 'objects.jsonl').objects : undefined;
  const model = interpretSnapshot(snapshot, { mode: 'auto', objects });
  return { snapshot, model, outline: new Outline(snapshot, model) };
}

/** Every element of the tree, each with its depth-first path of kinds. */
function* walk(outline: Outline, parent?: string): Generator<TreeElement> {
  const page = outline.children({ parent, offset: 0, limit: 10_000 });
  assert.ok(page, `${parent} has children`);
  assert.equal(page.total, page.elements.length);
  for (const element of page.elements) {
    yield element;
    if (element.childCount > 0) yield* walk(outline, element.id);
  }
}

function lineOf(parts: readonly SnapshotPart[], id: string, line: number): string | undefined {
  return parts.find((part) => part.id === id)?.text.split('\n')[line];
}

for (const name of cases) {
  for (const { mode, without } of [
    { mode: 'iptables' },
    { mode: 'ipvs' },
    { mode: 'nftables', without: 'nft.json' },
    { mode: 'nftables', without: 'nft.txt' },
  ]) {
    describe(`the tree of ${name} in ${mode} mode${without === undefined ? '' : ` without ${without}`}`, () => {
      const { snapshot, model, outline } = outlineOf(name, mode, { without });
      const elements = [...walk(outline)];

      it('has elements of the protocol, with ids that differ and true numbers of children', () => {
        const ids = new Set<string>();
        for (const element of elements) {
          const parsed = treeElementSchema.safeParse(element);
          assert.ok(parsed.success, `${element.id}: ${JSON.stringify(parsed.error?.issues)}`);
          assert.ok(!ids.has(element.id), `${element.id} is there once`);
          ids.add(element.id);
          const page = outline.children({ parent: element.id, offset: 0, limit: 1 });
          assert.equal(page?.total, element.childCount, element.id);
        }
      });

      it('has every Service port, frontend and endpoint of the model', () => {
        const count = (kind: string, under: string) =>
          elements.filter((element) => element.kind === kind && element.id.startsWith(under)).length;
        assert.equal(count('servicePort', 'services/'), model.services.length);
        assert.equal(
          count('frontend', 'services/'),
          model.services.reduce((sum, { frontends }) => sum + frontends.length, 0),
        );
        for (const { namespace, name: service, endpoints } of model.services) {
          for (const { ip, port } of endpoints) {
            assert.ok(
              elements.some(
                (element) =>
                  element.kind === 'endpoint' &&
                  element.id.startsWith(`services/${namespace}/${service}/`) &&
                  element.ip === ip &&
                  element.port === port,
              ),
              `${namespace}/${service} has ${ip} ${port}`,
            );
          }
        }
      });

      it('opens a document for everything that has rules, with lines of the snapshot', () => {
        for (const element of elements) {
          const document = outline.document(element.id);
          if (element.location !== undefined) assert.ok(document, `${element.id} has a document`);
          if (document === undefined) continue;
          const lines = document.text.split('\n').slice(0, -1);
          assert.equal(document.lines.length, lines.length, element.id);
          document.lines.forEach(({ part, line }, index) => {
            if (line === -1) return;
            const original = lineOf(snapshot.parts, part, line);
            const shown = (lines[index] ?? '').replace(/^# /, '').replace(/,$/, '').trim();
            assert.ok(original?.includes(shown), `${element.id}: ${shown} stands in line ${line} of ${part}`);
          });
          if (element.location === undefined || element.kind === 'namespace') continue;
          const target = document.lines[document.targetLine];
          assert.deepEqual(target, { part: element.location.part, line: element.location.line }, element.id);
        }
      });

      it('leads from the lines of the rules to elements whose document holds the line', () => {
        for (const { id, kind, text } of snapshot.parts) {
          if (kind !== 'iptables-save' && kind !== 'nft-text' && kind !== 'ipset-save' && kind !== 'ipvsadm-save')
            continue;
          text.split('\n').forEach((content, line) => {
            const path = outline.reveal(id, line);
            if (/^(:|-A |\[|add |create |-a )/.test(content)) assert.ok(path.length > 0, `${id}:${line} ${content}`);
            const last = path.at(-1);
            if (last === undefined) return;
            assert.ok(
              outline.document(last.id)?.lines.some((origin) => origin.part === id && origin.line === line),
              `${id}:${line} stands in the document of ${last.id}`,
            );
          });
        }
      });
    });
  }
}

describe('an ipvs node without objects', () => {
  it('shows virtual servers under their address, in a namespace without name', () => {
    const { outline } = outlineOf('random-1', 'ipvs', { withObjects: false });
    const services = outline.children({ parent: 'services/', offset: 0, limit: 100 });
    assert.ok(services);
    for (const element of services.elements) {
      assert.equal(element.kind, 'service');
      if (element.kind === 'service') assert.equal(element.clusterIPs.length, 1);
    }
    const ids = services.elements.map(({ id }) => id);
    assert.ok(ids.includes('services//10.96.0.7'));
    assert.ok(ids.includes('services//203.0.113.5'));
  });
});
