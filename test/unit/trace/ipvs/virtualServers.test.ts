import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Locator } from '../../../../agent/interpret/locator.ts';
import type { SnapshotPart } from '../../../../agent/model/snapshot.ts';
import { parseIpvsadmSave } from '../../../../agent/ruleset/ipvs/parseSave.ts';
import { virtualServers } from '../../../../agent/trace/ipvs/virtualServers.ts';
import type { VirtualServers } from '../../../../agent/trace/virtualServers.ts';
import { packetTo } from '../tracedPacket.ts';

function serversOf(text: string, settings: Readonly<Record<string, string>> = {}): VirtualServers {
  const part: SnapshotPart = {
    id: 'ipvsadm-save',
    kind: 'ipvsadm-save',
    source: [],
    status: 'complete',
    durationMs: 0,
    text,
  };
  const document = parseIpvsadmSave(text);
  return virtualServers([{ part, document, locator: new Locator(part.id, text) }], (name) => settings[name]);
}

/** A virtual server with real servers of these weights, at 10.0.0.1, 10.0.0.2, ... */
function withWeights(scheduler: string, ...weights: number[]): string {
  const servers = weights.map((weight, index) => `-a -t 10.96.0.10:80 -r 10.0.0.${index + 1}:8080 -m -w ${weight}\n`);
  return `-A -t 10.96.0.10:80 -s ${scheduler}\n${servers.join('')}`;
}

function shares(
  servers: VirtualServers,
  packet = packetTo('10.96.0.10', 80),
  remembered?: string,
): string[] | undefined {
  return servers
    .schedule(packet, remembered)
    ?.servers.map(({ text, probability }) => `${text} ${probability.numerator}/${probability.denominator}`);
}

describe('the shares of real servers', () => {
  const cases: readonly (readonly [scheduler: string, weights: number[], shares: string[], decidedBy: string[]])[] = [
    ['rr', [1, 1, 1], ['1 1/3', '2 1/3', '3 1/3'], []],
    ['rr', [5, 0, 1], ['1 1/2', '3 1/2'], []],
    ['rr', [0, 0], [], []],
    ['wrr', [3, 1, 0], ['1 3/4', '2 1/4'], []],
    ['twos', [3, 1], ['1 3/4', '2 1/4'], ['open connections']],
    ['lc', [3, 1], ['1 1/2', '2 1/2'], ['open connections']],
    ['wlc', [3, 1], ['1 3/4', '2 1/4'], ['open connections']],
    ['sed', [3, 1], ['1 3/4', '2 1/4'], ['open connections']],
    ['nq', [3, 1], ['1 3/4', '2 1/4'], ['open connections']],
    ['lblc', [1, 1], ['1 1/2', '2 1/2'], ['destination address', 'open connections']],
    ['lblcr', [1, 1], ['1 1/2', '2 1/2'], ['destination address', 'open connections']],
    ['fo', [1, 7, 3], ['2 1/1'], []],
    ['fo', [7, 7, 0], ['1 1/2', '2 1/2'], ['order of real servers']],
    ['ovf', [1, 7], ['2 1/1'], []],
    ['dh', [9, 1], ['1 1/2', '2 1/2'], ['destination address']],
    ['sh', [3, 1], ['1 3/4', '2 1/4'], ['source address']],
    // The clients of the one without weight find none.
    ['sh', [1, 1, 0], ['1 1/3', '2 1/3'], ['source address']],
    ['sh -b sh-fallback,sh-port', [1, 1, 0], ['1 1/2', '2 1/2'], ['source address', 'source port']],
    ['mh -b flag-1,flag-2', [3, 1, 0], ['1 3/4', '2 1/4'], ['source address', 'source port']],
    ['mh', [1], ['1 1/1'], []],
    ['dh', [0, 0], [], []],
    ['other', [3, 1], ['1 3/4', '2 1/4'], ['scheduler other']],
  ];
  for (const [scheduler, weights, expected, decidedBy] of cases) {
    it(`are ${expected.join(', ') || 'none'} with ${scheduler} and weights ${weights}`, () => {
      const servers = serversOf(withWeights(scheduler, ...weights));
      const full = expected.map((each) => each.replace(/^(\d+)/, '10.0.0.$1:8080'));
      assert.deepEqual(shares(servers), full);
      assert.deepEqual(servers.schedule(packetTo('10.96.0.10', 80), undefined)?.decidedBy, decidedBy);
    });
  }
});

