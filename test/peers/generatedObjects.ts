import type { ProxyOptions } from '../../agent/compile/proxyOptions.ts';
import { GeneratedNumbers } from './generatedNumbers.ts';
import { generatedOptions } from './generatedOptions.ts';
import { generatedService } from './generatedServices.ts';
import { generatedSlices } from './generatedSlices.ts';
import type { ApiObject } from './mixedObjects.ts';
import { SeededRandom } from './seededRandom.ts';

/** What one node of one cluster is asked to program, in both address families. */
export interface GeneratedSet {
  readonly seed: number;
  /** In no order. */
  readonly objects: readonly ApiObject[];
  readonly options: ProxyOptions;
}

/** The sets whose rules are recorded. */
export const generatedSeeds: readonly number[] = Array.from({ length: 100 }, (_, index) => index + 1);

/** Spreads small seeds over all bits; 2^32 divided by the golden ratio. */
const seedFactor = 0x9e3779b1;

/**
 * Services and EndpointSlices in every combination that kube-proxy treats differently, and how the node is configured;
 * the same for the same seed. What the API would refuse, or kube-proxy decides by the order of a Go map, is left out.
 */
export function generatedSet(seed: number): GeneratedSet {
  const random = new SeededRandom(Math.imul(seed, seedFactor));
  const options = generatedOptions(seed, random);
  const numbers = new GeneratedNumbers(seed % 3);
  const count = seed === 1 ? 10 : 25 + random.below(35);
  const objects: ApiObject[] = [];
  for (let index = 0; index < count; index++) {
    const service = generatedService(index, random, numbers);
    // Every 20th set has so many endpoints that kube-proxy leaves out comments.
    const isLarge = seed % 20 === 0 && index < 20;
    objects.push(service.object, ...generatedSlices(service, random, numbers, isLarge));
  }
  return { seed, objects: random.shuffled(objects), options };
}

/** One object a line, as the oracle reads them. */
export function objectLines(objects: readonly ApiObject[]): string {
  return objects.map((object) => `${JSON.stringify(object)}\n`).join('');
}
