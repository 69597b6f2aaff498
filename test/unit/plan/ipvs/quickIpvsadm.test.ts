import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { quickIpvsadm } from '../../../../agent/plan/ipvs/quickIpvsadm.ts';
import { couldNotBegin } from '../../../../agent/plan/planStep.ts';

it('the quicker ipvsadm asks the kernel nothing when there is a line that it does not understand', () => {
  const [program, ...args] = quickIpvsadm;
  const { status, stderr } = spawnSync(program, args, {
    input: '-D -t 10.96.0.10:80\nthis is no rule\n',
    encoding: 'utf8',
  });
  assert.match(stderr, /^not understood: this is no rule\n/);
  assert.equal(status, couldNotBegin);
});
