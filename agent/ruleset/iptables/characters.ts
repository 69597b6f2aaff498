/** UTF-16 units that have a meaning in the language of iptables-save. */
export const TAB = 0x09;
const NEWLINE = 0x0a;
export const CARRIAGE_RETURN = 0x0d;
export const SPACE = 0x20;
export const EXCLAMATION = 0x21;
export const QUOTE = 0x22;
export const HASH = 0x23;
export const ASTERISK = 0x2a;
export const DASH = 0x2d;
export const COLON = 0x3a;
export const OPEN_BRACKET = 0x5b;
export const BACKSLASH = 0x5c;
export const CLOSE_BRACKET = 0x5d;
export const LOWER_G = 0x67;
export const BYTE_ORDER_MARK = 0xfeff;

/** Whether it is a control character that no text of iptables holds. */
export function isBinary(unit: number): boolean {
  return unit < SPACE && unit !== TAB && unit !== NEWLINE && unit !== CARRIAGE_RETURN;
}

export function isDigit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}
