import { readIpset } from './ipsetDocument.ts';
import { readIptables } from './iptablesDocument.ts';
import { readIpvsadm } from './ipvsadmDocument.ts';
import { readNft } from './nftDocument.ts';
import type { RulesDocument } from './rulesDocument.ts';

/** Reads a text in the language that VS Code says it has; undefined for a language that is not one of these. */
export function readDocument(languageId: string, text: string): RulesDocument | undefined {
  switch (languageId) {
    case 'iptables-save':
      return readIptables(text);
    case 'ipset-save':
      return readIpset(text);
    case 'ipvsadm-save':
      return readIpvsadm(text);
    case 'nftables':
      return readNft(text);
    default:
      return undefined;
  }
}
