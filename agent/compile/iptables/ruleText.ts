/**
 * `-m comment --comment "TEXT"` as iptables-save prints it (`xtables_save_string` of libxtables): every comment of
 * kube-proxy's has a character for which it is quoted.
 */
export function comment(text: string): string {
  return `-m comment --comment "${text}"`;
}

/**
 * A Service port's name for use in comments. What the API server takes as a name stands as it is; of anything else,
 * nothing can end the quoted word or the line.
 */
export function commentName(name: string): string {
  if (/^[\w./:-]*$/.test(name)) return name;
  return name.replace(/[\0-\x1f\x7f]/g, '?').replace(/["'\\]/g, '\\$&');
}
