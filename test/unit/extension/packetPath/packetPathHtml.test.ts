import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { packetPathHtml } from '../../../../extension/packetPath/packetPathHtml.ts';

const sources = {
  title: '"><script>alert(1)</script>',
  language: 'en',
  script: 'https://view/packetPath.js',
  style: 'https://view/packetPath.css',
  cspSource: 'https://view',
  nonce: 'abc',
};

describe('page of the Service path', () => {
  it('runs no script but ours', () => {
    const html = packetPathHtml(sources);
    assert.match(html, /content="default-src 'none'; style-src https:\/\/view '[^']+'; script-src 'nonce-abc'"/);
    assert.doesNotMatch(html, /unsafe/);
    assert.equal([...html.matchAll(/<script/g)].length, 1);
  });
});
