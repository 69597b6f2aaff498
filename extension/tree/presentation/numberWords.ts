/** Writes numbers as the user's language does. */
export interface NumberWords {
  /** `12,345` */
  integer(value: number): string;
  /** A part of one as `33.3%`. */
  percent(share: number): string;
  /** Bytes with a binary unit: `1.2 MiB`. */
  bytes(value: number): string;
  /** An RFC 3339 time in the user's time zone; as it is when it is none. */
  time(rfc3339: string): string;
  /** The time of day at a moment in milliseconds since 1970. */
  clock(moment: number): string;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Number words of a language given by its BCP 47 tag. */
export function numberWords(locale: string): NumberWords {
  const integer = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const oneDigit = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const timeOfDay = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  return {
    integer: (value) => integer.format(value),
    percent: (share) => percent.format(share),
    time(rfc3339) {
      const date = new Date(rfc3339);
      return Number.isNaN(date.getTime()) ? rfc3339 : dateTime.format(date);
    },
    clock: (moment) => timeOfDay.format(moment),
    bytes(value) {
      let unit = 0;
      let scaled = value;
      while (scaled >= 1024 && unit < units.length - 1) {
        scaled /= 1024;
        unit++;
      }
      return `${oneDigit.format(scaled)} ${units[unit] ?? 'B'}`;
    },
  };
}
