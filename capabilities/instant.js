/** Instants to any fraction of a second, as RFC 3339 writes them. */

/** Digits behind a decimal point sort as text. */
export function isBefore(a, b) {
  return a.seconds === b.seconds ? a.fraction < b.fraction : a.seconds < b.seconds;
}

const RFC_3339 =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d+))?(?:[Zz]|([+-])([01]\d|2[0-3]):([0-5]\d))$/;

/**
 * The instant that the text stands for; undefined where it stands for none. A leap second is the second behind it.
 * `fraction` holds the decimal digits behind the second without trailing zeros, however many there are.
 */
export function readInstant(text) {
  const match = typeof text === "string" ? RFC_3339.exec(text) : null;
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const midnight = new Date(0);
  midnight.setUTCFullYear(year, month - 1, day);
  if (midnight.getUTCMonth() !== month - 1 || midnight.getUTCDate() !== day) return undefined;
  const offset = Number(`${match[8] ?? "+"}1`) * (Number(match[9] ?? 0) * 60 + Number(match[10] ?? 0));
  const seconds = midnight.getTime() / 1000 + hour * 3600 + (minute - offset) * 60 + second;
  return { seconds, fraction: (match[7] ?? "").replace(/0+$/, "") };
}
