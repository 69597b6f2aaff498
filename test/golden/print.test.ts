import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { describe, it } from 'node:test';
import { parseDump } from '../../agent/cli/dumpLanguages.ts';
import { decodeDump, encodeDump } from '../../agent/ruleset/common/encoding.ts';
import { detectLanguage } from '../../agent/ruleset/detect.ts';
import { recordedFiles } from './cases.ts';

describe('printing recorded rules back', () => {
  for (const path of recordedFiles()) {
    it(relative(import.meta.dirname, path), () => {
      const bytes = readFileSync(path);
      const { text, encoding } = decodeDump(bytes);
      const language = detectLanguage(text);
      assert.notEqual(language, 'unknown');
      if (language === 'unknown') return;
      const { printed, problems } = parseDump(language, text);
      assert.deepEqual(Buffer.from(encodeDump(printed, encoding)), bytes);
      assert.deepEqual(problems, []);
    });
  }
});
