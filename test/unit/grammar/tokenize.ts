import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const wasmFile = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');
const library = oniguruma.loadWASM(readFileSync(wasmFile)).then(() => ({
  createOnigScanner: (patterns: string[]) => new oniguruma.OnigScanner(patterns),
  createOnigString: (text: string) => new oniguruma.OnigString(text),
}));

/** Loads a grammar of `syntaxes/` by the last part of its scope name, and tokenizes whole texts with it. */
export async function loadTokenizer(language: string): Promise<(text: string) => readonly (readonly Token[])[]> {
  const file = fileURLToPath(new URL(`../../../syntaxes/${language}.tmLanguage.json`, import.meta.url));
  const registry = new textmate.Registry({
    onigLib: library,
    loadGrammar: async () => textmate.parseRawGrammar(readFileSync(file, 'utf8'), file),
  });
  const grammar = await registry.loadGrammar(`source.${language}`);
  if (grammar === null) throw new Error(`No grammar for ${language}`);
  return (text) => {
    let state = textmate.INITIAL;
    return text.split('\n').map((line) => {
      const result = grammar.tokenizeLine(line, state);
      state = result.ruleStack;
      return result.tokens.map((token) => ({
        text: line.slice(token.startIndex, token.endIndex),
        scope: innermost(token.scopes, language),
      }));
    });
  };
}

/** A stretch of a line with its innermost scope, without the language's suffix; empty for the language's own scope. */
export interface Token {
  readonly text: string;
  readonly scope: string;
}

function innermost(scopes: readonly string[], language: string): string {
  const last = scopes.at(-1) ?? '';
  return last.startsWith('source.') || last.startsWith('meta.') ? '' : last.replace(`.${language}`, '');
}

/** The tokens of a line that have a scope, as `text<TAB>scope`. */
export function scoped(tokens: readonly Token[]): readonly string[] {
  return tokens.filter((token) => token.scope !== '').map((token) => `${token.text} = ${token.scope}`);
}
