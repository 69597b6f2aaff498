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
      const { keyboard } = workbench().page;
      await tree().focus('Services');
      await keyboard.press('ArrowRight');
      await keyboard.press('ArrowRight');
      await keyboard.press('ArrowRight');
      await keyboard.press('ArrowRight');
      await keyboard.press('Enter');
      await workbench().editorTab(/./).waitFor();
      assert.notEqual((await workbench().visibleEditorLines()).join(''), '');
    }));
});

describe('in Chinese', () => {
  it('every text of the view is Chinese', async (test) => {
    await using session = await Session.start({ workspace: caseFolder('random-1'), locale: 'zh-cn' });
    await session.explainFailure(test, async () => {
      const { workbench } = session;
      await workbench.openViewContainer('Kube Service Rules');
      await workbench.pressInWelcomeView('打开规则转储');
      await workbench.chooseFolder('iptables', 'iptables-save.txt');
      await workbench
        .tree('节点')
        .row(/iptables/)
        .waitFor();
      await workbench.screenshot('dumps-chinese');
    });
  });
});
