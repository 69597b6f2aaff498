import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadMode } from '../start/modeKeys.ts';
import { caseFolder } from '../start/workspace.ts';
import { startTestNode } from '../vm/startTestNode.ts';
import type { TestNode } from '../vm/testNode.ts';
import { PathView } from './harness/pathView.ts';
import { addPod } from './harness/podNetwork.ts';
import { Session } from './harness/session.ts';
import { themeNames } from './harness/workbench.ts';

/** The case with one Service, default/app1 at 10.96.0.10:80, and three endpoints. */
const caseName = 'classic';

/** Uploading the runtime to an emulated node takes a minute when the machine has other things to do. */
const deliveryTimeout = 300_000;

const thirds = ['10.0.0.2:8080 1/3', '10.0.0.3:8080 1/3', '10.0.0.4:8080 1/3'];

describe('the packet path in VS Code', () => {
  let node: TestNode;
  let session: Session;

  before(async () => {
    node = await startTestNode();
    await addPod(node);
    await loadMode(node, caseName, 'iptables');
    session = await Session.start({
      workspace: caseFolder(caseName),
      settings: {
        'kubeServiceRules.sshConfigFile': node.ssh.configFile,
        'kubeServiceRules.objectsFile': 'objects.jsonl',
      },
    });
  });
  after(async () => {
    await session?.[Symbol.asyncDispose]();
    await node?.stop();
  });

  const workbench = () => session.workbench;
  const tree = () => session.workbench.tree('Nodes');
  const view = () => PathView.in(session.workbench);
  const command = (title: string) => workbench().runCommand(`Kubernetes Service Rules: ${title}`);

  const refreshIn = async (mode: 'ipvs' | 'nftables') => {
    await loadMode(node, caseName, mode);
    await workbench().pressOverView('Refresh All');
    await tree().row(`testnode, ${mode}, 1 Service`).waitFor();
  };

  it('opens from a Service, with sensible choices made', (test) =>
    session.explainFailure(test, async () => {
      await workbench().openViewContainer('Kube Service Rules');
      await workbench().pressInWelcomeView('Connect to a Node...');
      await workbench().pick('testnode');
      await workbench().pressInDialog('Copy');
      await tree().row('testnode, iptables, 1 Service').waitFor({ timeout: deliveryTimeout });
      await tree().expand('Services');
      await tree().expand('default');
      await tree().chooseFromMenu('app1', 'Trace Packet...');
      const path = await view();
      await path.rules('the rules of testnode (iptables)');
      assert.deepEqual(await path.outcomes(), thirds);
      assert.deepEqual(await path.places(), ['prerouting', 'routing', 'forward', 'postrouting']);
    }));

  for (const theme of themeNames) {
    it(`can be looked at in the theme ${theme}`, (test) =>
      session.explainFailure(test, async () => {
        await workbench().useTheme(theme);
        await workbench().screenshot(`packet-path-${theme}`);
      }));
  }

  it('follows a packet of another source', (test) =>
    session.explainFailure(test, async () => {
      const path = await view();
      await path.chooseSource('This node');
      assert.deepEqual(await path.outcomes(), thirds);
      assert.deepEqual(await path.places(), ['outputRouting', 'output', 'postrouting']);
      await path.chooseSource('Pod of this node');
      assert.deepEqual(await path.places(), ['prerouting', 'routing', 'forward', 'postrouting']);
    }));

  it('walks the steps with the keyboard, and opens the rule of one', (test) =>
    session.explainFailure(test, async () => {
      const path = await view();
      await path.focusStep(/translates the destination to 10\.0\.0\.2:8080/);
      await workbench().page.keyboard.press('Enter');
      await workbench().currentEditorLine(/-A KUBE-SEP-\w+ .*--to-destination 10\.0\.0\.2:8080/);
      await workbench().screenshot('packet-path-rule');
    }));

  it('says why a packet does not go elsewhere', (test) =>
    session.explainFailure(test, async () => {
      const path = await view();
      const answer = await path.whyNot('drop');
      assert.ok(answer.length > 10, answer);
      await workbench().screenshot('packet-path-why-not');
    }));

  it('compares modes, and says what they cost', (test) =>
    session.explainFailure(test, async () => {
      const path = await view();
      await path.openTab('Side by Side');
      assert.deepEqual(await path.columns(), ['iptables', 'ipvs', 'nftables']);
      await path.press('What the Modes Cost');
      await path.text('One more endpoint');
      await workbench().screenshot('packet-path-modes');
    }));

  it('checks a migration, and exports it', (test) =>
    session.explainFailure(test, async () => {
      const path = await view();
      await path.openTab('Migration Check');
      await path.press('Check');
      await path.text('From iptables to nftables');
      await workbench().screenshot('packet-path-migration');
      await path.press('Export as Markdown');
      await workbench().editorLine(/^#/).first().waitFor();
    }));

  it('goes from a rule in the editor back to the path', (test) =>
    session.explainFailure(test, async () => {
      await tree().expand('app1');
      await tree().expand('TCP 80');
      await tree().select('10.96.0.10:80');
      await workbench().currentEditorLine(/-d 10\.96\.0\.10\/32/);
      await command('Trace Packet Through This Rule');
      const path = await view();
      assert.deepEqual(await path.outcomes(), thirds);
    }));

  it('follows the node into ipvs mode', (test) =>
    session.explainFailure(test, async () => {
      await refreshIn('ipvs');
      const path = await view();
      await path.rules('the rules of testnode (ipvs)');
      assert.deepEqual(await path.outcomes(), thirds);
      assert.deepEqual((await path.places()).slice(0, 4), ['prerouting', 'routing', 'input', 'ipvs']);
      assert.equal((await path.places()).at(-1), 'postrouting');
      await workbench().screenshot('packet-path-ipvs');
    }));

  it('follows the node into nftables mode', (test) =>
    session.explainFailure(test, async () => {
      await refreshIn('nftables');
      const path = await view();
      await path.rules('the rules of testnode (nftables)');
      assert.deepEqual(await path.outcomes(), thirds);
      assert.deepEqual(await path.places(), ['prerouting', 'routing', 'forward', 'postrouting']);
      await workbench().screenshot('packet-path-nftables');
    }));

  it('comes back when the window is loaded anew', (test) =>
    session.explainFailure(test, async () => {
      await workbench().reload();
      const path = await view();
      await path.press('Connect');
      await path.openTab('Path');
      await path.rules('the rules of testnode (nftables)');
      assert.deepEqual(await path.outcomes(), thirds);
    }));
});
