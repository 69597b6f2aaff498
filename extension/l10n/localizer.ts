/**
 * Words for the user in the language of VS Code; `vscode.l10n` satisfies it. Code that takes one instead of importing
 * `vscode` runs outside VS Code too. Its first argument is always a literal, because that is what the
 * check for missing translations looks for.
 */
export interface Localizer {
  t(message: string, ...args: readonly (string | number)[]): string;
  t(message: string, args: Readonly<Record<string, string | number>>): string;
}

/** English, as it stands in the source: for tests and for what runs without VS Code. */
export const english: Localizer = {
  t(message: string, ...args: readonly unknown[]): string {
    const [first] = args;
    const named = typeof first === 'object' && first !== null ? new Map(Object.entries(first)) : undefined;
    return message.replace(/\{(\w+)\}/g, (whole, key: string) => {
      const value: unknown = named === undefined ? args[Number(key)] : named.get(key);
      return value === undefined ? whole : String(value);
    });
  },
};
