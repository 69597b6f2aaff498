import assert from 'node:assert/strict';
import type { IpSet, ServiceDevice, VirtualServerRules } from '../../../../agent/model/serviceRules.ts';
import { virtualServerKey } from '../../../../agent/model/serviceRules.ts';
import type { PlanStep } from '../../../../agent/plan/planStep.ts';

/** What a kernel holds of ipvs mode in one family. */
export interface IpvsState {
  readonly ipsets: ReadonlyMap<string, IpSet>;
  readonly virtualServers: ReadonlyMap<string, VirtualServerRules>;
  readonly serviceDevice: ServiceDevice | undefined;
}

export const nothing: IpvsState = { ipsets: new Map(), virtualServers: new Map(), serviceDevice: undefined };

/** What the tools would make of steps: refuses what they refuse. */
export function applySteps(before: IpvsState, steps: readonly PlanStep[]): IpvsState {
  const kernel = new ModelKernel(before);
  for (const { argv, stdin } of steps) {
    const tool = argv.join(' ');
    for (const line of stdin.split('\n').filter((text) => text !== '')) {
      const words = line.split(' ');
      if (tool === 'ipset restore -exist') kernel.ipset(words);
      else if (tool === 'ipvsadm -R') kernel.ipvsadm(words);
      else if (tool === 'ip -batch -' || tool === 'ip -6 -batch -') kernel.address(words);
      else assert.fail(`no such tool: ${tool}`);
    }
    if (stdin === '') kernel.link(argv.slice(1));
  }
  return kernel.state();
}

class ModelKernel {
  readonly #sets: Map<string, { type: string; options: string; entries: Set<string> }>;
  readonly #servers: Map<string, { rules: VirtualServerRules; realServers: Map<string, number> }>;
  #addresses: Set<string> | undefined;

  constructor({ ipsets, virtualServers, serviceDevice }: IpvsState) {
    this.#sets = new Map(
      [...ipsets].map(([name, { type, options, entries }]) => [name, { type, options, entries: new Set(entries) }]),
    );
    this.#servers = new Map(
      [...virtualServers].map(([key, rules]) => [key, { rules, realServers: new Map(rules.realServers) }]),
    );
    this.#addresses = serviceDevice && new Set(serviceDevice.addresses);
  }

  state(): IpvsState {
    return {
      ipsets: new Map([...this.#sets].map(([name, set]) => [name, { name, ...set }])),
      virtualServers: new Map(
        [...this.#servers].map(([key, { rules, realServers }]) => [key, { ...rules, realServers }]),
      ),
      serviceDevice: this.#addresses && { name: 'kube-ipvs0', addresses: this.#addresses },
    };
  }

  ipset([command, name = '', ...rest]: readonly string[]): void {
    const set = this.#sets.get(name);
    if (command === 'create') {
      const [type = '', ...options] = rest;
      assert.ok(
        set === undefined || (set.type === type && set.options === options.join(' ')),
        `${name} is another set`,
      );
      if (set === undefined) this.#sets.set(name, { type, options: options.join(' '), entries: new Set() });
    } else if (command === 'destroy') {
      this.#sets.delete(name);
    } else if (command === 'swap') {
      const other = this.#sets.get(rest[0] ?? '');
      assert.ok(set !== undefined && other !== undefined);
      this.#sets.set(name, other).set(rest[0] ?? '', set);
    } else {
      assert.ok(set !== undefined, `${name} is there`);
      if (command === 'add') set.entries.add(rest[0] ?? '');
      else if (command === 'del') set.entries.delete(rest[0] ?? '');
      else assert.fail(`no such command: ${command}`);
    }
  }

  ipvsadm([command, option = '', address = '', ...rest]: readonly string[]): void {
    const protocol = option === '-t' ? 'tcp' : option === '-u' ? 'udp' : 'sctp';
    const key = virtualServerKey(protocol, address);
    const server = this.#servers.get(key);
    assert.equal(server === undefined, command === '-A', `${command} ${key}`);
    const optionValue = (name: string): string | undefined => rest[rest.indexOf(name) + 1 || rest.length];
    if (command === '-A' || command === '-E') {
      const persistence = optionValue('-p');
      const rules: VirtualServerRules = {
        protocol,
        address,
        scheduler: optionValue('-s') ?? '',
        persistenceSeconds: persistence === undefined ? undefined : Number(persistence),
        persistenceMask: optionValue('-M'),
        flags: [...(optionValue('-b')?.split(',') ?? []), ...(rest.includes('-o') ? ['ops'] : [])].sort(),
        realServers: new Map(),
      };
      this.#servers.set(key, { rules, realServers: server?.realServers ?? new Map() });
    } else if (command === '-D') {
      this.#servers.delete(key);
    } else {
      const real = optionValue('-r') ?? '';
      assert.equal(server?.realServers.has(real), command !== '-a', `${command} ${key} ${real}`);
      if (command === '-d') server?.realServers.delete(real);
      else server?.realServers.set(real, Number(optionValue('-w')));
    }
  }

  address([, command, prefix = '', , device]: readonly string[]): void {
    assert.equal(device, 'kube-ipvs0');
    const address = prefix.replace(/\/(?:32|128)$/, '');
    assert.ok(this.#addresses !== undefined, 'the device is there');
    if (command === 'replace') this.#addresses.add(address);
    else assert.ok(this.#addresses.delete(address), `${address} is there`);
  }

  link([, command]: readonly string[]): void {
    assert.equal(this.#addresses === undefined, command === 'add');
    this.#addresses = command === 'add' ? new Set() : undefined;
  }
}
