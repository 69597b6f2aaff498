import { familyOfAddress, type IpFamily } from '../../model/address.ts';
import { addressBits } from '../../model/ipNumber.ts';
import { serviceDeviceName } from '../../plan/ipvs/readServiceDevice.ts';
import { fieldOf, jsonList } from './jsonValue.ts';

/** What `ip addr` printed, in whichever form, with kube-ipvs0 having these addresses; undefined: without the device. */
export function addressesTextWith(text: string, addresses: readonly string[] | undefined): string {
  const links = jsonList(text);
  if (links !== undefined) {
    const others = links.filter((link) => fieldOf(link, 'ifname') !== serviceDeviceName);
    return JSON.stringify(addresses === undefined ? others : [...others, deviceInJson(addresses)]);
  }
  const others = linesOfOthers(text);
  return addresses === undefined ? others : others + deviceInLines(addresses);
}

function deviceInJson(addresses: readonly string[]): object {
  return {
    ifname: serviceDeviceName,
    flags: ['BROADCAST', 'NOARP'],
    operstate: 'DOWN',
    addr_info: addresses.map((local) => ({
      family: local.includes(':') ? 'inet6' : 'inet',
      local,
      prefixlen: addressBits[familyOfAddress(local)],
      scope: 'global',
    })),
  };
}

/** The lines of other devices: a device's line names it, and those of its addresses may follow without the name. */
function linesOfOthers(text: string): string {
  let device = '';
  return text
    .split('\n')
    .filter((line) => {
      device = /^\d+: ([^\s:@]+)/.exec(line)?.[1] ?? device;
      return line === '' || device !== serviceDeviceName;
    })
    .join('\n');
}

function deviceInLines(addresses: readonly string[]): string {
  return addresses
    .map((ip) => {
      const family = familyOfAddress(ip);
      const word = family === 'ipv4' ? 'inet' : 'inet6';
      return `9: ${serviceDeviceName}    ${word} ${ip}/${addressBits[family]} scope global ${serviceDeviceName}\n`;
    })
    .join('');
}

/** What `ip route show table all` printed for a family, in whichever form, with kube-ipvs0 having these addresses. */
export function routesTextWith(text: string, addresses: readonly string[] | undefined, family: IpFamily): string {
  const own = (addresses ?? []).filter((ip) => familyOfAddress(ip) === family);
  const routes = jsonList(text);
  if (routes !== undefined) {
    const others = routes.filter((route) => fieldOf(route, 'dev') !== serviceDeviceName);
    return JSON.stringify([...others, ...own.map((ip) => localRoute(ip, family))]);
  }
  const isOwn = new RegExp(` dev ${serviceDeviceName}( |$)`);
  const others = text.split('\n').filter((line) => !isOwn.test(line));
  const source = (ip: string): string => (family === 'ipv4' ? ` scope host src ${ip}` : '');
  const lines = own.map((ip) => `local ${ip} dev ${serviceDeviceName} table local proto kernel${source(ip)}`);
  return [...lines, ...others].join('\n');
}

/** The route that the kernel makes for each address (net/ipv4/fib_frontend.c, net/ipv6/addrconf.c). */
function localRoute(ip: string, family: IpFamily): object {
  const route = { type: 'local', dst: ip, dev: serviceDeviceName, table: 'local', protocol: 'kernel' };
  return family === 'ipv4' ? { ...route, scope: 'host', prefsrc: ip, flags: [] } : { ...route, metric: 0, flags: [] };
}

/** Lines `net.ipv4.ip_forward = 1` with these settings, which are given by path under /proc/sys. */
export function sysctlTextWith(text: string, settings: ReadonlyMap<string, string>): string {
  const names = new Map([...settings].map(([path, value]) => [path.replaceAll('/', '.'), value]));
  const others = text.split('\n').filter((line) => line !== '' && !names.has(line.split(' = ', 1)[0] ?? ''));
  return [...others, ...[...names].map(([name, value]) => `${name} = ${value}`), ''].join('\n');
}
