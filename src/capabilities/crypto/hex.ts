/** Bytes written in hexadecimal, as the Python reference reads and writes them. */

import type { Json } from "../../json/value.ts";
import { asInteger } from "../python-json.ts";

/** Pairs of digits, with white space allowed between them. */
const PAIRS = /^[ \t\n\r\v\f]*(?:[\da-f]{2}[ \t\n\r\v\f]*)*$/i;

/** The bytes a text spells after its prefix, which may be absent; undefined when it spells none. */
export function parseHex(text: string, prefix: "0x" | "0x or 0X" = "0x"): Uint8Array | undefined {
  const digits = text.replace(prefix === "0x" ? /^0x/ : /^0x/i, "");
  return PAIRS.test(digits) ? Buffer.from(digits.replace(/\s/g, ""), "hex") : undefined;
}

/** The bytes of a text in hexadecimal or of a list of their values; undefined when it is neither. */
export function parseBytes(value: Json): Uint8Array | undefined {
  if (typeof value === "string") return parseHex(value);
  if (!Array.isArray(value)) return undefined;
  const bytes = value.map(asInteger);
  return bytes.every((byte) => byte !== undefined && byte >= 0 && byte <= 0xff)
    ? Uint8Array.from(bytes as readonly number[])
    : undefined;
}

/** Lower-case digits after `0x`. */
export function toHex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
