/** Makes the pictures of README.md from a recorded case: `npm run pictures`. */
import { join } from 'node:path';
import { packageExtension } from '../start/vsix.ts';
import { caseFolder } from '../start/workspace.ts';
import { Session } from './harness/session.ts';

const mediaFolder = join(import.meta.dirname, '../../extension/media');
const service = 'api-10';

await packageExtension([], (line) => console.log(line));
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

const edge = await page.locator('.part.sidebar').boundingBox();
if (edge) {
  const from = edge.x + edge.width;
  await page.mouse.move(from, 400);
  await page.mouse.down();
  await page.mouse.move(from + 160, 400, { steps: 4 });
  await page.mouse.up();
}
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
