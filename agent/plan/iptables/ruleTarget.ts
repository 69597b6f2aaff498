/** The chain to which a rule leads, or the target without options that it has; undefined when it has neither. */
export function ruleTarget(rule: string): string | undefined {
  const space = rule.lastIndexOf(' ');
  const dash = space === -1 ? -1 : space - 2;
  if (dash < 0 || rule.charCodeAt(dash) !== dashCode) return undefined;
  const letter = rule.charCodeAt(dash + 1);
  return letter === jumpCode || letter === gotoCode ? rule.slice(space + 1) : undefined;
}

const dashCode = '-'.charCodeAt(0);
const jumpCode = 'j'.charCodeAt(0);
const gotoCode = 'g'.charCodeAt(0);
