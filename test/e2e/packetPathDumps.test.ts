import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { caseFolder } from '../start/workspace.ts';
import { PathView } from './harness/pathView.ts';
import { Session } from './harness/session.ts';
import { themeNames } from './harness/workbench.ts';

const thirds = ['10.0.0.2:8080 1/3', '10.0.0.3:8080 1/3', '10.0.0.4:8080 1/3'];

/** A file of each mode's dumps, and the places that a packet from a pod goes through. */
const modes = [
  { mode: 'iptables', file: 'iptables-save.txt', places: ['prerouting', 'routing', 'forward', 'postrouting'] },
  {
    mode: 'ipvs',
    file: 'ipvsadm-save.txt',
    places: ['prerouting', 'routing', 'input', 'ipvs', 'output', 'postrouting'],
  },
  { mode: 'nftables', file: 'nft.txt', places: ['prerouting', 'routing', 'forward', 'postrouting'] },
] as const;

describe('the packet path of saved dumps', () => {
  let session: Session;

  before(async () => {
    session = await Session.start({
      workspace: caseFolder('classic'),
      settings: { 'kubeServiceRules.objectsFile': 'objects.jsonl' },
    });
  });
  after(() => session?.[Symbol.asyncDispose]());

  const workbench = () => session.workbench;
  const tree = () => session.workbench.tree('Nodes');

  for (const { mode, file, places } of modes) {
    it(`goes through the hooks of ${mode} mode`, (test) =>
      session.explainFailure(test, async () => {
        await workbench().openViewContainer('Kube Service Rules');
        await workbench().runCommand('Kubernetes Service Rules: Open Rule Dumps...');
        await workbench().chooseFolder(mode, file);
        await tree().row(`classic/${mode}, ${mode}, 1 Service`).waitFor();
        await tree().chooseFromMenu(`classic/${mode}`, 'Trace Packet...');
        await workbench().editorTab(`Packet Path: classic/${mode}`).waitFor();
        const view = await PathView.in(workbench());
        await view.rules(`the rules of classic/${mode} (${mode})`);
        assert.deepEqual(await view.outcomes(), thirds);
        assert.deepEqual(await view.places(), places);
        for (const theme of themeNames) {
          await workbench().useTheme(theme);
          await workbench().screenshot(`packet-path-${mode}-${theme}`);
        }
        await workbench().runCommand('View: Close All Editors');
        await tree().chooseFromMenu(`classic/${mode}`, 'Close');
        await tree().row(`classic/${mode}`).waitFor({ state: 'detached' });
      }));
  }
});
