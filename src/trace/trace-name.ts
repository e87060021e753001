/** Which names are those of traces: a trace and its folder are named after the run. */

/** `YYYYMMDDTHHMMSSmmmZ__<WF code>__<8 hex>`, and `_2`, `_3` where a name was taken; years beyond 9999 are signed. */
export const TRACE_NAME = String.raw`(?:\d{4}|\+?\d{6})\d{4}T\d{9}Z__\w+__[0-9a-f]{8}(?:_\d+)?`;

const WHOLE = new RegExp(`^${TRACE_NAME}$`);

/** A file system takes 255 bytes, and the lock of a trace is named `<name>.jsonl.lock`. */
const MOST_CHARACTERS = 244;

export function isTraceName(name: string): boolean {
  return name.length <= MOST_CHARACTERS && WHOLE.test(name);
}
