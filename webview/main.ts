/** The page of every panel: starts the view that its body names. */
import * as z from 'zod/mini';
import { startPacketPath } from './packetPath/startPacketPath.ts';
import { startServicePath } from './servicePath/startServicePath.ts';
import { registerControls } from './toolkit.ts';

// The page may not evaluate strings, which zod would otherwise do to be faster.
z.config({ jitless: true });

registerControls();
if (document.body.dataset['view'] === 'packetPath') startPacketPath();
else startServicePath();
