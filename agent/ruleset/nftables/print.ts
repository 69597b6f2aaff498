import type { NftDocument } from './document.ts';

/** The document's text, byte for byte as it was parsed. */
export function printNft(document: NftDocument): string {
  return document.text;
}
