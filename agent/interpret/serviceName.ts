/** A Service's port as kube-proxy names it in comments: `NAMESPACE/NAME` or `NAMESPACE/NAME:PORT`. */
export interface ServicePortName {
  readonly namespace: string;
  readonly name: string;
  readonly portName: string;
}

/** Splits `default/web:http`; undefined when the text is not of that form. */
export function parseServicePortName(text: string): ServicePortName | undefined {
  const slash = text.indexOf('/');
  if (slash <= 0 || slash === text.length - 1) return undefined;
  const colon = text.indexOf(':', slash);
  const name = text.slice(slash + 1, colon === -1 ? text.length : colon);
  if (name === '' || name.includes('/') || /\s/.test(text)) return undefined;
  return { namespace: text.slice(0, slash), name, portName: colon === -1 ? '' : text.slice(colon + 1) };
}

/** The inverse of {@link parseServicePortName}. */
export function formatServicePortName({ namespace, name, portName }: ServicePortName): string {
  return portName === '' ? `${namespace}/${name}` : `${namespace}/${name}:${portName}`;
}
