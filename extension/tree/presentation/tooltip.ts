import type { Fact } from './elementPresentation.ts';

/** Keeps text from being read as Markdown, HTML or a `$(icon)`. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~$&]/g, '\\$&').replace(/\r?\n/g, ' ');
}

/** Text as inline code: fenced with more backticks than it holds itself. */
function inlineCode(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  const flat = text.replace(/\r?\n/g, ' ');
  return longest === 0 ? `${fence}${flat}${fence}` : `${fence} ${flat} ${fence}`;
}

/** The Markdown of a tooltip: one line for each fact that has a value. */
export function tooltipMarkdown(facts: readonly Fact[]): string {
  return facts
    .filter((fact) => fact.value !== '')
    .map(
      (fact) => `**${escapeMarkdown(fact.name)}:** ${fact.code ? inlineCode(fact.value) : escapeMarkdown(fact.value)}`,
    )
    .join('  \n');
}
