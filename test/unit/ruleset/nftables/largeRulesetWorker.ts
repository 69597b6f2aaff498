import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod/mini';
import { parseNftJson } from '../../../../agent/ruleset/nftables/parseJson.ts';
import { parseNftText } from '../../../../agent/ruleset/nftables/parseText.ts';
import { largeNftRuleset } from '../../../support/largeNftRuleset.ts';

/** Parses a large rule set and visits everything in it, in a thread whose memory the test limits. */
const { services, endpoints } = z.object({ services: z.number(), endpoints: z.number() }).parse(workerData);
const { text, json } = largeNftRuleset(services, endpoints);
// Strings that were put together piece by piece are made whole, as those read from a command are.
const documents = [parseNftText(Buffer.from(text).toString()), parseNftJson(Buffer.from(json).toString())];
const counts = documents.map(({ ruleset, problems }) => {
  let statements = 0;
  let elements = 0;
  for (const table of ruleset.tables) {
    for (const chain of table.chains) for (const rule of chain.rules) statements += rule.statements().length;
    for (const set of table.sets) elements += set.elements().length;
  }
  return { chains: ruleset.tables[0]?.chains.length, statements, elements, problems: problems.length };
});
parentPort?.postMessage(counts);
