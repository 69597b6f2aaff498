import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { caseFolder } from '../start/workspace.ts';
import { Session } from './harness/session.ts';

describe('saved dumps in VS Code', () => {
  let session: Session;

  before(async () => {
    session = await Session.start({
      workspace: caseFolder('random-1'),
      settings: { 'kubeServiceRules.objectsFile': 'objects.jsonl' },
    });
  });
  after(() => session?.[Symbol.asyncDispose]());

  const workbench = () => session.workbench;
  const tree = () => session.workbench.tree('Nodes');

  it('open from the welcome view', (test) =>
    session.explainFailure(test, async () => {
      await workbench().openViewContainer('Kube Service Rules');
      await workbench().pressInWelcomeView('Open Rule Dumps...');
      await workbench().chooseFolder('ipvs', 'ipvsadm-save.txt');
      await tree()
        .row(/ipvs, 9 Services$/)
        .waitFor();
      await tree().expand('default');
      await workbench().screenshot('dumps-ipvs');
    }));

  it('are found by the port of a Service', (test) =>
    session.explainFailure(test, async () => {
      await workbench().runCommand('Kubernetes Service Rules: Filter...');
      await workbench().answer('30000');
      await tree().row('shop').waitFor();
      await tree().row('default').waitFor({ state: 'detached' });
      await workbench().runCommand('Kubernetes Service Rules: Clear Filter');
      await tree().row('default').waitFor();
    }));

  it('can be walked and read with the keyboard alone', (test) =>
    session.explainFailure(test, async () => {
      await tree().expand('a-b');
      await tree().focus('dns-2');
      await workbench().page.keyboard.press('Enter');
      await workbench().editorTab(/dns-2/).waitFor();
      await workbench().editorLine('-A -t 10.96.0.5:5432 -s rr -p 3600').waitFor();
    }));
});

describe('VS Code in Chinese', () => {
  it('has a Chinese view', async (test) => {
    await using session = await Session.start({ workspace: caseFolder('random-1'), locale: 'zh-cn' });
    await session.explainFailure(test, async () => {
      const { workbench } = session;
      await workbench.openViewContainer('Kube Service Rules');
      await workbench.pressInWelcomeView('打开规则转储');
      await workbench.chooseFolder('iptables', 'iptables-save.txt');
      const tree = workbench.tree('节点');
      await tree.row(/iptables, 9/).waitFor();
      await workbench.screenshot('dumps-chinese');
      const groups = (await tree.rows()).filter(({ level }) => level === 2).map(({ name }) => name.trim());
      assert.deepEqual(groups, ['Service, 9', '基础链, 24', '其他规则, 1', '读取的内容, 1']);
    });
  });
});
