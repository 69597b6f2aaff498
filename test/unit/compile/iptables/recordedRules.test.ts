import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { compileIptables } from '../../../../agent/compile/iptables/compileIptables.ts';
import { resolveServices } from '../../../../agent/compile/resolveServices.ts';
import type { IpFamily } from '../../../../agent/model/address.ts';
import type { IptablesRules } from '../../../../agent/model/serviceRules.ts';
import { readObjects } from '../../../../agent/objects/readObjects.ts';
import { readIptablesRules } from '../../../../agent/plan/iptables/readIptablesRules.ts';
import { caseFolder, caseNames, objectsText } from '../../../golden/cases.ts';
import { recordedOptions } from './recordedOptions.ts';

/** Chains with rules of many Services, which kube-proxy writes in the order of a Go map. */
const shared = new Set(['KUBE-SERVICES', 'KUBE-EXTERNAL-SERVICES', 'KUBE-NODEPORTS', 'KUBE-PROXY-FIREWALL']);

/** The rules as plain objects, those of shared chains sorted, apart from the way to node ports, which is the last. */
function comparable({ tables }: IptablesRules): unknown {
  return Object.fromEntries(
    [...tables].map(([table, { chains, hooks }]) => [
      table,
      { hooks: Object.fromEntries(hooks), chains: Object.fromEntries([...chains].map(sortShared)) },
    ]),
  );
}

function sortShared([chain, rules]: [string, readonly string[]]): [string, readonly string[]] {
  if (!shared.has(chain)) return [chain, rules];
  const last = rules.filter((rule, index) => index === rules.length - 1 && rule.endsWith('-j KUBE-NODEPORTS'));
  return [chain, [...rules.slice(0, rules.length - last.length).toSorted(), ...last]];
}

function recorded(name: string, family: IpFamily): IptablesRules {
  const file = family === 'ipv4' ? 'iptables-save.txt' : 'ip6tables-save.txt';
  return readIptablesRules(readFileSync(join(caseFolder(name, 'iptables'), file), 'utf8'), 'nf_tables');
}

/**
 * The objects of a case as kube-proxy took them. Its proxiers pass over ports of slices that have no name at all, which
 * no API server leaves so; and it is the watch of the API that leaves other proxies' Services out, not they.
 */
function takenObjects(name: string): string {
  const unnamedPort = /\{"port":\d+,"protocol":"[A-Z]+"\},?/g;
  return objectsText(name)
    .replaceAll('"service.kubernetes.io/service-proxy-name"', '"other-label"')
    .split('\n')
    .map((line) => (line.includes('"kind":"EndpointSlice"') ? line.replace(unnamedPort, '') : line))
    .join('\n');
}

describe('compiling for iptables mode', () => {
  for (const name of caseNames) {
    it(`gives what kube-proxy put into the kernel: ${name}`, () => {
      const family: IpFamily = name.endsWith('ipv6') ? 'ipv6' : 'ipv4';
      const { objects } = readObjects(takenObjects(name), 'objects.jsonl');
      const ports = resolveServices(objects, recordedOptions, family);
      const compiled = compileIptables(ports, recordedOptions, family);
      assert.deepEqual(comparable(compiled), comparable(recorded(name, family)));
    });
  }
});
