/**
 * Measures the iptables parser on the dump of a large node: `node test/bench/parse.ts [SERVICES] [ENDPOINTS]`.
 * The first parse counts: a snapshot is usually parsed once per process.
 */
import { parseIptablesSave } from '../../agent/ruleset/iptables/parse.ts';
import { largeIptablesSave, largeNode } from './largeDump.ts';

function measure<T>(what: string, work: () => T): T {
  const start = performance.now();
  const result = work();
  console.log(`${what.padEnd(46)} ${(performance.now() - start).toFixed(0).padStart(6)} ms`);
  return result;
}

const [services = largeNode.services, endpointsPerService = largeNode.endpointsPerService] = process.argv
  .slice(2)
  .map(Number);
// From bytes, as the output of a command comes: the text is then one flat string.
const text = Buffer.from(largeIptablesSave({ services, endpointsPerService })).toString();
console.log(`${services} Services x ${endpointsPerService} endpoints: ${(text.length / 1e6).toFixed(1)} MB`);

const dump = measure('parse, cold', () => parseIptablesSave(text));
console.log(
  `${dump.lineCount} lines, ${dump.ruleCount} rules, ${dump.chainCount} chains, ${dump.problems.length} problems`,
);
measure('parse again', () => parseIptablesSave(text));
measure('rules of and references to every chain', () => {
  for (let chain = 0; chain < dump.chainCount; chain++) {
    dump.chainRules(chain);
    dump.chainReferences(chain);
  }
});
measure('name of every chain', () => {
  for (let chain = 0; chain < dump.chainCount; chain++) dump.chainName(chain);
});
measure('--to-destination and --probability of every rule', () => {
  for (let rule = 0; rule < dump.ruleCount; rule++) {
    dump.optionValue(rule, '--to-destination');
    dump.probability(rule);
  }
});
measure('every rule in full', () => {
  for (let rule = 0; rule < dump.ruleCount; rule++) dump.rule(rule);
});
console.log(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB, of which the text was made here`);
