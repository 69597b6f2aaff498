/** Measures the nft parsers beside JSON.parse on a generated rule set: `npm run bench:parse:nft [SERVICES] [ENDPOINTS]`. */
import { parseNftJson } from '../../agent/ruleset/nftables/parseJson.ts';
import { parseNftText } from '../../agent/ruleset/nftables/parseText.ts';
import { largeNftRuleset } from '../support/largeNftRuleset.ts';

const rounds = 5;

/** The least processor time of a few runs, in milliseconds: what else the machine does only ever adds to it. */
function leastTime(run: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const started = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

const [services = 1000, endpoints = 10] = process.argv.slice(2).map(Number);
const large = largeNftRuleset(services, endpoints);
// Strings that were put together piece by piece are made whole, as those read from a command are.
const json = Buffer.from(large.json).toString();
const text = Buffer.from(large.text).toString();
const builtIn = leastTime(() => JSON.parse(json));
const report = (what: string, size: number, time: number): void =>
  console.log(
    `${what.padEnd(13)} ${(size / 1e6).toFixed(1).padStart(5)} MB ${time.toFixed(0).padStart(5)} ms, ${(time / builtIn).toFixed(2)} of JSON.parse`,
  );
report('JSON.parse', json.length, builtIn);
report(
  'parseNftJson',
  json.length,
  leastTime(() => parseNftJson(json)),
);
report(
  'parseNftText',
  text.length,
  leastTime(() => parseNftText(text)),
);
