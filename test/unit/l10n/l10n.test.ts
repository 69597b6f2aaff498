import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { migrationCodes } from '../../../agent/compare/migrationCodes.ts';
import { english } from '../../../extension/l10n/localizer.ts';
import { isWorded, problemText } from '../../../extension/l10n/problemTexts.ts';
import { wordedMigrationCodes } from '../../../extension/packetPath/migrationWords.ts';
import { collectAgentCodes, collectManifestKeys, collectTextCalls, placeholders, readTexts } from './collectKeys.ts';

const translations = ['zh-cn'] as const;

describe('texts of the extension', () => {
  const calls = collectTextCalls();
  const texts = [...new Set(calls.map(({ text }) => text))].filter((text) => text !== undefined).sort();

  it('are literals, so that translations can be found', () => {
    assert.deepEqual(
      calls.filter(({ text }) => text === undefined),
      [],
    );
    assert.ok(texts.length > 100, 'the collector finds the calls');
  });

  it('stand in the English bundle, and nothing else does', () => {
    const bundle = readTexts('l10n/bundle.l10n.json');
    assert.deepEqual(Object.keys(bundle).sort(), texts);
    for (const [key, text] of Object.entries(bundle)) assert.equal(text, key);
  });

  for (const language of translations) {
    it(`are complete in ${language}, with the same placeholders`, () => {
      const bundle = readTexts(`l10n/bundle.l10n.${language}.json`);
      assert.deepEqual(Object.keys(bundle).sort(), texts);
      for (const [key, text] of Object.entries(bundle)) {
        assert.notEqual(text.trim(), '');
        assert.deepEqual(placeholders(text), placeholders(key), key);
      }
    });
  }
});

describe('texts of the manifest', () => {
  const keys = collectManifestKeys();

  it('stand in package.nls.json, and nothing else does', () => {
    assert.deepEqual(Object.keys(readTexts('package.nls.json')).sort(), [...keys].sort());
  });

  for (const language of translations) {
    it(`are complete in ${language}, with the same commands and code`, () => {
      const original = readTexts('package.nls.json');
      const translated = readTexts(`package.nls.${language}.json`);
      assert.deepEqual(Object.keys(translated).sort(), Object.keys(original).sort());
      const parts = (text = ''): readonly string[] =>
        [...text.matchAll(/\(command:[\w.]+\)|`[^`]+`/g)].map(([part]) => part).sort();
      for (const [key, text] of Object.entries(original)) assert.deepEqual(parts(translated[key]), parts(text), key);
    });
  }
});

describe('codes of the agent', () => {
  it('have wording', () => {
    const codes = collectAgentCodes();
    assert.ok(codes.length > 60, 'the collector finds the codes');
    assert.deepEqual(
      codes.filter((code) => !isWorded(code)),
      [],
    );
  });

  it('have wording for every change between modes', () => {
    assert.deepEqual([...wordedMigrationCodes].sort(), [...migrationCodes].sort());
  });

  it('are worded with their values', () => {
    const problem = { code: 'undeclared-chain', message: '-', args: { chain: 'KUBE-X', table: 'nat' } };
    assert.equal(problemText(problem, english), 'Chain KUBE-X is not declared in table nat.');
  });

  it('fall back to the English sentence where a newer agent has a code that is not known', () => {
    assert.equal(problemText({ code: 'from-the-future', message: 'It is so.', args: {} }, english), 'It is so.');
  });
});
