/** A Service in YAML (also as an entry of a list) or JSON, or a list of them. */
const serviceKind =
  /^(?:[ \t]*-)?[ \t]*kind:[ \t]*(["']?)Service(?:List)?\1[ \t]*(?:#.*)?\r?$|"kind"\s*:\s*"Service(?:List)?"/m;

/** Whether a text in YAML or JSON holds Services, so that it can be applied. */
export function holdsServices(text: string): boolean {
  return serviceKind.test(text);
}
