import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readNftablesTable } from '../../../../agent/plan/nftables/readNftablesTable.ts';

const text = `table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
		ip saddr 192.0.2.1 accept comment "table ip kube-proxy {"
	}
}
table ip kube-proxy {
	comment "rules for kube-proxy"
	set cluster-ips {
		type ipv4_addr
		comment "Active ClusterIPs"
		elements = { 10.96.0.1, 10.96.0.2,
			     10.96.0.3 }
	}

	map no-endpoint-services {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.0.7 . udp . 53 comment "shop/dns:a, b : c" : drop,
			     10.96.0.8 . tcp . 80 : goto reject-chain comment "shop/web" }
	}

	map service-nodeports {
		type inet_proto . inet_service : verdict
	}

	set affinity-AAAAAAAA-shop/web/tcp/http__10.244.0.2/80 {
		type ipv4_addr
		size 65535
		flags timeout,dynamic
		timeout 3h
		elements = { 192.0.2.9 expires 2h59m59s }
	}

	ct timeout never {
		protocol tcp;
		l3proto ip
		policy = { established : 1h }
	}

	chain nat-output {
		type nat hook output priority -100; policy accept;
		jump services
	}

	chain reject-chain {
		comment "helper for @no-endpoint-services / @no-endpoint-nodeports"
		reject
	}

	chain empty {
	}
}
table ip6 kube-proxy {
	chain services {
		ip6 daddr . meta l4proto . th dport vmap @service-ips
	}
}
`;

describe('reading the table of nftables mode', () => {
  const table = readNftablesTable(text, 'ipv4');

  it('finds the table of the family among others', () => {
    assert.equal(table?.comment, 'rules for kube-proxy');
    assert.deepEqual([...(table?.chains.keys() ?? [])], ['nat-output', 'reject-chain', 'empty']);
    assert.deepEqual([...(readNftablesTable(text, 'ipv6')?.chains.keys() ?? [])], ['services']);
    assert.equal(readNftablesTable(text.replace('\ntable ip kube-proxy', '\ntable ip other'), 'ipv4'), undefined);
    assert.equal(readNftablesTable('', 'ipv4'), undefined);
  });

  it('takes chains with their hook, comment and rules', () => {
    assert.deepEqual(table?.chains.get('nat-output'), {
      hook: 'type nat hook output priority -100; policy accept;',
      comment: undefined,
      rules: ['jump services'],
    });
    assert.deepEqual(table?.chains.get('reject-chain'), {
      hook: undefined,
      comment: 'helper for @no-endpoint-services / @no-endpoint-nodeports',
      rules: ['reject'],
    });
    assert.deepEqual(table?.chains.get('empty')?.rules, []);
  });

  it('takes elements with their values and comments, wherever those stand', () => {
    const map = table?.sets.get('no-endpoint-services');
    assert.deepEqual(Object.fromEntries(map?.elements ?? []), {
      '10.96.0.7 . udp . 53': 'drop',
      '10.96.0.8 . tcp . 80': 'goto reject-chain',
    });
    assert.deepEqual(Object.fromEntries(map?.elementComments ?? []), {
      '10.96.0.7 . udp . 53': 'shop/dns:a, b : c',
      '10.96.0.8 . tcp . 80': 'shop/web',
    });
    assert.deepEqual(
      [...(table?.sets.get('cluster-ips')?.elements ?? [])],
      [
        ['10.96.0.1', ''],
        ['10.96.0.2', ''],
        ['10.96.0.3', ''],
      ],
    );
    assert.equal(table?.sets.get('service-nodeports')?.elements.size, 0);
  });

  it('leaves what packets add to sets to the kernel', () => {
    const set = table?.sets.get('affinity-AAAAAAAA-shop/web/tcp/http__10.244.0.2/80');
    assert.deepEqual(set, {
      kind: 'set',
      type: 'ipv4_addr',
      flags: ['dynamic', 'timeout'],
      timeout: '3h',
      comment: undefined,
      elements: new Map(),
      elementComments: new Map(),
    });
  });

  it('reads the same with handles', () => {
    let handle = 0;
    const withHandles = text.replace(
      /^(table .*\{|\t(?:set|map|chain) .*\{|\t\t(?:jump|reject|ip6? ).*)$/gm,
      (line) => {
        handle++;
        return `${line} # handle ${handle}`;
      },
    );
    assert.ok(handle > 10);
    for (const family of ['ipv4', 'ipv6'] as const) {
      assert.deepEqual(readNftablesTable(withHandles, family), readNftablesTable(text, family));
    }
  });
});
