import fc from 'fast-check';

/** How far and where property tests search: KSR_PROPERTY_RUNS and KSR_PROPERTY_SEED override. */
export const propertyRuns = {
  numRuns: Number(process.env['KSR_PROPERTY_RUNS'] ?? 300),
  seed: Number(process.env['KSR_PROPERTY_SEED'] ?? 20261121),
};

/** Characters and words that damage any of the rule languages. */
const commonFragments = [
  '\n',
  '\r\n',
  '\t',
  ' ',
  '"',
  '\\',
  '{',
  '}',
  ',',
  ':',
  '#',
  '-',
  '/',
  '\0',
  '\ufeff',
  '\ud83d',
];

type Mutation = (text: string) => string;

/** One of `originals`, damaged a few times: pieces cut, doubled, flipped, inserted, or the end torn off. */
export function damaged(originals: readonly string[], fragments: readonly string[]): fc.Arbitrary<string> {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  const fragment = fc.constantFrom(...commonFragments, ...fragments);
  const at = (text: string, share: number): number => Math.floor(share * text.length);
  const mutation: fc.Arbitrary<Mutation> = fc.oneof(
    fc.tuple(place, fc.nat(60)).map(
      ([share, length]): Mutation =>
        (text) => {
          const start = at(text, share);
          return text.slice(0, start) + text.slice(start + length);
        },
    ),
    fc.tuple(place, fc.nat(60)).map(
      ([share, length]): Mutation =>
        (text) => {
          const start = at(text, share);
          return text.slice(0, start + length) + text.slice(start);
        },
    ),
    fc.tuple(place, fc.integer({ min: 1, max: 127 })).map(
      ([share, bits]): Mutation =>
        (text) => {
          const start = at(text, share);
          const flipped = String.fromCharCode((text.charCodeAt(start) || 0) ^ bits);
          return text.slice(0, start) + flipped + text.slice(start + 1);
        },
    ),
    fc.tuple(place, fragment).map(
      ([share, piece]): Mutation =>
        (text) => {
          const start = at(text, share);
          return text.slice(0, start) + piece + text.slice(start);
        },
    ),
    place.map(
      (share): Mutation =>
        (text) =>
          text.slice(0, at(text, share)),
    ),
  );
  return fc
    .tuple(fc.constantFrom(...originals), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([text, mutations]) => mutations.reduce((current, mutate) => mutate(current), text));
}
