import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as scripts from '../../../extension/transport/delivery/scripts.ts';
import { quoteShellArgument, toCommandLine } from '../../../extension/transport/shellQuote.ts';

describe('shell quoting', () => {
  it('leaves plain words readable', () => {
    assert.equal(toCommandLine(['uname', '-sm', '/var/lib/x']), 'uname -sm /var/lib/x');
  });

  it('quotes everything else', () => {
    assert.equal(quoteShellArgument(''), "''");
    assert.equal(quoteShellArgument("it's"), "'it'\\''s'");
    assert.equal(quoteShellArgument('a b'), "'a b'");
    assert.equal(quoteShellArgument('~/x'), "'~/x'");
  });

  it('refuses a NUL character', () => {
    assert.throws(() => quoteShellArgument('a\0b'), RangeError);
  });

  it('gives the shell back exactly the arguments', () => {
    const argument = fc.string({ unit: 'grapheme', maxLength: 30 }).map((text) => text.replaceAll('\0', ''));
    const nasty = fc.constantFrom('$(id)', '`id`', "'", '"', '\\', '\n', '-n', '*', ';', '&', '|', '#', '!', '~', '');
    fc.assert(
      fc.property(fc.array(fc.oneof(argument, nasty), { minLength: 1, maxLength: 20 }), (argv) => {
        const line = toCommandLine(['printf', '%s\\0', ...argv]);
        const output = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' });
        assert.deepEqual(output.split('\0').slice(0, -1), argv);
      }),
      { numRuns: 50 },
    );
  });
});

describe('scripts for the node', () => {
  it('survive login shells that read a backslash before a quote or a backslash', () => {
    for (const [name, script] of Object.entries(scripts)) {
      if (typeof script === 'string') assert.doesNotMatch(script, /\\['\\]/, name);
    }
  });

  it('are understood by sh', () => {
    for (const [name, script] of Object.entries(scripts)) {
      if (typeof script === 'string') execFileSync('/bin/sh', ['-n', '-c', script], { stdio: 'pipe' });
      assert.ok(name);
    }
  });
});
