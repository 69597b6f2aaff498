import type { ProxyOptionsInput } from '../../agent/protocol/changeMessages.ts';

/** How the user wants changes to be made. */
export interface ChangeSettings {
  /** `automatic`: a change is kept when the node answers over a new connection; `ask`: when the user says so too. */
  readonly confirm: 'automatic' | 'ask';
  /** Seconds until a change that nobody confirms is rolled back. */
  readonly confirmWithin: number;
  readonly proxy: ProxyOptionsInput;
}

/** The limits of the protocol for {@link ChangeSettings.confirmWithin}. */
const shortestConfirm = 10;
const longestConfirm = 3_600;
const usualConfirm = 60;

/** Reads settings by their names without prefix. A settings file may hold what the settings editor would refuse. */
export function readChangeSettings(setting: (name: string) => unknown): ChangeSettings {
  const seconds = Math.trunc(Number(setting('apply.confirmWithin'))) || usualConfirm;
  const scheduler = text(setting('proxy.scheduler'));
  const zone = text(setting('proxy.zone'));
  const clusterCidrs = texts(setting('proxy.clusterCidrs'));
  const nodePortAddresses = texts(setting('proxy.nodePortAddresses'));
  return {
    confirm: setting('apply.confirm') === 'ask' ? 'ask' : 'automatic',
    confirmWithin: Math.min(longestConfirm, Math.max(shortestConfirm, seconds)),
    proxy: {
      ...(clusterCidrs.length === 0 ? {} : { clusterCidrs }),
      ...(nodePortAddresses.length === 0 ? {} : { nodePortAddresses }),
      ...(setting('proxy.masqueradeAll') === true ? { masqueradeAll: true } : {}),
      ...(scheduler === '' || scheduler === 'auto' ? {} : { scheduler }),
      ...(zone === '' ? {} : { zone }),
    },
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text).filter((entry) => entry !== '') : [];
}
