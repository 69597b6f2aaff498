import type { IpFamily } from '../../model/address.ts';
import { addressBits } from '../../model/ipNumber.ts';
import type { FamilyRules, ServiceDevice, ServiceRules } from '../../model/serviceRules.ts';
import type { PartPlan, PlannedChange, PlanPhase, PlanStep } from '../planStep.ts';
import type { IpvsOwners } from './ipvsOwners.ts';

/** What `ip` ends with when the kernel refuses, as it refuses to make a device that is there. */
const refused = 2;

/**
 * Plans `ip -batch` runs that give the device its addresses of one family. The device belongs to both families, so that
 * it is made for the first one that wants it, and removed by {@link planDeviceRemoval}.
 *
 * @param kept addresses that stay though they are not wanted
 */
export function planServiceDevice(
  current: ServiceDevice | undefined,
  desired: ServiceDevice | undefined,
  kept: ReadonlySet<string>,
  family: IpFamily,
  owners: IpvsOwners,
): PartPlan {
  const steps: PlanStep[] = [];
  const changes: PlannedChange[] = [];
  const note = (sign: '+' | '-', text: string, service: string | undefined): void => {
    changes.push({ part: 'serviceDevice', family, sign, place: (desired ?? current)?.name ?? '', text, service });
  };
  if (desired !== undefined && current === undefined) {
    const argv = ['ip', 'link', 'add', 'name', desired.name, 'type', 'dummy'] as const;
    steps.push({ phase: 'make', part: 'serviceDevice', family, argv, stdin: '', alsoFine: [refused] });
    note('+', deviceText, undefined);
  }
  const runBatch = (phase: PlanPhase, command: string, addresses: readonly string[], device: string): void => {
    if (addresses.length === 0) return;
    const lines = addresses.map((address) => `${command} ${withPrefixLength(address, family)} dev ${device}\n`);
    const argv = family === 'ipv6' ? (['ip', '-6', '-batch', '-'] as const) : (['ip', '-batch', '-'] as const);
    steps.push({ phase, part: 'serviceDevice', family, argv, stdin: lines.join('') });
  };
  if (desired !== undefined) {
    const added = [...desired.addresses].filter((address) => current?.addresses.has(address) !== true);
    // `replace` does not mind an address that is there.
    runBatch('turn', 'address replace', added, desired.name);
    for (const address of added) note('+', address, owners.ofAddress(address));
  }
  if (current !== undefined) {
    const removed = [...current.addresses].filter(
      (address) => desired?.addresses.has(address) !== true && !kept.has(address),
    );
    runBatch('break', 'address del', removed, current.name);
    for (const address of removed) note('-', address, owners.ofAddress(address));
  }
  return { steps, changes };
}

const deviceText = 'type dummy';

/**
 * Plans the removal of the device when no family wants it any more and no address has to stay on it. Due after
 * everything else that takes away.
 *
 * @param isDraining whether any family's plan has draining servers
 */
export function planDeviceRemoval(current: ServiceRules, desired: ServiceRules, isDraining: boolean): PartPlan {
  const device = deviceOf(current);
  if (device === undefined || deviceOf(desired) !== undefined || isDraining) return { steps: [], changes: [] };
  const common = { part: 'serviceDevice', family: 'ipv4' } as const;
  const argv = ['ip', 'link', 'delete', 'dev', device.name] as const;
  return {
    steps: [{ ...common, phase: 'break', argv, stdin: '' }],
    changes: [{ ...common, sign: '-', place: device.name, text: deviceText, service: undefined }],
  };
}

function deviceOf({ families }: ServiceRules): ServiceDevice | undefined {
  return [...families.values()].find(({ serviceDevice }: FamilyRules) => serviceDevice !== undefined)?.serviceDevice;
}

function withPrefixLength(address: string, family: IpFamily): string {
  return address.includes('/') ? address : `${address}/${addressBits[family]}`;
}
