import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpvsadmStats } from '../../../../agent/ruleset/ipvs/parseList.ts';
import { parseIpvsadmTimeouts } from '../../../../agent/ruleset/ipvs/parseTimeouts.ts';
import { plainList, statistics, tunnelList } from './samples.ts';

test('statistics have the counters of virtual and real servers, of 64 bits', () => {
  const list = parseIpvsadmStats(statistics);
  assert.deepEqual(list.problems, []);
  assert.equal(list.connectionTableSize, 4096);
  assert.deepEqual(list.columns, ['Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes']);
  assert.deepEqual(
    list.virtualServers.map(({ service, realServers }) => [service.kind, realServers.length]),
    [
      ['address', 2],
      ['address', 1],
      ['fwmark', 0],
      ['fwmark', 1],
    ],
  );
  const [server] = list.virtualServers;
  assert.deepEqual(server?.counters, {
    connections: 12n,
    inPackets: 72n,
    outPackets: 48n,
    inBytes: 4800n,
    outBytes: 61234n,
    exact: true,
  });
  assert.equal(server?.realServers[1]?.counters?.inPackets, 18446744073709551615n);
  assert.deepEqual(list.virtualServers[3]?.service, { kind: 'fwmark', mark: 6, family: 'inet6' });
});

test('without --exact, large numbers are rounded and marked so', () => {
  const [server] = parseIpvsadmStats(
    'Prot LocalAddress:Port               Conns   InPkts  OutPkts  InBytes OutBytes\n' +
      'TCP  10.96.0.10:80                      12  123456K      48M       1G       2T\n',
  ).virtualServers;
  assert.deepEqual(server?.counters, {
    connections: 12n,
    inPackets: 123_456_000n,
    outPackets: 48_000_000n,
    inBytes: 1_000_000_000n,
    outBytes: 2_000_000_000_000n,
    exact: false,
  });
});

test('a plain list has forwarding, weight and connections', () => {
  const list = parseIpvsadmStats(plainList);
  assert.deepEqual(list.problems, []);
  assert.deepEqual(
    list.virtualServers.map(({ flags }) => flags.join(' ')),
    ['rr', 'sh (sh-fallback,sh-port) persistent 10800 mask 255.255.255.0', 'mh ops', 'wlc'],
  );
  assert.deepEqual(
    list.virtualServers.flatMap(({ realServers }) =>
      realServers.map((real) => [real.forwarding, real.weight, real.activeConnections, real.inactiveConnections]),
    ),
    [
      ['masquerade', 1, 3, 14],
      ['direct', 0, 0, 0],
      ['tunnel', 100, 0, 0],
      ['local', 1, 0, 0],
    ],
  );
});

test('a blank tunnel column does not shift the others', () => {
  const list = parseIpvsadmStats(tunnelList);
  assert.deepEqual(list.problems, []);
  assert.deepEqual(
    list.virtualServers[0]?.realServers.map((real) => [real.weight, real.activeConnections, real.inactiveConnections]),
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  );
});

test('places are those of the lines', () => {
  const list = parseIpvsadmStats(plainList);
  const span = list.virtualServers[0]?.realServers[0]?.span;
  assert.ok(span);
  assert.match(plainList.slice(span.start, span.end), /^ {2}-> 10\.244\.0\.2:8080 .* 14$/);
});

for (const text of ['nonsense\n', '  -> 10.0.0.1:80 Masq 1 0 0\n', 'TCP  10.0.0.1:99999 rr\n', 'FWM  x rr\n']) {
  test(`${JSON.stringify(text)} is not understood`, () => {
    assert.deepEqual(
      parseIpvsadmStats(text).problems.map(({ code }) => code),
      ['ipvs-line-not-understood'],
    );
  });
}

test('timeouts are read from the line that ipvsadm prints', () => {
  assert.deepEqual(parseIpvsadmTimeouts('Timeout (tcp tcpfin udp): 900 120 300\n'), {
    tcp: 900,
    tcpFin: 120,
    udp: 300,
  });
  assert.deepEqual(parseIpvsadmTimeouts('warning\r\nTimeout (tcp tcpfin udp): 1 2 3\r\n'), {
    tcp: 1,
    tcpFin: 2,
    udp: 3,
  });
  for (const text of ['', 'Timeout (tcp tcpfin udp): 900 120', 'Timeout: 1 2 3']) {
    assert.equal(parseIpvsadmTimeouts(text), undefined);
  }
});
