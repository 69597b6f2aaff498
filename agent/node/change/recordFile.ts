import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { type ChangeRecord, changeRecord } from './changeRecord.ts';
import { reserveFile } from './reserveFile.ts';

/** Bytes of each of the two files; several times what a record needs. */
const slotLength = 16_384;

const slots = ['record-0', 'record-1'] as const;

const slot = z.object({ sequence: z.number(), record: changeRecord });
type Slot = z.infer<typeof slot>;

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The first line is the digest of the second, which is JSON; spaces fill the rest. */
function encode(content: Slot): Buffer {
  const json = JSON.stringify(content);
  const bytes = Buffer.alloc(slotLength, ' ');
  if (bytes.write(`${digest(json)}\n${json}\n`) === slotLength) throw new Error('The record of changes is too long.');
  return bytes;
}

function decode(text: string): Slot | undefined {
  const [sum, json = ''] = text.split('\n', 2);
  if (sum !== digest(json)) return undefined;
  const parsed = slot.safeParse(JSON.parse(json));
  return parsed.success ? parsed.data : undefined;
}

async function readSlot(path: string): Promise<Slot | undefined> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    return decode(await file.readFile('utf8'));
  } catch (error) {
    // Only root sees the record; others see a node of which they know nothing.
    if (error instanceof Error && 'code' in error && ['ENOENT', 'EACCES'].includes(String(error.code)))
      return undefined;
    throw error;
  } finally {
    await file?.close();
  }
}

async function newestSlot(folder: string): Promise<Slot | undefined> {
  const found = await Promise.all(slots.map((name) => readSlot(join(folder, name))));
  return found
    .filter((content) => content !== undefined)
    .reduce<Slot | undefined>(
      (newest, content) => (newest && newest.sequence > content.sequence ? newest : content),
      undefined,
    );
}

/** The record of a folder; an empty one where nothing was ever changed. */
export async function readRecord(folder: string): Promise<ChangeRecord> {
  return (await newestSlot(folder))?.record ?? {};
}

/**
 * Makes room for records, so that none that is written later can fail because the disk is full by then.
 *
 * @throws ChangeError `no-room`
 */
export async function reserveRecord(folder: string): Promise<void> {
  for (const name of slots) await reserveFile(join(folder, name), slotLength);
}

/**
 * Writes a record. The two files are written in turns and in place: whoever reads, whenever the writer dies, finds the
 * old record or the new one. Only the holder of the lock may write.
 */
export async function writeRecord(folder: string, record: ChangeRecord): Promise<void> {
  const sequence = ((await newestSlot(folder))?.sequence ?? 0) + 1;
  const name = sequence % 2 === 0 ? slots[0] : slots[1];
  const file = await open(join(folder, name), 'r+');
  try {
    await file.write(encode({ sequence, record }), 0, slotLength, 0);
    await file.sync();
  } finally {
    await file.close();
  }
}
