import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tooltipMarkdown } from '../../../../extension/tree/presentation/tooltip.ts';

describe('tooltip', () => {
  it('keeps names from a node from being read as Markdown', () => {
    assert.equal(
      tooltipMarkdown([{ name: 'Set', value: '[x](command:evil) <b> $(zap)' }]),
      '**Set:** \\[x\\]\\(command:evil\\) \\<b\\> \\$\\(zap\\)',
    );
  });

  it('fences code with more backticks than it holds', () => {
    assert.equal(tooltipMarkdown([{ name: 'Rule', value: 'a``b\nc', code: true }]), '**Rule:** ``` a``b c ```');
  });

  it('leaves out what has no value', () => {
    assert.equal(tooltipMarkdown([{ name: 'Empty', value: '' }]), '');
  });
});
