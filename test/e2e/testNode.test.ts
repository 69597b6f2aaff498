import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { loadMode } from '../start/modeKeys.ts';
import { caseFolder } from '../start/workspace.ts';
import { startTestNode } from '../vm/startTestNode.ts';
import type { TestNode } from '../vm/testNode.ts';
import { Session } from './harness/session.ts';
import { themeNames } from './harness/workbench.ts';

/** The case with one Service, default/app1 at 10.96.0.10:80, and three endpoints. */
const caseName = 'classic';

/** Uploading the runtime to an emulated node takes a minute when the machine has other things to do. */
const deliveryTimeout = 300_000;

describe('the test node in VS Code', () => {
  let node: TestNode;
  let session: Session;

  before(async () => {
    node = await startTestNode();
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

  /** The rows below the port of the only Service, without counters. */
  const rowsOfPort = async () => {
    const rows = (await tree().rows()).map(({ name }) => name.replace(/, [\d.,]+ (pkts|conns).*$/, '').trim());
    return rows.slice(
      rows.indexOf('TCP 80, 3 endpoints'),
      rows.findIndex((name) => name.startsWith('Base Chains')),
    );
  };

  /** Loads another mode's rules into the node, and refreshes with the button over the tree. */
  const refreshIn = async (mode: 'ipvs' | 'nftables') => {
    await loadMode(node, caseName, mode);
    await workbench().pressOverView('Refresh All');
    await tree().row(`testnode, ${mode}, 1 Service`).waitFor();
  };

  it('is connected to in two clicks from the welcome view', (test) =>
    session.explainFailure(test, async () => {
      await workbench().openViewContainer('Kube Service Rules');
      await workbench().screenshot('welcome');
      await workbench().pressInWelcomeView('Connect to a Node...');
      await workbench().pick('testnode');
      await workbench().pressInDialog('Copy');
      await tree().row('testnode, iptables, 1 Service').waitFor({ timeout: deliveryTimeout });
    }));

  it('shows a Service of iptables mode down to its endpoints', (test) =>
    session.explainFailure(test, async () => {
      for (const row of ['Services', 'default', 'app1', 'TCP 80', 'KUBE-SVC-']) {
        await tree().expand(row);
      }
      assert.deepEqual(await rowsOfPort(), [
        'TCP 80, 3 endpoints',
        '10.96.0.10:80, cluster IP',
        'KUBE-SVC-4QFXEAV27BCWXK5E, all endpoints, 4 rules',
        '10.0.0.2:8080, 33.3%, on this node',
        '10.0.0.3:8080, 33.3%',
        '10.0.0.4:8080, 33.3%',
      ]);
    }));

  it('opens the rules of an endpoint at the rule that translates to it', (test) =>
    session.explainFailure(test, async () => {
      await tree().select('10.0.0.3:8080');
      await workbench().editorTab(/app1/).waitFor();
      const line = await workbench().currentEditorLine(
        /-A KUBE-SEP-UTOHTRJPHPWSMQ2O .*--to-destination 10\.0\.0\.3:8080/,
      );
      assert.ok(line > 1);
    }));

  for (const theme of themeNames) {
    it(`can be looked at in the theme ${theme}`, (test) =>
      session.explainFailure(test, async () => {
        await workbench().useTheme(theme);
        await workbench().screenshot(`iptables-${theme}`);
      }));
  }

  it('shows the virtual server of ipvs mode after a refresh', (test) =>
    session.explainFailure(test, async () => {
      await refreshIn('ipvs');
      await tree().expand(/^10\.96\.0\.10:80, TCP, rr/);
      assert.deepEqual(await rowsOfPort(), [
        'TCP 80, 3 endpoints',
        '10.96.0.10:80, cluster IP',
        '10.96.0.10:80, TCP, rr, 3 real servers',
        '10.0.0.2:8080, 33.3%, weight 1',
        '10.0.0.3:8080, 33.3%, weight 1',
        '10.0.0.4:8080, 33.3%, weight 1',
      ]);
      await workbench().screenshot('ipvs');
    }));

  it('shows the maps and chains of nftables mode after a refresh', (test) =>
    session.explainFailure(test, async () => {
      await refreshIn('nftables');
      await tree().expand('service-');
      assert.deepEqual(await rowsOfPort(), [
        'TCP 80, 3 endpoints',
        '10.96.0.10:80, cluster IP',
        '10.96.0.10 . tcp . 80, → goto service-GX25I5IS-default/app1/tcp/, service-ips',
        'service-GX25I5IS-default/app1/tcp/, all endpoints, 1 rule',
        '10.0.0.2:8080, 33.3%, on this node',
        '10.0.0.3:8080, 33.3%',
        '10.0.0.4:8080, 33.3%',
      ]);
      await workbench().screenshot('nftables');
    }));

  it('is left as it was when the agent is uninstalled', (test) =>
    session.explainFailure(test, async () => {
      await workbench().runCommand('Kubernetes Service Rules: Uninstall Agent from Node');
      await workbench().pressInDialog('Uninstall');
      await workbench()
        .notification(/removed/i)
        .waitFor();
      const { exitCode } = await node.tryRun(['test', '-e', '/var/lib/kube-service-rules']);
      assert.equal(exitCode, 1);
    }));
});
