/** Makes the pictures of README.md from a recorded case, and from a test node that is changed: `npm run pictures`. */
import { join } from 'node:path';
import { packageExtension } from '../start/vsix.ts';
import { caseFolder } from '../start/workspace.ts';
import { startTestNode } from '../vm/startTestNode.ts';
import { PathView } from './harness/pathView.ts';
import { Session } from './harness/session.ts';
import type { Workbench } from './harness/workbench.ts';

const mediaFolder = join(import.meta.dirname, '../../extension/media');
const service = 'api-10';

/** An emulated node takes its time. */
const patience = 600_000;

await packageExtension(['x64'], (line) => console.log(line));
await pictureDumps();
await picturePacketPath();
await picturePlan();

/** Drags the edge of the side bar to the right, so that its lines fit. */
async function widenSideBar({ page }: Workbench): Promise<void> {
  const edge = await page.locator('.part.sidebar').boundingBox();
  if (edge === null) return;
  const from = edge.x + edge.width;
  await page.mouse.move(from, 400);
  await page.mouse.down();
  await page.mouse.move(from + 160, 400, { steps: 4 });
  await page.mouse.up();
}

/** The tree with the rules of a Service, and its path. */
async function pictureDumps(): Promise<void> {
  await using session = await Session.start({
    workspace: caseFolder('mixed-60'),
    settings: { 'editor.minimap.enabled': false, 'workbench.secondarySideBar.defaultVisibility': 'hidden' },
  });
  const { workbench } = session;
  const { page } = workbench;
  const tree = workbench.tree('Nodes');

  await page.setViewportSize({ width: 1440, height: 820 });
  await workbench.openViewContainer('Kube Service Rules');
  await workbench.pressInWelcomeView('Open Rule Dumps...');
  await workbench.chooseFolder('iptables', 'iptables-save.txt');
  await tree.row(/^mixed-60/).waitFor();
  await workbench.useTheme('dark');

  await widenSideBar(workbench);
  await tree.expand('default');
  await tree.expand(service);
  await tree.expand(/^http, TCP 80/);
  await tree.expand(/^KUBE-SVC/);
  await tree.select(/^10\.244\.0\.32/);
  await workbench.editorTab(new RegExp(service)).waitFor();
  await page.screenshot({ path: join(mediaFolder, 'screenshot.png') });

  await tree.chooseFromMenu(service, 'Show Service Path');
  // The tooltip of the row under the pointer would hide what stands below it.
  await page.mouse.move(1200, 700);
  await page.setViewportSize({ width: 1680, height: 640 });
  const frame = await workbench.webviewFrame();
  await frame.locator('svg').first().waitFor();
  await page.locator('.monaco-hover:visible').waitFor({ state: 'detached' });
  await page.screenshot({ path: join(mediaFolder, 'service-path.png') });
}

/** The plan of a switch to ipvs, on a node to which the Services of workspace/shop.yaml were applied. */
async function picturePlan(): Promise<void> {
  await using node = await startTestNode();
  await using session = await Session.start({
    workspace: join(import.meta.dirname, 'workspace'),
    settings: { 'kubeServiceRules.sshConfigFile': node.ssh.configFile, 'editor.minimap.enabled': false },
  });
  const { workbench } = session;
  const { page } = workbench;
  const tree = workbench.tree('Nodes');
  page.setDefaultTimeout(patience);

  await page.setViewportSize({ width: 1440, height: 820 });
  await workbench.openViewContainer('Kube Service Rules');
  await workbench.pressInWelcomeView('Connect to a Node...');
  await workbench.pick('testnode');
  await workbench.pressInDialog('Copy');
  await tree.row('testnode, no Service rules').waitFor();
  await workbench.useTheme('dark');
  await widenSideBar(workbench);
  await workbench.runCommand('Kubernetes Service Rules: Mark Node as Test Node...');
  await workbench.pressInDialog('Mark as Test Node');
  await workbench.openFile('shop.yaml');
  await workbench.codeLens('Apply to Test Node testnode').click();
  await workbench.pick('iptables');
  await workbench.pressInNotification('The plan for testnode is open', 'Apply');
  await workbench.checkedItems().waitFor();
  await workbench.quickInput().press('Enter');
  await workbench.notification('the Services are applied').waitFor();
  await tree.row('testnode, iptables, test node, 2 Services').waitFor();
  await tree.expand('shop');
  await tree.expand('web');
  await workbench.runCommand('Notifications: Clear All Notifications');
  await workbench.runCommand('Kubernetes Service Rules: Toggle Proxy Mode...');
  await workbench.pick('ipvs');
  await workbench.notification('The plan for testnode is open').waitFor();
  await page.screenshot({ path: join(mediaFolder, 'plan.png') });
}

/** The way of a packet from a pod to a cluster IP, through saved rules of a node with its addresses and routes. */
async function picturePacketPath(): Promise<void> {
  await using session = await Session.start({
    workspace: join(import.meta.dirname, 'dumps'),
    settings: { 'workbench.secondarySideBar.defaultVisibility': 'hidden' },
  });
  const { workbench } = session;
  const { page } = workbench;
  const tree = workbench.tree('Nodes');

  await page.setViewportSize({ width: 1440, height: 1000 });
  await workbench.openViewContainer('Kube Service Rules');
  await workbench.pressInWelcomeView('Open Rule Dumps...');
  await workbench.chooseFolder('worker-1', 'iptables-save.txt');
  await tree.row(/worker-1/).waitFor();
  await workbench.useTheme('dark');
  await tree.expand('Services');
  await tree.expand('default');
  await tree.chooseFromMenu('app1', 'Trace Packet...');
  const path = await PathView.in(workbench);
  await path.rules('(iptables)');
  await path.focusStep(/translates the destination to 10\.0\.0\.2:8080/);
  // The tooltip of the row under the pointer would hide what stands beside it.
  await page.mouse.move(1420, 985);
  await page.locator('.monaco-hover:visible').waitFor({ state: 'detached' });
  await page.screenshot({ path: join(mediaFolder, 'packet-path.png') });
}
