import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pageHtml } from '../../../../extension/webviews/pageHtml.ts';

const sources = {
  view: 'packetPath',
  title: '"><script>alert(1)</script>',
  language: 'en',
  script: 'https://view/view.js',
  style: 'https://view/view.css',
  cspSource: 'https://view',
  nonce: 'abc',
} as const;

describe('page of a view', () => {
  it('runs no script but ours', () => {
    const html = pageHtml(sources);
    assert.match(
      html,
      /content="default-src 'none'; style-src https:\/\/view '[^']+'; img-src data:; script-src 'nonce-abc'"/,
    );
    assert.doesNotMatch(html, /unsafe/);
    assert.equal([...html.matchAll(/<script/g)].length, 1);
  });
});
