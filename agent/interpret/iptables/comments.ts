import { parseServicePortName, type ServicePortName } from '../serviceName.ts';

/**
 * Finds the Service's port that a comment of kube-proxy's names. Most begin with it (`default/web:http cluster IP`,
 * `default/web:http -> 10.0.0.1:80`), others have it among their words (`masquerade traffic for default/web:http
 * external destinations`, `Balancing rule 0 for default/web:http`).
 */
export function servicePortNameIn(comment: string): ServicePortName | undefined {
  const space = comment.indexOf(' ');
  const first = parseServicePortName(space === -1 ? comment : comment.slice(0, space));
  if (first !== undefined || space === -1) return first;
  for (const word of comment.slice(space + 1).split(' ')) {
    const name = parseServicePortName(word);
    if (name !== undefined) return name;
  }
  return undefined;
}

/** The address behind the arrow in `default/web:http -> 10.0.0.1:80`, the comment of the rule for one endpoint. */
export function endpointIn(comment: string): string | undefined {
  const arrow = comment.indexOf(' -> ');
  return arrow === -1 ? undefined : comment.slice(arrow + 4);
}
