/** Replaces `%x` by the value of token `x`; undefined when the text uses a token that has no value here. */
export function expandTokens(text: string, values: Readonly<Record<string, string>>): string | undefined {
  let known = true;
  const expanded = text.replace(/%(.?)/gs, (_match, token: string) => {
    const value = Object.hasOwn(values, token) ? values[token] : undefined;
    if (value === undefined) known = false;
    return value ?? '';
  });
  return known ? expanded : undefined;
}

/** Replaces `${NAME}` by the environment variable; undefined when the text uses one that is not set. */
export function expandVariables(
  text: string,
  variables: Readonly<Record<string, string | undefined>>,
): string | undefined {
  let known = true;
  const expanded = text.replace(/\$\{([^}]*)\}/g, (_match, name: string) => {
    const value = variables[name];
    if (value === undefined) known = false;
    return value ?? '';
  });
  return known ? expanded : undefined;
}
