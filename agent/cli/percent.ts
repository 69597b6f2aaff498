/** A share from 0 to 1 as people read it: `33.3 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}
