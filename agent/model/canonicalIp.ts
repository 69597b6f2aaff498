/**
 * The canonical text of an IP address, so that addresses from rules and from objects can be compared as strings: IPv4
 * without leading zeros (the API still admits them in stored objects), IPv6 as RFC 5952 writes it.
 *
 * @returns undefined when the text is no IP address.
 */
export function canonicalIp(text: string): string | undefined {
  if (isCanonicalIpv4(text)) return text;
  if (!text.includes(':')) return canonicalIpv4(text);
  const groups = ipv6Groups(text);
  return groups === undefined ? undefined : formatIpv6(groups);
}

const zero = 48;
const dot = 46;

/** Whether the text is an IPv4 address as it should be. Nearly all are, and a large node has 100,000 of them. */
function isCanonicalIpv4(text: string): boolean {
  let dots = 0;
  let digits = 0;
  let value = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? dot : text.charCodeAt(at);
    if (code === dot) {
      if (digits === 0 || value > 255 || (digits > 1 && text.charCodeAt(at - digits) === zero)) return false;
      dots++;
      digits = 0;
      value = 0;
    } else if (code >= zero && code <= zero + 9 && digits < 3) {
      digits++;
      value = value * 10 + code - zero;
    } else {
      return false;
    }
  }
  return dots === 4;
}

function canonicalIpv4(text: string): string | undefined {
  const bytes = ipv4Bytes(text);
  return bytes === undefined ? undefined : bytes.join('.');
}

function ipv4Bytes(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^\d{1,9}$/.test(part) || Number(part) > 255) return undefined;
    bytes.push(Number(part));
  }
  return bytes;
}

/** The eight 16-bit groups of an IPv6 address, which may end in a dotted IPv4 address. */
function ipv6Groups(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '');
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '') : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1) return missing === 0 ? head : undefined;
  return missing < 1 ? undefined : [...head, ...Array<number>(missing).fill(0), ...tail];
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const bytes = ipv4Bytes(part);
      if (bytes === undefined) return undefined;
      const [a = 0, b = 0, c = 0, d = 0] = bytes;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[\da-f]{1,4}$/i.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

/** Lower case, no leading zeros, and the longest run (the first of equals) of two or more zero groups as `::`. */
function formatIpv6(groups: readonly number[]): string {
  let runStart = -1;
  let runLength = 1;
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0) end++;
    if (end - start > runLength) {
      runStart = start;
      runLength = end - start;
    }
  }
  const hex = groups.map((group) => group.toString(16));
  if (runStart === -1) return hex.join(':');
  return `${hex.slice(0, runStart).join(':')}::${hex.slice(runStart + runLength).join(':')}`;
}
