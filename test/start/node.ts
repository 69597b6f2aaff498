/** `npm run node -- COMMAND`: test/vm/cli.ts, after the Debian packages that it needs have been installed. */
import { installDebianPackages } from './debianPackages.ts';
import { createProgress } from './progress.ts';

await installDebianPackages(['testNode'], createProgress());
await import('../vm/cli.ts');
