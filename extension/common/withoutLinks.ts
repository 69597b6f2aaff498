/**
 * Keeps text of others from becoming a link. VS Code reads `[label](command:...)` in notifications and input boxes as
 * a link that runs a command when it is clicked; what a node says or a file is called must not do that.
 */
export function withoutLinks(text: string): string {
  return text.replaceAll('](', '] (');
}
