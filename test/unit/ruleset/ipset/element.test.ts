import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IpsetEntryPart } from '../../../../agent/ruleset/ipset/document.ts';
import { formatIpsetElement, parseIpsetElement } from '../../../../agent/ruleset/ipset/element.ts';
import { ipsetDimensions } from '../../../../agent/ruleset/ipset/setTypes.ts';

const address = (value: string): IpsetEntryPart => ({ kind: 'address', address: value });
const network = (value: string, prefixLength: number): IpsetEntryPart => ({
  kind: 'network',
  address: value,
  prefixLength,
});
const port = (from: number, protocol?: string, to = from): IpsetEntryPart => ({
  kind: 'port',
  ...(protocol === undefined ? {} : { protocol }),
  from,
  to,
});
const mac: IpsetEntryPart = { kind: 'mac', address: '00:11:22:aa:bb:cc' };

const fitting: readonly (readonly [type: string, element: string, parts: readonly IpsetEntryPart[]])[] = [
  ['bitmap:ip', '10.0.0.1', [address('10.0.0.1')]],
  ['bitmap:ip', '10.0.0.0/24', [network('10.0.0.0', 24)]],
  ['bitmap:ip', '10.0.0.1-10.0.0.9', [{ kind: 'addressRange', from: '10.0.0.1', to: '10.0.0.9' }]],
  ['bitmap:ip,mac', '10.0.0.1,00:11:22:aa:bb:cc', [address('10.0.0.1'), mac]],
  ['bitmap:ip,mac', '10.0.0.1', [address('10.0.0.1')]],
  ['bitmap:port', '80', [port(80)]],
  ['bitmap:port', '100-103', [port(100, undefined, 103)]],
  ['hash:ip', 'fd00::1', [address('fd00::1')]],
  ['hash:mac', '00:11:22:aa:bb:cc', [mac]],
  ['hash:ip,mac', '1.2.3.4,00:11:22:aa:bb:cc', [address('1.2.3.4'), mac]],
  ['hash:net', '::/0', [network('::', 0)]],
  ['hash:net,net', '10.0.0.0/8,192.168.0.1', [network('10.0.0.0', 8), address('192.168.0.1')]],
  ['hash:ip,port', '10.96.0.10,tcp:80', [address('10.96.0.10'), port(80, 'tcp')]],
  ['hash:ip,port', 'fd00::1,udp:80-90', [address('fd00::1'), port(80, 'udp', 90)]],
  ['hash:ip,port', '1.2.3.4,80', [address('1.2.3.4'), port(80)]],
  ['hash:ip,port', '1.2.3.4,icmp:8/0', [address('1.2.3.4'), { kind: 'namedPort', protocol: 'icmp', name: '8/0' }]],
  ['hash:ip,port', '1.2.3.4,http', [address('1.2.3.4'), { kind: 'namedPort', name: 'http' }]],
  ['hash:ip,port', '1.2.3.4,47:0', [address('1.2.3.4'), port(0, '47')]],
  ['hash:ip,port,ip', '1.2.3.4,sctp:80,5.6.7.8', [address('1.2.3.4'), port(80, 'sctp'), address('5.6.7.8')]],
  ['hash:ip,port,net', '1.2.3.4,tcp:80,5.6.0.0/16', [address('1.2.3.4'), port(80, 'tcp'), network('5.6.0.0', 16)]],
  ['hash:net,port', '1.2.3.0/24,tcp:80', [network('1.2.3.0', 24), port(80, 'tcp')]],
  ['hash:net,port,net', '1.0.0.0/8,tcp:80,0.0.0.0/0', [network('1.0.0.0', 8), port(80, 'tcp'), network('0.0.0.0', 0)]],
  ['hash:net,iface', '10.0.0.0/8,eth0', [network('10.0.0.0', 8), { kind: 'interface', name: 'eth0', physical: false }]],
  [
    'hash:net,iface',
    '10.0.0.0/8,physdev:a,b',
    [network('10.0.0.0', 8), { kind: 'interface', name: 'a,b', physical: true }],
  ],
  ['hash:ip,mark', '1.2.3.4,0x00000034', [address('1.2.3.4'), { kind: 'mark', mark: 0x34 }]],
  ['list:set', 'KUBE,odd', [{ kind: 'set', name: 'KUBE,odd' }]],
];

for (const [type, element, parts] of fitting) {
  test(`${type} takes ${element} apart and puts it together again`, () => {
    assert.deepEqual(parseIpsetElement(ipsetDimensions(type) ?? [], element), parts);
    assert.equal(formatIpsetElement(parts), element);
  });
}

const unfitting: readonly (readonly [type: string, element: string])[] = [
  ['hash:ip', 'not-an-address'],
  ['hash:ip', '10.0.0.256'],
  ['hash:net', '10.0.0.0/33'],
  ['hash:net', 'fd00::/129'],
  ['hash:net', '10.0.0.0/'],
  ['hash:net', '10.0.0.1-fd00::1'],
  ['hash:ip,port', '10.0.0.1'],
  ['hash:ip,port', '10.0.0.1,'],
  ['hash:ip,port', '10.0.0.1,tcp:'],
  ['hash:ip,port', '10.0.0.1,:80'],
  ['hash:ip,port', '10.0.0.1,tcp:65536'],
  ['hash:ip,port,ip', '10.0.0.1,tcp:80'],
  ['hash:mac', '00:11:22:33:44'],
  ['hash:ip,mark', '1.2.3.4,mark'],
  ['hash:net,iface', '10.0.0.0/8,physdev:'],
  ['bitmap:ip,mac', ''],
];

for (const [type, element] of unfitting) {
  test(`${type} does not take "${element}"`, () => {
    assert.equal(parseIpsetElement(ipsetDimensions(type) ?? [], element), undefined);
  });
}
