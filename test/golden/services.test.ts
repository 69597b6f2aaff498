import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { interpretSnapshot } from '../../agent/interpret/interpretSnapshot.ts';
import type { NodeModel } from '../../agent/model/nodeModel.ts';
import type { ServicePort } from '../../agent/model/service.ts';
import { readObjects } from '../../agent/objects/readObjects.ts';
import { caseNames, loadCase, objectsText, rawObjects, recordedModes } from './cases.ts';
import { type ExpectedFrontend, type ExpectedPort, expectedPorts } from './oracle/expected.ts';

function address(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** What the model says, in the oracle's terms. */
function foundPort({ namespace, name, port, frontends, endpoints, affinitySeconds }: ServicePort): ExpectedPort {
  return {
    port: `${namespace}/${name}:${port.name}/${port.protocol.toUpperCase()}/${port.port}`,
    frontends: frontends
      .map(({ kind, ip, port: number, verdict, localOnly, sourceRanges }) => ({
        kind,
        address: `${ip ?? '*'} ${number}`,
        verdict,
        localOnly: verdict === 'reject' ? undefined : localOnly,
        sourceRanges: sourceRanges === undefined ? undefined : [...sourceRanges].sort(),
      }))
      .sort((a, b) => (a.address < b.address ? -1 : 1)),
    endpoints: endpoints
      .map(({ ip, port: number, share, localShare }) => ({ address: address(ip, number), share, localShare }))
      .sort((a, b) => (a.address < b.address ? -1 : 1)),
    affinitySeconds,
  };
}

function found(model: NodeModel): ExpectedPort[] {
  return model.services.map(foundPort).sort((a, b) => (a.port < b.port ? -1 : 1));
}

/** External IPs and those of load balancers look the same in rules of nftables, and in rules that refuse. */
function withoutExternalKind(ports: readonly ExpectedPort[]): ExpectedPort[] {
  const rename = (frontend: ExpectedFrontend): ExpectedFrontend => ({
    ...frontend,
    kind: frontend.kind === 'externalIP' || frontend.kind === 'loadBalancerIP' ? 'external' : frontend.kind,
  });
  return ports.map((port) => ({ ...port, frontends: port.frontends.map(rename) }));
}

describe('Services of recorded rules', () => {
  for (const name of caseNames) {
    for (const mode of recordedModes) {
      it(`${name} in ${mode} mode, with objects`, async () => {
        const { objects, problems } = readObjects(objectsText(name), 'objects.jsonl');
        assert.deepEqual(problems, []);
        const model = interpretSnapshot(await loadCase(name, mode), { mode: 'auto', objects });
        assert.equal(model.mode, mode);
        assert.deepEqual(found(model), expectedPorts(rawObjects(name), mode));
        assert.deepEqual(model.problems, []);
      });
    }

    for (const mode of ['iptables', 'nftables'] as const) {
      it(`${name} in ${mode} mode, without objects`, async () => {
        const model = interpretSnapshot(await loadCase(name, mode), { mode: 'auto' });
        assert.deepEqual(withoutExternalKind(found(model)), withoutExternalKind(expectedPorts(rawObjects(name), mode)));
        assert.deepEqual(model.problems, []);
      });
    }

    it(`${name} in iptables mode tells the kinds that rules tell`, async () => {
      const model = interpretSnapshot(await loadCase(name, 'iptables'), { mode: 'iptables' });
      const told = new Map<string, string>(
        model.services.flatMap(({ frontends }) =>
          frontends
            .filter(({ kindAssumed }) => kindAssumed !== true)
            .map(({ kind, ip, port }) => [`${ip ?? '*'} ${port}`, kind] as const),
        ),
      );
      for (const { frontends } of expectedPorts(rawObjects(name), 'iptables')) {
        for (const frontend of frontends) {
          const kind = told.get(frontend.address);
          if (kind !== undefined) assert.equal(kind, frontend.kind);
        }
      }
    });

    it(`${name} in ipvs mode, without objects, stands under addresses`, async () => {
      const model = interpretSnapshot(await loadCase(name, 'ipvs'), { mode: 'auto' });
      const expected = expectedPorts(rawObjects(name), 'ipvs').flatMap(({ port, frontends }) =>
        frontends.map((frontend) => `${port.split('/')[2]} ${frontend.kind} ${frontend.address}`),
      );
      const shown = model.services.flatMap(({ namespace, name: service, port, frontends }) => {
        assert.equal(`${namespace}${service}${port.name}`, '');
        return frontends.map(({ kind, ip, port: number }) => `${port.protocol.toUpperCase()} ${kind} ${ip} ${number}`);
      });
      assert.deepEqual(shown.sort(), expected.sort());
      assert.deepEqual(model.problems, []);
    });
  }
});
