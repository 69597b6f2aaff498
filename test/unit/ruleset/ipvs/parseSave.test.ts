import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpvsRealServer, IpvsVirtualServer } from '../../../../agent/ruleset/ipvs/document.ts';
import { formatIpvsRealServer, formatIpvsVirtualServer } from '../../../../agent/ruleset/ipvs/format.ts';
import { parseIpvsadmSave } from '../../../../agent/ruleset/ipvs/parseSave.ts';
import { everyOption } from './samples.ts';

function onlyVirtualServer(text: string): IpvsVirtualServer {
  const { virtualServers, problems } = parseIpvsadmSave(text);
  assert.deepEqual(problems, []);
  const [server] = virtualServers;
  assert.ok(server);
  return server;
}

function onlyRealServer(text: string): IpvsRealServer {
  const [server] = onlyVirtualServer(text).realServers;
  assert.ok(server);
  return server;
}

const problemsOf = (text: string): readonly string[] =>
  parseIpvsadmSave(text).problems.map(({ code, span }) => `${code}: ${text.slice(span.start, span.end)}`);

test('rules with every option are understood, and formatting them gives the lines back', () => {
  const { virtualServers, problems } = parseIpvsadmSave(everyOption);
  assert.deepEqual(problems, []);
  const lines = virtualServers.flatMap((server) => [
    formatIpvsVirtualServer(server),
    ...server.realServers.map((real) => formatIpvsRealServer(server.service, real)),
  ]);
  assert.equal(`${lines.join('\n')}\n`, everyOption);
});

test('a virtual server has its service, scheduler, persistence and places', () => {
  const text = '-A -t 10.96.0.10:80 -s sh -p 10800 -M 255.255.255.0 --pe sip -o -b sh-port,sh-fallback\n';
  const server = onlyVirtualServer(text);
  assert.deepEqual(server, {
    span: { start: 0, end: text.length - 1 },
    serviceSpan: { start: 6, end: 19 },
    service: {
      kind: 'address',
      protocol: 'tcp',
      address: { host: '10.96.0.10', family: 'inet', symbolic: false, port: 80 },
    },
    scheduler: 'sh',
    schedulerFlags: ['sh-port', 'sh-fallback'],
    persistenceTimeout: 10800,
    persistenceMask: '255.255.255.0',
    persistenceEngine: 'sip',
    onePacket: true,
    realServers: [],
  });
});

test('what ipvsadm assumes when a rule does not say it', () => {
  const server = onlyVirtualServer('-A -u 10.0.0.1:53 -p\n-a -u 10.0.0.1:53 -r 10.0.0.2\n');
  assert.equal(server.scheduler, 'wlc');
  assert.equal(server.persistenceTimeout, 360);
  const [real] = server.realServers;
  assert.equal(real?.forwarding, 'direct');
  assert.equal(real?.weight, 1);
  assert.deepEqual([real?.upperThreshold, real?.lowerThreshold], [0, 0]);
  assert.deepEqual(real?.address, { host: '10.0.0.2', family: 'inet', symbolic: false });
});

test('IPv6 services stand in brackets, firewall marks have a family of their own', () => {
  const { service } = onlyVirtualServer('-A -t [fd00::1]:80 -s rr\n');
  assert.deepEqual(service, {
    kind: 'address',
    protocol: 'tcp',
    address: { host: 'fd00::1', family: 'inet6', symbolic: false, port: 80 },
  });
  assert.deepEqual(onlyVirtualServer('-A -f 5 -6 -s rr\n').service, { kind: 'fwmark', mark: 5, family: 'inet6' });
  // Printed with %d: a mark above 2^31 comes out negative.
  assert.deepEqual(onlyVirtualServer('-A -f -2147483648 -s rr\n').service, {
    kind: 'fwmark',
    mark: 0x80000000,
    family: 'inet',
  });
});

test('a tunnel has its type, port and checksum', () => {
  const rules =
    '-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum\n';
  const server = onlyRealServer(rules);
  assert.equal(server.forwarding, 'tunnel');
  assert.deepEqual(server.tunnel, { type: 'gue', port: 6080, checksum: 'full' });
});

