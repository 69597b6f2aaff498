/** Whether `text` matches `pattern`, in which `*` stands for any run of characters and `?` for any one. */
export function matchesWildcard(pattern: string, text: string): boolean {
  let patternAt = 0;
  let textAt = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (textAt < text.length) {
    const expected = pattern[patternAt];
    if (expected === '*') {
      starAt = patternAt++;
      resumeAt = textAt;
    } else if (expected !== undefined && (expected === '?' || expected === text[textAt])) {
      patternAt++;
      textAt++;
    } else if (starAt !== -1) {
      patternAt = starAt + 1;
      textAt = ++resumeAt;
    } else {
      return false;
    }
  }
  while (pattern[patternAt] === '*') patternAt++;
  return patternAt === pattern.length;
}

/**
 * Whether `text` matches a list of patterns as OpenSSH understands it: one matches, and none that is negated with `!`
 * does. Letters' case is ignored when `ignoreCase` says so.
 */
export function matchesPatternList(patterns: readonly string[], text: string, ignoreCase: boolean): boolean {
  const subject = ignoreCase ? text.toLowerCase() : text;
  let matched = false;
  for (const raw of patterns) {
    const negated = raw.startsWith('!');
    const pattern = negated ? raw.slice(1) : raw;
    if (!matchesWildcard(ignoreCase ? pattern.toLowerCase() : pattern, subject)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}
