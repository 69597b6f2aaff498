import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { compileNftables } from '../../../../agent/compile/nftables/compileNftables.ts';
import { resolveServices } from '../../../../agent/compile/resolveServices.ts';
import { readNftablesTable } from '../../../../agent/plan/nftables/readNftablesTable.ts';
import { caseFolder, caseNames } from '../../../golden/cases.ts';
import { recordedObjects, recordedOptions } from '../../../golden/compileInput.ts';

describe('compiling for nftables mode', () => {
  for (const name of caseNames) {
    it(`${name}: gives what kube-proxy put into the kernel`, () => {
      const text = readFileSync(join(caseFolder(name, 'nftables'), 'nft.txt'), 'utf8');
      const family = text.startsWith('table ip6 ') ? 'ipv6' : 'ipv4';
      const ports = resolveServices(recordedObjects(name), recordedOptions, family);
      const compiled = compileNftables(ports, recordedOptions, family);
      assert.ok(compiled.chains.size >= 15);
      assert.deepEqual(compiled, readNftablesTable(text, family));
    });
  }
});
