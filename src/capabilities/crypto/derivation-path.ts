/** Where a key stands in its tree (BIP-32). */

import type { Json } from "../../json/value.ts";

/** From here on an index is hardened. */
const HARDENED = 0x8000_0000;

/** BIP-32 writes the depth of a key in one byte. */
const MAX_DEPTH = 255;

export function isChildIndex(value: Json | undefined): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 * HARDENED;
}

export function isKeyPath(values: readonly Json[]): values is readonly number[] {
  return values.length <= MAX_DEPTH && values.every(isChildIndex);
}

/** As people write it: `m/44'/60'/0'/0/0`. */
export function keyPathText(path: readonly number[]): string {
  const parts = path.map((index) => (index < HARDENED ? `${index}` : `${index - HARDENED}'`));
  return ["m", ...parts].join("/");
}
