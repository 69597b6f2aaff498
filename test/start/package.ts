/** `npm run package`: makes kube-service-rules.vsix, with the Node.js executables for nodes of both processors. */
import { createProgress } from './progress.ts';
import { runtimeArchitectures } from './runtimes.ts';
import { packageExtension } from './vsix.ts';

const progress = createProgress();
const vsix = await progress.step('Building the extension', (detail) => packageExtension(runtimeArchitectures, detail));
progress.info(vsix);
