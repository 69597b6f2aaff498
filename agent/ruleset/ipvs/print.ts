import type { IpvsadmList, IpvsadmSave } from './document.ts';

/** The dump's text, byte for byte as it was parsed. */
export function printIpvsadm(dump: IpvsadmSave | IpvsadmList): string {
  return dump.text;
}
