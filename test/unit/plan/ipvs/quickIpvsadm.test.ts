import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { quickIpvsadm } from '../../../../agent/plan/ipvs/quickIpvsadm.ts';
import { couldNotBegin } from '../../../../agent/plan/planStep.ts';

it('the quicker ipvsadm gives up before it changes anything where it cannot do its work', () => {
  const [program, ...args] = quickIpvsadm;
  const { status, stderr } = spawnSync(program, args, { input: 'this is no rule\n', encoding: 'utf8' });
  assert.match(stderr, /^(?:no ip_vs|not understood: this is no rule)\n/);
  assert.equal(status, couldNotBegin);
});
