import * as z from 'zod/mini';
import { type FromView, toView } from '../protocol/servicePath.ts';
import { vscodeApi } from '../vscodeApi.ts';
import { PathView } from './pathView.ts';
import './servicePath.css';

const stateSchema = z.object({ filter: z.string(), allEndpoints: z.boolean(), focused: z.optional(z.string()) });

/** Connects the Service path view with the extension. */
export function startServicePath(): void {
  const vscode = vscodeApi();
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
  vscode.postMessage({ type: 'ready' } satisfies FromView);
}
