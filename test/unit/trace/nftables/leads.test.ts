import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseNftJson } from '../../../../agent/ruleset/nftables/parseJson.ts';
import { parseNftText } from '../../../../agent/ruleset/nftables/parseText.ts';
import { Leads } from '../../../../agent/trace/nftables/leads.ts';
import { goldenSnapshot } from '../../../fakes/goldenSnapshot.ts';

function leadsOf(document: ReturnType<typeof parseNftText>): Leads {
  const [table] = document.ruleset.tables;
  assert.ok(table);
  return new Leads(table, document);
}

const text = `table ip t {
	map endpoints {
		type integer : ipv4_addr . inet_service
		elements = { 0 : 10.0.0.4 . 80 }
	}
	map services {
		type ipv4_addr : verdict
		elements = { 10.96.0.1 : goto svc, 10.96.0.11 : goto svc-2 }
	}
	chain entry {
		ip daddr vmap @services
		tcp dport vmap { 22 : jump svc-2, 23 : drop }
	}
	chain svc {
		dnat to 10.0.0.2:80
		dnat ip to numgen random mod 2 map { 0 : 10.0.0.2 . 8080, 1 : 10.0.0.3 . 8080 }
		dnat ip to numgen random mod 1 map @endpoints
		snat to 10.0.0.2:80
	}
	chain svc-2 {
		ip daddr 10.0.0.2 goto svc
	}
}
`;

describe('where rules of nftables lead', () => {
  const leads = leadsOf(parseNftText(text));
  const places = (found: readonly { chain: string; position: number }[]) =>
    found.map(({ chain, position }) => `${chain} ${position}`).sort();

  it('is to chains, by name or through maps', () => {
    assert.deepEqual(places(leads.callers('svc')), ['entry 0', 'svc-2 0']);
    assert.deepEqual(places(leads.callers('svc-2')), ['entry 0', 'entry 1']);
    assert.deepEqual(places(leads.callers('entry')), []);
  });

  it('is to endpoints', () => {
    assert.deepEqual(places(leads.translations('10.0.0.2', 80)), ['svc 0']);
    assert.deepEqual(places(leads.translations('10.0.0.2', 8080)), ['svc 1']);
    assert.deepEqual(places(leads.translations('10.0.0.4', 80)), ['svc 2']);
    assert.deepEqual(places(leads.translations('10.0.0.3', 80)), []);
  });

  it('is the same in both forms of a dump', () => {
    const { parts } = goldenSnapshot('mixed-60', 'nftables');
    const of = (kind: string) => parts.find((part) => part.kind === kind)?.text ?? '';
    const [fromText, fromJson] = [leadsOf(parseNftText(of('nft-text'))), leadsOf(parseNftJson(of('nft-json')))];
    const document = parseNftText(of('nft-text'));
    const chains = document.ruleset.tables[0]?.chains ?? [];
    assert.ok(chains.length > 50);
    for (const { name } of chains)
      assert.deepEqual(places(fromJson.callers(name)), places(fromText.callers(name)), name);
  });
});
