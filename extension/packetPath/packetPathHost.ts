import type { ToPacketPath } from '../../webview/protocol/packetPath.ts';
import type { RulePlace } from '../../webview/protocol/traceView.ts';
import type { Logger } from '../common/logger.ts';
import type { Root } from '../nodes/root.ts';
import type { PresentationContext } from '../tree/presentation/elementPresentation.ts';
import type { FormMemory } from './formMemory.ts';

/** What a conversation with a packet path view needs of the rest; VS Code's panels in use, scripted ones in tests. */
export interface PacketPathHost extends PresentationContext {
  readonly memory: FormMemory;
  readonly log: Logger;
  /** The root that the view is about, as it stands now; it may have been closed and opened again. */
  root(): Root;
  post(message: ToPacketPath): void;
  openRule(place: RulePlace): Promise<void>;
  /** Asks where to, and writes a file. @param name what it is called unless the user says otherwise */
  save(name: string, content: Uint8Array): Promise<void>;
  /** Opens a document that is not saved yet. */
  showText(text: string, language: 'markdown' | 'json'): Promise<void>;
  run(command: 'connect' | 'refresh'): Promise<void>;
}
