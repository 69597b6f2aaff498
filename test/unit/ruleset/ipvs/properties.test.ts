import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Span } from '../../../../agent/ruleset/common/position.ts';
import { parseIpvsadmStats } from '../../../../agent/ruleset/ipvs/parseList.ts';
import { parseIpvsadmSave } from '../../../../agent/ruleset/ipvs/parseSave.ts';
import { parseIpvsadmTimeouts } from '../../../../agent/ruleset/ipvs/parseTimeouts.ts';
import { printIpvsadm } from '../../../../agent/ruleset/ipvs/print.ts';
import { damaged, propertyRuns } from '../../../support/mutations.ts';
import { everyOption, plainList, statistics, tunnelList } from './samples.ts';

const fragments = ['-A ', '-a ', ' -t ', ' -p', '--', '=', '[', ']', ' -> ', 'FWM  ', '4294967296', '[fd00::1]:80'];

function assertWithin(text: string, { start, end }: Span): void {
  assert.ok(start >= 0 && start <= end && end <= text.length, `${start}-${end} of ${text.length}`);
}

test('damaged rules never throw, print back the same, and stand within the text', () => {
  fc.assert(
    fc.property(damaged([everyOption], fragments), (text) => {
      const save = parseIpvsadmSave(text);
      assert.equal(printIpvsadm(save), text);
      for (const server of save.virtualServers) {
        assertWithin(text, server.span);
        assertWithin(text, server.serviceSpan);
        for (const real of server.realServers) {
          assertWithin(text, real.span);
          assertWithin(text, real.addressSpan);
        }
      }
      for (const { span } of [...save.problems, ...save.commands]) assertWithin(text, span);
    }),
    propertyRuns,
  );
});

test('damaged lists never throw, print back the same, and stand within the text', () => {
  fc.assert(
    fc.property(damaged([statistics, plainList, tunnelList], fragments), (text) => {
      const list = parseIpvsadmStats(text);
      assert.equal(printIpvsadm(list), text);
      for (const server of list.virtualServers) {
        assertWithin(text, server.span);
        for (const real of server.realServers) assertWithin(text, real.span);
      }
      for (const { span } of list.problems) assertWithin(text, span);
    }),
    propertyRuns,
  );
});

test('any text at all never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      assert.equal(printIpvsadm(parseIpvsadmSave(text)), text);
      assert.equal(printIpvsadm(parseIpvsadmStats(text)), text);
      parseIpvsadmTimeouts(text);
    }),
    propertyRuns,
  );
});
