import { type FromPacketPath, toPacketPath } from '../protocol/packetPath.ts';
import { vscodeApi } from '../vscodeApi.ts';
import { PacketPathPage } from './packetPathPage.ts';
import { firstPageState, pageStateSchema } from './pageState.ts';
import './packetPath.css';
import './picture.css';
import './steps.css';
import './tables.css';

/** Connects the packet path view with the extension. */
export function startPacketPath(): void {
  const vscode = vscodeApi();
  const send = (message: FromPacketPath): void => vscode.postMessage(message);
  const stored = pageStateSchema.safeParse(vscode.getState());
  const state = stored.success ? stored.data : firstPageState;
  const page = new PacketPathPage(document.body, state, send, (next) => vscode.setState(next));
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const message = toPacketPath.safeParse(event.data);
    if (message.success) page.receive(message.data);
  });
  send({
    type: 'ready',
    ...(state.form === undefined ? {} : { form: state.form }),
    ...(stored.success ? { tab: state.tab } : {}),
  });
}
