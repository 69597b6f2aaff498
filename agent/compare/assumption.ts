import type { TraceFact } from '../model/packetTrace.ts';
import type { AssumptionCode } from './migrationCodes.ts';

/** A fact that what was compiled rests on. */
export function assumption(code: AssumptionCode, message: string, args: TraceFact['args'] = {}): TraceFact {
  return { code, message, args };
}
