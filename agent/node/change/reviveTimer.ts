import type { ChangeEnvironment } from './changeEnvironment.ts';
import { needsTimer } from './changeRecord.ts';
import { startTimer } from './startTimer.ts';
import { hasTimer } from './timerFile.ts';

/** Starts the timer of the last change again where it is needed and somebody killed it. */
export async function reviveTimer({ machine, folder, program }: ChangeEnvironment): Promise<void> {
  if (!machine.isRoot()) return;
  const { latest } = await folder.readRecord();
  if (latest === undefined || !needsTimer(latest) || (await hasTimer(folder.timerFile, latest.id))) return;
  await startTimer(machine, folder, latest.id, program);
}
