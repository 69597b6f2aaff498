/** Joins the steps from the root to an element into its id; any text may be a step. */
export function childId(parent: string, step: string): string {
  const escaped = step.replace(/[%/]/g, (character) => (character === '/' ? '%2F' : '%25'));
  return parent === '' ? escaped : `${parent}/${escaped}`;
}

/** The ids of the elements from the root's child down to the one with this id. */
export function idsOnPath(id: string): readonly string[] {
  const ids: string[] = [];
  for (let end = id.indexOf('/'); end !== -1; end = id.indexOf('/', end + 1)) ids.push(id.slice(0, end));
  ids.push(id);
  return ids;
}
