/** The page of the Service path panel: connects the view with the extension. */
import * as z from 'zod/mini';
import { type FromView, toView } from '../protocol.ts';
import { registerControls } from '../toolkit.ts';
import './packetPath.css';
import { PathView, type ViewState } from './pathView.ts';

/** The page's way to the extension; VS Code puts it there. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromView): void;
  getState(): unknown;
  setState(state: ViewState): void;
};

// The page may not evaluate strings, which zod would otherwise do to be faster.
z.config({ jitless: true });

const stateSchema = z.object({ filter: z.string(), allEndpoints: z.boolean(), focused: z.optional(z.string()) });

registerControls();
const vscode = acquireVsCodeApi();
const stored = stateSchema.safeParse(vscode.getState());
const view = new PathView(
  document.body,
  stored.success ? stored.data : { filter: '', allEndpoints: false },
  (message) => vscode.postMessage(message),
  (state) => vscode.setState(state),
);
window.addEventListener('message', (event: MessageEvent<unknown>) => {
  const message = toView.safeParse(event.data);
  if (!message.success) return;
  if (message.data.type === 'graph') view.showGraph(message.data.graph, message.data.texts);
  else view.showMessage(message.data.text);
});
window.addEventListener('resize', () => view.resize());
vscode.postMessage({ type: 'ready' });
