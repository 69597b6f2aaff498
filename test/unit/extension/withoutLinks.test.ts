import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { withoutLinks } from '../../../extension/common/withoutLinks.ts';

/** What VS Code takes for a link in a notification (src/vs/base/common/linkedText.ts). */
const link = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)[^)\s]+(?: (["']).+?(\1))?\)/i;

describe('withoutLinks', () => {
  it('leaves no link, however it is written', () => {
    for (const text of ['[fix](command:a?%5B1%5D)', '[[a](command:b "t")', '[x](https://c)[y](file:///d)']) {
      assert.match(text, link);
      assert.doesNotMatch(withoutLinks(text), link);
    }
  });

  it('leaves other text alone', () => {
    const text = 'It said: "chain [KUBE] (2 references)".';
    assert.equal(withoutLinks(text), text);
  });
});
