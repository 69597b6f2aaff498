/** From here on characters are those of CJK scripts and their signs, which are wider than Latin ones. */
const firstWide = 0x2e80;
const wide = 1.8;

/** How much room a text takes, in Latin characters, about. */
function widthOf(text: string): number {
  return [...text].reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) < firstWide ? 1 : wide), 0);
}

/** A text that takes no more room than so many Latin characters; what is left out is at its end. */
export function shorten(text: string, most: number): string {
  if (widthOf(text) <= most) return text;
  const characters = [...text];
  while (characters.length > 1 && widthOf(characters.join('')) > most - 1) characters.pop();
  return `${characters.join('')}…`;
}

/** As {@link shorten}, but the end stays: addresses of one network differ there. */
export function shortenInside(text: string, most: number): string {
  if (widthOf(text) <= most) return text;
  const characters = [...text];
  const start = characters.splice(0, Math.floor(characters.length / 3));
  while (characters.length > 1 && widthOf(start.join('') + characters.join('')) > most - 1) characters.shift();
  return `${start.join('')}…${characters.join('')}`;
}
