/** How the bytes of a dump became text: UTF-8, or one code unit per byte where they are not valid UTF-8. */
export type DumpEncoding = 'utf-8' | 'latin1';

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
    return {
      text: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1'),
      encoding: 'latin1',
    };
  }
}

/** The inverse of {@link decodeDump}. */
export function encodeDump(text: string, encoding: DumpEncoding): Uint8Array {
  return Buffer.from(text, encoding);
}
