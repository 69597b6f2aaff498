import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startTestNode } from '../vm/startTestNode.ts';
import type { TestNode } from '../vm/testNode.ts';
import { Session } from './harness/session.ts';

/** Holds shop.yaml: the Services shop/web, with a node port, and shop/cart. */
const workspace = join(import.meta.dirname, 'workspace');

/** Uploading the runtime to an emulated node takes a minute when the machine has other things to do. */
const deliveryTimeout = 300_000;

/** Applying runs a dozen tools on the emulated node, and reads it twice. */
const changeTimeout = 180_000;

describe('applying Services to a test node from VS Code', () => {
  let node: TestNode;
  let session: Session;

  before(async () => {
    node = await startTestNode();
    session = await Session.start({ workspace, settings: settings() });
  });
  after(async () => {
    await session?.[Symbol.asyncDispose]();
    await node?.stop();
  });

  const settings = () => ({
    'kubeServiceRules.sshConfigFile': node.ssh.configFile,
    // Emulated, and beside other tests, the node takes up to a minute for a new connection and a reading.
    'kubeServiceRules.apply.confirmWithin': 300,
  });
  const workbench = () => session.workbench;
  const tree = () => session.workbench.tree('Nodes');
  const command = (title: string) => workbench().runCommand(`Kubernetes Service Rules: ${title}`);
  const nodeRow = (text: string) => tree().row(`testnode, ${text}`);

  /** Waits for the plan, looks at it, and applies it; agrees to what the node lacks, where it lacks something. */
  const applyPlan = async (picture: string, lacks: 'nothing' | 'something') => {
    await workbench().notification('The plan for testnode is open').waitFor({ timeout: changeTimeout });
    await workbench().editorTab('Plan for testnode').waitFor();
    await workbench().screenshot(`${picture}-plan`);
    // Something comes for each Service, and in ipvs mode too it is known for which.
    await workbench()
      .editorLine(/#\s+shop\/web\s+\+[1-9]/)
      .waitFor();
    await workbench().goToSymbol('shop/web');
    await workbench().editorLine('+++ shop/web').waitFor();
    await workbench().pressInNotification('The plan for testnode is open', 'Apply');
    if (lacks === 'something') {
      await workbench().checkedItems().waitFor();
      await workbench().screenshot(`${picture}-consent`);
      await workbench().quickInput().press('Enter');
    }
  };

  const savedRules = async (...argv: readonly [string, ...string[]]) => (await node.run(argv)).toString();

  it('begins with the mark, which says what it allows', (test) =>
    session.explainFailure(test, async () => {
      await workbench().openViewContainer('Kube Service Rules');
      await workbench().pressInWelcomeView('Connect to a Node...');
      await workbench().pick('testnode');
      await workbench().pressInDialog('Copy');
      await nodeRow('no Service rules').waitFor({ timeout: deliveryTimeout });
      await command('Mark Node as Test Node...');
      await workbench().dialog('Mark testnode as a test node?').waitFor();
      await workbench().screenshot('applying-mark');
      await workbench().pressInDialog('Mark as Test Node');
      await nodeRow('no Service rules, test node').waitFor();
    }));

  it('is offered above a file with Services, and shows what it would do first', (test) =>
    session.explainFailure(test, async () => {
      await workbench().openFile('shop.yaml');
      await workbench().codeLens('Apply to Test Node testnode').waitFor();
      await workbench().screenshot('applying-file');
      await workbench().codeLens('Apply to Test Node testnode').click();
      await workbench().pick('iptables');
      await applyPlan('applying-iptables', 'something');
    }));

  it('confirms by itself, and shows the Services in the tree', (test) =>
    session.explainFailure(test, async () => {
      await workbench().notification('the Services are applied (iptables)').waitFor({ timeout: changeTimeout });
      await nodeRow('iptables, test node, 2 Services').waitFor();
      await tree().expand('shop');
      await tree().row('web').waitFor();
      await workbench().screenshot('applying-iptables');
      const rules = await savedRules('iptables-save', '-t', 'nat');
      assert.match(rules, /-A KUBE-SERVICES -d 10\.96\.10\.1\/32 .*shop\/web:http cluster IP/);
      assert.match(rules, /-A KUBE-SEP-\w+ .*--to-destination 10\.244\.2\.20:9090/);
    }));

  it('says plainly that there is nothing to change', (test) =>
    session.explainFailure(test, async () => {
      await workbench().editorTab('shop.yaml').click();
      await command('Apply to Test Node...');
      await workbench().pick('iptables');
      await workbench().notification('the rules are as wanted already').waitFor({ timeout: changeTimeout });
    }));

  it('toggles to ipvs from the tree, which then shows virtual servers', (test) =>
    session.explainFailure(test, async () => {
      await tree().chooseFromMenu('testnode', 'Toggle Proxy Mode...');
      await workbench().screenshot('applying-modes');
      await workbench().pick('ipvs');
      await applyPlan('applying-ipvs', 'something');
      await workbench().notification('testnode was switched from iptables to ipvs').waitFor({ timeout: changeTimeout });
      await nodeRow('ipvs, test node, 2 Services').waitFor();
      await tree().expand('web');
      await tree().expand('http, TCP 80');
      await tree()
        .row(/^10\.96\.10\.1:80, TCP, rr, 2 real servers/)
        .waitFor();
      await workbench().screenshot('applying-ipvs');
      assert.match(await savedRules('ipvsadm', '-Sn'), /-A -t 10\.96\.10\.1:80 -s rr/);
      assert.doesNotMatch(await savedRules('iptables-save'), /KUBE-(SVC|SEP)-/);
    }));

  it('undoes that from the message about it', (test) =>
    session.explainFailure(test, async () => {
      await workbench().pressInNotification('testnode was switched from iptables to ipvs', 'Undo');
      await applyPlan('applying-undo', 'nothing');
      await workbench().notification('the last change is undone (iptables)').waitFor({ timeout: changeTimeout });
      await nodeRow('iptables, test node, 2 Services').waitFor();
      assert.equal(await savedRules('ipvsadm', '-Sn'), '');
      assert.match(await savedRules('iptables-save', '-t', 'nat'), /-A KUBE-SEP-\w+ .*10\.244\.2\.20:9090/);
    }));

  it('counts down where the user wants to be asked, and rolls back', (test) =>
    session.explainFailure(test, async () => {
      await session.replaceSettings({ ...settings(), 'kubeServiceRules.apply.confirm': 'ask' });
      await command('Toggle Proxy Mode...');
      await workbench().pick('nftables');
      await applyPlan('applying-nftables', 'nothing');
      const question = 'testnode answers over a new connection, and reads as nftables';
      await workbench().notification(question).waitFor({ timeout: changeTimeout });
      await workbench()
        .statusBarItem(/testnode rolls back in \d+ s/)
        .waitFor();
      await nodeRow('nftables, test node, change not confirmed yet, 2 Services').waitFor();
      await workbench().screenshot('applying-question');
      await workbench().pressInNotification(question, 'Roll Back Now');
      await workbench().notification('testnode was rolled back').waitFor({ timeout: changeTimeout });
      await nodeRow('iptables, test node, 2 Services').waitFor();
      await workbench().screenshot('applying-rolled-back');
      assert.doesNotMatch(await savedRules('nft', 'list', 'tables'), /kube-proxy/);
    }));

  it('reads as well in Chinese', async (test) => {
    await session[Symbol.asyncDispose]();
    session = await Session.start({ workspace, settings: settings(), locale: 'zh-cn' });
    await session.explainFailure(test, async () => {
      await workbench().openViewContainer('Kube Service Rules');
      await workbench().pressInWelcomeView('连接到节点...');
      await workbench().pick('testnode');
      const nodes = workbench().tree('节点');
      await nodes.row('testnode, iptables, 测试节点, 2 个 Service').waitFor({ timeout: changeTimeout });
      await nodes.chooseFromMenu('testnode', '切换代理模式...');
      await workbench().pick('nftables');
      await workbench().notification('testnode 的计划已打开').waitFor({ timeout: changeTimeout });
      await workbench().editorLine('# testnode: 切换模式，iptables → nftables').waitFor();
      await workbench().screenshot('applying-chinese');
    });
  });
});
