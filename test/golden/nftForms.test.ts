import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpretSnapshot } from '../../agent/interpret/interpretSnapshot.ts';
import type { ServicePort } from '../../agent/model/service.ts';
import type { PartKind } from '../../agent/model/snapshot.ts';
import { caseNames, loadCase } from './cases.ts';

/** What a Service is, without where it stands in the dump. */
function withoutPlaces({ namespace, name, port, frontends, endpoints, affinitySeconds, chains, maps }: ServicePort) {
  return {
    namespace,
    name,
    port,
    frontends: frontends.map(({ location: _location, ...frontend }) => frontend),
    endpoints: endpoints.map(({ location: _location, ...endpoint }) => endpoint),
    affinitySeconds,
    chains: chains.map(({ role, name: chain, rules, next }) => ({ role, chain, rules, next })),
    maps: maps.map(({ map, key, verdict }) => ({ map, key, verdict })),
  };
}

async function servicesOf(name: string, kind: PartKind) {
  const snapshot = await loadCase(name, 'nftables');
  const parts = snapshot.parts.filter((part) => part.kind === kind);
  assert.equal(parts.length, 1);
  const model = interpretSnapshot({ ...snapshot, parts }, { mode: 'auto' });
  assert.deepEqual(model.problems, []);
  assert.equal(model.mode, 'nftables');
  return { services: model.services.map(withoutPlaces), model };
}

describe('both forms of recorded nftables rules', () => {
  for (const name of caseNames) {
    it(`${name}: text and JSON give the same Services, chains and sets`, async () => {
      const text = await servicesOf(name, 'nft-text');
      const json = await servicesOf(name, 'nft-json');
      assert.ok(text.services.length > 0);
      assert.deepEqual(text.services, json.services);
      const chains = ({ model }: typeof text) =>
        model.baseChains.map(({ name: chain, hook, rules }) => [chain, hook, rules]);
      const sets = ({ model }: typeof text) => model.sets.map(({ name: set, entries, kind }) => [set, entries, kind]);
      assert.deepEqual(chains(text), chains(json));
      assert.deepEqual(sets(text), sets(json));
    });

    it(`${name}: the form that is complete counts`, async () => {
      const snapshot = await loadCase(name, 'nftables');
      const parts = snapshot.parts.map((part) =>
        part.kind === 'nft-text' ? { ...part, status: 'partial' as const, text: part.text.slice(0, 400) } : part,
      );
      const cut = interpretSnapshot({ ...snapshot, parts }, { mode: 'auto' });
      const { services } = await servicesOf(name, 'nft-json');
      assert.deepEqual(cut.services.map(withoutPlaces), services);
      assert.deepEqual(
        cut.problems.map(({ code }) => code),
        ['part-incomplete'],
      );
    });

    it(`${name}: a folder with both counts each Service once`, async () => {
      const snapshot = await loadCase(name, 'nftables');
      const both = interpretSnapshot(snapshot, { mode: 'auto' });
      const { services } = await servicesOf(name, 'nft-json');
      assert.deepEqual(both.services.map(withoutPlaces), services);
      assert.equal(new Set(both.baseChains.map(({ part }) => part)).size, 1);
    });
  }
});