test('long options, attached and joined ones mean the same as short ones', () => {
  const short = onlyVirtualServer(
    '-A -t 10.0.0.1:80 -s rr -p 60\n-a -t 10.0.0.1:80 -r 10.0.0.2:8080 -m -w 5 -x 9 -y 3\n',
  );
  const withoutPlaces = (server: IpvsVirtualServer): unknown =>
    JSON.parse(JSON.stringify(server, (key, value: unknown) => (/[sS]pan$/.test(key) ? undefined : value)));
  for (const other of [
    'ipvsadm --add-service --tcp-service 10.0.0.1:80 --scheduler=rr --persistent 60\n' +
      'ipvsadm --add-server --tcp-service=10.0.0.1:80 --real-server 10.0.0.2:8080 --masquerading --weight 5 --u-threshold 9 --l-threshold 3\n',
    '-At10.0.0.1:80 -srr -p60\r\n-at 10.0.0.1:80 -r=10.0.0.2:8080 -mw5 -x 9 -y 3\r\n',
  ]) {
    assert.deepEqual(withoutPlaces(onlyVirtualServer(other)), withoutPlaces(short));
  }
});

test('-E and -e change what -A and -a made', () => {
  const server = onlyVirtualServer(
    '-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 1\n-E -t 10.0.0.1:80 -s sh\n-e -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 0\n',
  );
  assert.equal(server.scheduler, 'sh');
  assert.deepEqual(
    server.realServers.map(({ weight }) => weight),
    [0],
  );
});

test('-E leaves the real servers of its virtual server', () => {
  const server = onlyVirtualServer(
    '-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 1\n-E -t 10.0.0.1:80 -s sh\n',
  );
  assert.equal(server.scheduler, 'sh');
  assert.equal(server.realServers.length, 1);
});

test('names are kept as they are, with a warning', () => {
  const text = '-A -t node.example:http -s rr\n-a -t node.example:http -r 10.0.0.2:webcache -m -w 1\n';
  const { virtualServers, problems } = parseIpvsadmSave(text);
  assert.deepEqual(
    problems.map(({ code, severity }) => [code, severity]),
    [
      ['ipvs-symbolic-address', 'warning'],
      ['ipvs-symbolic-address', 'warning'],
    ],
  );
  const service = virtualServers[0]?.service;
  assert.deepEqual(service?.kind === 'address' ? service.address : undefined, {
    host: 'node.example',
    family: 'inet',
    symbolic: true,
    portName: 'http',
  });
});

test('lines that are no rules are kept in order', () => {
  const { commands, problems } = parseIpvsadmSave('# comment\n-C\n-D -t 10.0.0.1:80\n--set 900 120 300\n\n-Z\n');
  assert.deepEqual(
    commands.map(({ name }) => name),
    ['clear', 'delete-service', 'set', 'zero'],
  );
  assert.deepEqual(problems, []);
});

const service = '-A -t 10.0.0.1:80 -s rr\n';
const problems: readonly (readonly [text: string, problem: string])[] = [
  ['nonsense\n', 'ipvs-unknown-command: nonsense'],
  ['-A -t 10.0.0.1:80 --shiny\n', 'ipvs-unknown-option: --shiny'],
  ['-A -t 10.0.0.1:80 -q\n', 'ipvs-unknown-option: -q'],
  ['-A -t 10.0.0.1:80 -s\n', 'ipvs-option-without-value: -s'],
  ['-A -t 10.0.0.1:99999 -s rr\n', 'ipvs-missing-service: -A'],
  ['-A -t [fd00::1 -s rr\n', 'ipvs-missing-service: -A'],
  ['-A -s rr\n', 'ipvs-missing-service: -A'],
  ['-A -f mark -s rr\n', 'ipvs-missing-service: -A'],
  ['-A -t 10.0.0.1:80 -p soon\n', 'ipvs-invalid-value: soon'],
  ['-A -t 10.0.0.1:80 stray\n', 'ipvs-unexpected-word: stray'],
  [`${service}${service}`, 'ipvs-duplicate-service: 10.0.0.1:80'],
  [`${service}-a -t 10.0.0.1:80\n`, 'ipvs-missing-real-server: -a'],
  [`${service}-a -t 10.0.0.1:80 -r 10.0.0.2:80 -w heavy\n`, 'ipvs-invalid-value: heavy'],
  ['-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 1\n', 'ipvs-unknown-service: -a'],
];

for (const [text, problem] of problems) {
  test(`${JSON.stringify(text)} has the problem ${problem}`, () => {
    assert.ok(problemsOf(text).includes(problem), String(problemsOf(text)));
  });
}
