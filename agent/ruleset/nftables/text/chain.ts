import type { Span } from '../../common/position.ts';
import type { NftFamily, NftHook } from '../document.ts';
import type { NftChainBuild } from '../tableBuild.ts';
import { lexNft } from './lexer.ts';
import { parsePriority } from './priority.ts';

const headerStart = /(?:type|policy|comment|devices|device|flags)\b/y;

/**
 * Reads a statement of a chain's block that is no rule: `type nat hook prerouting priority dstnat`, `policy accept`,
 * `comment "..."`, `devices = { eth0 }`.
 * @returns false for a rule
 */
export function readChainStatement(text: string, span: Span, family: NftFamily, chain: NftChainBuild): boolean {
  headerStart.lastIndex = span.start;
  if (!headerStart.test(text)) return false;
  const tokens = lexNft(text, span.start, span.end);
  const words = tokens.map((token) => token.text);
  const value = words[1];
  switch (words[0]) {
    case 'type': {
      const hook = readHook(words, family);
      if (!hook) return false;
      chain.hook = hook;
      return true;
    }
    case 'policy':
      if (value === undefined || !chain.hook) return false;
      chain.hook = { ...chain.hook, policy: value };
      return true;
    case 'comment':
      if (!tokens[1]?.quoted || tokens.length !== 2) return false;
      chain.comment = tokens[1].text;
      return true;
    case 'devices':
      if (!chain.hook) return false;
      chain.hook = { ...chain.hook, devices: words.slice(1).filter(isName) };
      return true;
    default:
      return words[0] === 'flags' && tokens.length === 2;
  }
}

function readHook(words: readonly string[], family: NftFamily): NftHook | undefined {
  const [, type, keyword, hook] = words;
  const priorityAt = words.indexOf('priority');
  if (type === undefined || keyword !== 'hook' || hook === undefined || priorityAt === -1) return undefined;
  const priority = parsePriority(family, words.slice(priorityAt + 1));
  const devices = words[4] === 'device' || words[4] === 'devices' ? words.slice(5, priorityAt).filter(isName) : [];
  return { type, hook, ...(priority === undefined ? {} : { priority }), devices };
}

function isName(word: string): boolean {
  return !['=', '{', '}', ','].includes(word);
}
