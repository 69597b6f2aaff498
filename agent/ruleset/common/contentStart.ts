/** Where the content of a dump begins: behind the byte order mark that some editors and shells put before it. */
export function contentStart(text: string): number {
  return text.charCodeAt(0) === 0xfeff ? 1 : 0;
}
