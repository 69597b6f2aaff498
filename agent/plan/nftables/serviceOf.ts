/** Digits of the hash in the name of a chain or set. */
const hashLength = 8;

/**
 * `NAMESPACE/NAME` of the Service that a chain or set belongs to, from its name: `service-ULMVA6XW-ns1/svc1/tcp/p80`.
 *
 * @returns undefined for what all Services share.
 */
export function serviceOfName(name: string): string | undefined {
  const slash = name.indexOf('/');
  if (slash === -1) return undefined;
  const end = name.indexOf('/', slash + 1);
  const start = name.indexOf('-') + 1 + hashLength + 1;
  return end === -1 || start > slash ? undefined : name.slice(start, end);
}

/**
 * `NAMESPACE/NAME` of the Service that an element of a map belongs to.
 *
 * @param value `goto CHAIN` or another verdict
 * @param comment `NAMESPACE/NAME` or `NAMESPACE/NAME:PORT`, where the verdict names no Service
 */
export function serviceOfElement(value: string, comment: string | undefined): string | undefined {
  if (comment === undefined) return serviceOfName(value.slice(value.indexOf(' ') + 1));
  const colon = comment.indexOf(':');
  return colon === -1 ? comment : comment.slice(0, colon);
}
