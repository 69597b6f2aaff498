import type { ServiceTable } from '../../model/serviceRules.ts';
import { addAdditions, addGone, addMade, addRemovals, addWhole, RestoreText } from './restoreText.ts';
import type { TableDelta } from './tableDelta.ts';

/**
 * One input that changes each table at once. A Service is refused in the table filter and translated in nat, which
 * change one after the other: so that it is never neither, filter gets what is new before nat changes, and loses what is
 * old after.
 */
export function wholeTablesText(deltas: ReadonlyMap<ServiceTable, TableDelta>): string {
  const text = new RestoreText();
  const [mangle, filter, nat] = [deltas.get('mangle'), deltas.get('filter'), deltas.get('nat')];
  if (mangle !== undefined) addWhole(text, mangle);
  text.commit('mangle');
  if (filter !== undefined) {
    addMade(text, filter);
    addAdditions(text, filter);
  }
  text.commit('filter');
  if (nat !== undefined) addWhole(text, nat);
  text.commit('nat');
  if (filter !== undefined) {
    addRemovals(text, filter);
    addGone(text, filter.gone.keys());
  }
  text.commit('filter');
  return text.toString();
}