describe('the virtual server of a packet', () => {
  const text = `-A -t 10.96.0.10:80 -s rr
-a -t 10.96.0.10:80 -r 10.0.0.1:8080 -m -w 1
-A -u 10.96.0.10:80 -s wrr
-a -u 10.96.0.10:80 -r 10.0.0.2:0 -g -w 1
-A -t [fd00::10]:80 -s rr
-a -t [fd00::10]:80 -r [fd00::1]:8080 -m -w 1
-A -t 10.96.0.20:0 -s rr -p 60
-a -t 10.96.0.20:0 -r 10.0.0.3:0 -i -w 1
-A -t 10.96.0.20:80 -s rr
-a -t 10.96.0.20:80 -r 10.0.0.4:8080 -m -w 1
-A -f 5 -s rr
-a -f 5 -r 10.0.0.5:8080 -m -w 1
-A -t 10.96.0.30:21 -s rr -p 60
-a -t 10.96.0.30:21 -r 10.0.0.6:2121 -m -w 1
`;
  const servers = serversOf(text);
  const udp = { protocol: 17 };
  const cases: readonly (readonly [what: string, packet: ReturnType<typeof packetTo>, found: string | undefined])[] = [
    ['its address, port and protocol', packetTo('10.96.0.10', 80), 'TCP 10.96.0.10:80 10.0.0.1:8080'],
    ['another protocol', packetTo('10.96.0.10', 80, udp), 'UDP 10.96.0.10:80 10.0.0.2:80'],
    ['IPv6', packetTo('fd00::10', 80), 'TCP [fd00::10]:80 [fd00::1]:8080'],
    ['another port', packetTo('10.96.0.10', 81), undefined],
    ['another address', packetTo('10.96.0.11', 80), undefined],
    ['a protocol without ports', packetTo('10.96.0.10', undefined, { protocol: 1 }), undefined],
    ['any port, after the one with that port', packetTo('10.96.0.20', 80), 'TCP 10.96.0.20:80 10.0.0.4:8080'],
    ['any port', packetTo('10.96.0.20', 99), 'TCP 10.96.0.20:0 10.0.0.3:99'],
    ['any port of another protocol', packetTo('10.96.0.20', 99, udp), undefined],
    ['a mark, before the address', packetTo('10.96.0.10', 80, { mark: 5 }), 'FWM 5 10.0.0.5:8080'],
    ['another mark', packetTo('10.96.0.10', 80, { mark: 6 }), 'TCP 10.96.0.10:80 10.0.0.1:8080'],
    ['a mark of another family', packetTo('fd00::10', 81, { mark: 5 }), undefined],
    ['connections of FTP for data', packetTo('10.96.0.30', 50_000), 'TCP 10.96.0.30:21 10.0.0.6:50000'],
    ['other ports beside FTP', packetTo('10.96.0.30', 80), undefined],
    ['what FTP sends', packetTo('10.96.0.10', 80, { sourcePort: 20 }), undefined],
  ];
  for (const [what, packet, found] of cases) {
    it(`is by ${what}: ${found ?? 'none'}`, () => {
      const scheduling = servers.schedule(packet, undefined);
      assert.equal(scheduling && `${scheduling.virtualServer} ${scheduling.servers[0]?.text}`, found);
    });
  }

  it('says where it stands and how packets are sent on', () => {
    const scheduling = servers.schedule(packetTo('10.96.0.20', 99), undefined);
    assert.deepEqual(scheduling?.location, { part: 'ipvsadm-save', line: 6, column: 0, length: 30 });
    assert.equal(scheduling?.servers[0]?.forwarding, 'tunnel');
    assert.equal(servers.isActive, true);
    assert.equal(serversOf('').isActive, false);
  });
});

describe('persistence', () => {
  const text = `-A -t 10.96.0.10:80 -s rr -p 60
-a -t 10.96.0.10:80 -r 10.0.0.1:8080 -m -w 1
-a -t 10.96.0.10:80 -r 10.0.0.2:8080 -m -w 0
-a -t 10.96.0.10:80 -r 10.0.0.3:8080 -m -w 1
`;
  const packet = packetTo('10.96.0.10', 80);
  const among = ['10.0.0.1:8080 1/2', '10.0.0.3:8080 1/2'];
  const quiescent = { 'net.ipv4.vs.expire_quiescent_template': '1' };

  it('leads where it remembers', () => {
    assert.deepEqual(shares(serversOf(text), packet, '10.0.0.3:8080'), ['10.0.0.3:8080 1/1']);
    assert.deepEqual(serversOf(text).schedule(packet, '10.0.0.3:8080')?.decidedBy, ['source address']);
  });

  it('holds to a real server that lost its weight, unless the kernel is told to forget those', () => {
    assert.deepEqual(shares(serversOf(text), packet, '10.0.0.2:8080'), ['10.0.0.2:8080 1/1']);
    assert.deepEqual(shares(serversOf(text, quiescent), packet, '10.0.0.2:8080'), among);
  });

  it('does not hold to one that is gone, nor without being asked for', () => {
    assert.deepEqual(shares(serversOf(text), packet, '10.0.0.9:8080'), among);
    assert.deepEqual(shares(serversOf(text), packet), among);
    assert.deepEqual(shares(serversOf(text.replace(' -p 60', '')), packet, '10.0.0.3:8080'), among);
  });
});

describe('a dump that lacks something', () => {
  it('is told about', () => {
    const named = serversOf('-A -t shop.example:http -s rr\n');
    assert.deepEqual(
      named.missing.map(({ code }) => code),
      ['ipvs-names'],
    );
    assert.equal(named.isActive, false);
    const cut = serversOf('-A -t 10.96.0.10:80 -s rr');
    assert.deepEqual(
      cut.missing.map(({ code }) => code),
      ['ipvs-cut-off'],
    );
  });
});
