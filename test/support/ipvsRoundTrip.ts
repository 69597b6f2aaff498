import assert from 'node:assert/strict';
import type { IpvsService } from '../../agent/ruleset/ipvs/document.ts';
import { formatIpvsRealServer, formatIpvsVirtualServer } from '../../agent/ruleset/ipvs/format.ts';
import { parseIpvsadmStats } from '../../agent/ruleset/ipvs/parseList.ts';
import { parseIpvsadmSave } from '../../agent/ruleset/ipvs/parseSave.ts';
import { parseIpvsadmTimeouts } from '../../agent/ruleset/ipvs/parseTimeouts.ts';
import { printIpvsadm } from '../../agent/ruleset/ipvs/print.ts';
import type { Run } from './ipsetRoundTrip.ts';

/** Virtual servers with what they need beyond ip_vs itself: a scheduler, persistence engine or tunnel of the kernel. */
const groups: readonly { readonly needs: string; readonly rules: readonly string[] }[] = [
  {
    needs: 'ip_vs_rr',
    rules: [
      '-A -t 10.96.0.10:80 -s rr',
      '-a -t 10.96.0.10:80 -r 10.244.0.2:8080 -m -w 1',
      '-a -t 10.96.0.10:80 -r 10.244.0.3:8080 -m -w 0',
      '-A -u 10.96.0.10:53 -s rr -o',
      '-a -u 10.96.0.10:53 -r 10.244.0.4:53 -m -w 65535',
      '-A -t 10.96.0.11:443 -s rr -p 10800',
      '-a -t 10.96.0.11:443 -r 10.244.0.5:443 -g -w 1',
      '-A -t 10.96.0.12:443 -s rr -p 60 -M 255.255.255.0',
      '-A -t [fd00:10:96::2]:80 -s rr -p 60 -M 64',
      '-a -t [fd00:10:96::2]:80 -r [fd00:10:244::1]:8080 -m -w 1',
      '-A -f 5 -s rr',
      '-a -f 5 -r 10.244.0.6:0 -g -w 7',
      '-A -f 6 -6 -s rr',
      '-a -f 6 -6 -r [fd00:10:244::2]:0 -g -w 1',
    ],
  },
  {
    needs: 'SCTP in ip_vs',
    rules: ['-A --sctp-service 10.96.0.13:9 -s rr', '-a --sctp-service 10.96.0.13:9 -r 10.244.0.7:9 -m -w 1'],
  },
  { needs: 'ip_vs_sh', rules: ['-A -t 10.96.0.14:80 -s sh -b sh-fallback,sh-port'] },
  { needs: 'ip_vs_mh', rules: ['-A -t 10.96.0.15:80 -s mh -b mh-fallback'] },
  ...['wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sed', 'nq', 'fo', 'ovf'].map((scheduler, index) => ({
    needs: `ip_vs_${scheduler}`,
    rules: [`-A -t 10.96.1.${index}:80 -s ${scheduler}`, `-a -t 10.96.1.${index}:80 -r 10.244.0.8:80 -m -w 3`],
  })),
  { needs: 'ip_vs_pe_sip', rules: ['-A -u 10.96.0.16:5060 -s rr -p 60 --pe sip -o'] },
  {
    needs: 'tunnels',
    rules: [
      '-A -t 10.96.0.17:80 -s rr',
      '-a -t 10.96.0.17:80 -r 10.244.0.9:80 -i -w 1 --tun-type ipip',
      '-a -t 10.96.0.17:80 -r 10.244.0.10:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum',
      '-a -t 10.96.0.17:80 -r 10.244.0.11:80 -i -w 1 --tun-type gre --tun-csum',
    ],
  },
];

/**
 * Makes virtual servers of every kind on a node with ip_vs, saves them, and checks that what was parsed prints back the
 * same and, formatted from its structure, restores to the same virtual servers; and that the lists name the same ones.
 * @param run runs ipvsadm on a node that is free for tests: its virtual servers are cleared
 * @returns what the node's kernel or ipvsadm lacks
 */
export async function checkIpvsRoundTrip(run: Run): Promise<readonly string[]> {
  await run(['ipvsadm', '-C']);
  const missing: string[] = [];
  for (const { needs, rules } of groups) {
    await run(['ipvsadm', '-R'], `${rules.join('\n')}\n`).catch(() => missing.push(needs));
  }
  const saved = await run(['ipvsadm', '-Sn']);
  const save = parseIpvsadmSave(saved);
  assert.deepEqual(save.problems, []);
  assert.equal(printIpvsadm(save), saved);
  const formatted = save.virtualServers.flatMap((server) => [
    formatIpvsVirtualServer(server),
    ...server.realServers.map((real) => formatIpvsRealServer(server.service, real)),
  ]);
  assert.deepEqual(
    formatted,
    saved
      .trimEnd()
      .split('\n')
      .map((line) => line.trimEnd()),
  );
  assert.ok(save.virtualServers.length >= 7, 'the kernel takes at least the plain virtual servers');

  const services = save.virtualServers.map(({ service }) => service);
  for (const options of [['--stats', '--exact'], ['--stats'], []]) {
    const printed = await run(['ipvsadm', '-Ln', ...options]);
    const list = parseIpvsadmStats(printed);
    assert.deepEqual(list.problems, []);
    assert.equal(printIpvsadm(list), printed);
    assert.deepEqual(sorted(list.virtualServers.map(({ service }) => service)), sorted(services));
    assert.equal(
      list.virtualServers.flatMap(({ realServers }) => realServers).length,
      save.virtualServers.flatMap(({ realServers }) => realServers).length,
    );
  }
  assert.ok(parseIpvsadmTimeouts(await run(['ipvsadm', '-L', '--timeout'])));

  await run(['ipvsadm', '-C']);
  await run(['ipvsadm', '-R'], `${formatted.join('\n')}\n`);
  assert.equal(await run(['ipvsadm', '-Sn']), saved);
  await run(['ipvsadm', '-C']);
  return missing;
}

function sorted(services: readonly IpvsService[]): readonly string[] {
  return services.map((service) => JSON.stringify(service)).sort();
}
