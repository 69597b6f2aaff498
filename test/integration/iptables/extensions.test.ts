import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, test } from 'node:test';
import { isTargetName, matchSpecs, targetSpecs } from '../../../agent/ruleset/iptables/extensions/lookup.ts';
import type { ExtensionSpec } from '../../../agent/ruleset/iptables/extensions/optionSpec.ts';
import { optionIndexOf } from '../../../agent/ruleset/iptables/extensions/resolve.ts';

/** The extensions that the installed iptables has, by the names of its libraries. */
const installed = globSync('/usr/{lib,lib64,lib/*}/xtables/lib{xt,ipt,ip6t}_*.so').map((file) => {
  return basename(file, '.so').replace(/^lib(xt|ipt|ip6t)_/, '');
});

/** What `iptables -m NAME --help` or `-j NAME --help` prints after the general help. */
function help(name: string, spec: ExtensionSpec, flag: '-m' | '-j'): string {
  const program = spec.family === 'ipv6' ? 'ip6tables' : 'iptables';
  const { stdout } = spawnSync(program, [flag, name, '--help'], { encoding: 'utf8' });
  return stdout.slice(stdout.lastIndexOf('--version'));
}

/** The options that a help text explains: they stand at the beginning of a line or of an alternative. */
function optionsIn(text: string): string[] {
  const found = text.matchAll(/(?:^|[[|])[ \t]*(?:\[!\] ?|! )?(--[a-z][\w-]*)/gm);
  return [...new Set([...found].flatMap(([, option]) => (option ? [option] : [])))].filter(
    (option) => option !== '--version',
  );
}

test('every extension that is installed is known', () => {
  assert.ok(installed.length > 80, `${installed.length} extensions found`);
  // A library of its own name holds the verdicts, and one all of SNAT, DNAT, MASQUERADE and REDIRECT.
  const names = installed.filter((name) => name !== 'standard' && name !== 'NAT');
  assert.deepEqual(
    names.filter((name) => !matchSpecs.has(name) && !isTargetName(name)),
    [],
  );
});

const kinds = [
  { flag: '-m', specs: matchSpecs },
  { flag: '-j', specs: targetSpecs },
] as const;

test('the help of an extension is found and read', () => {
  assert.deepEqual(optionsIn(help('tcp', matchSpecs.get('tcp') ?? { options: {} }, '-m')), [
    ...['--tcp-flags', '--syn', '--source-port', '--sport', '--destination-port', '--dport', '--tcp-option'],
  ]);
});

for (const { flag, specs } of kinds) {
  describe(`options of the extensions for ${flag}`, () => {
    for (const [name, spec] of specs) {
      test(`${name}: every option in its help is known`, () => {
        const index = optionIndexOf(spec);
        const unknown = optionsIn(help(name, spec, flag)).filter((option) => !index.has(option));
        assert.deepEqual(unknown, []);
      });
    }
  });
}
