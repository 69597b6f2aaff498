/**
 * How the bytes of a dump became text: UTF-8; UTF-16 where a byte order mark says so, which is what a redirection in
 * Windows PowerShell writes; or one code unit per byte where they are neither.
 */
export type DumpEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'latin1';

export interface DecodedDump {
  readonly text: string;
  readonly encoding: DumpEncoding;
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes any bytes without loss: {@link encodeDump} gives back exactly the same bytes. */
export function decodeDump(bytes: Uint8Array): DecodedDump {
  try {
    return { text: strictUtf8.decode(bytes), encoding: 'utf-8' };
  } catch {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const encoding = encodingOfMark(buffer);
    if (encoding === 'utf-16be') return { text: Buffer.from(buffer).swap16().toString('utf16le'), encoding };
    return { text: buffer.toString(encoding), encoding };
  }
}

/** No text in UTF-8 begins with either mark. */
function encodingOfMark(bytes: Buffer): Exclude<DumpEncoding, 'utf-8'> {
  if (bytes.length % 2 !== 0) return 'latin1';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'latin1';
}

/** The inverse of {@link decodeDump}. */
export function encodeDump(text: string, encoding: DumpEncoding): Uint8Array {
  return encoding === 'utf-16be' ? Buffer.from(text, 'utf-16le').swap16() : Buffer.from(text, encoding);
}
