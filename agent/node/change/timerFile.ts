import { open, readFile } from 'node:fs/promises';
import * as z from 'zod/mini';
import { isAlive, ownIdentity, processIdentity } from './processIdentity.ts';
import { reserveFile } from './reserveFile.ts';

const announcement = z.object({ change: z.string(), timer: processIdentity });

/** Bytes; the room is taken before a change, so that a timer can announce itself on a disk that is full by then. */
const fileLength = 512;

/** @throws ChangeError `no-room` */
export function reserveTimerFile(path: string): Promise<void> {
  return reserveFile(path, fileLength);
}

/** Says that this process is the timer of a change. */
export async function announceTimer(path: string, change: string): Promise<void> {
  const bytes = Buffer.alloc(fileLength, ' ');
  bytes.write(JSON.stringify({ change, timer: ownIdentity() }));
  const file = await open(path, 'r+');
  try {
    await file.write(bytes, 0, fileLength, 0);
  } finally {
    await file.close();
  }
}

/** Whether a process lives that has announced itself as the timer of a change. */
export async function hasTimer(path: string, change: string): Promise<boolean> {
  try {
    const { data } = announcement.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return data?.change === change && isAlive(data.timer);
  } catch {
    return false;
  }
}
