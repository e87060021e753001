/** Keccak-256 and what Ethereum makes of it. Imported lazily. */

import { keccak_256 } from "@noble/hashes/sha3.js";
import { toHex } from "./hex.ts";

/** The digest in hexadecimal. */
export function keccak256(bytes: Uint8Array): string {
  return toHex(keccak_256(bytes));
}

/** The Ethereum address, in lower case, of an uncompressed public key. */
export function addressOf(publicKey: Uint8Array): string {
  return toHex(keccak_256(publicKey.subarray(1)).subarray(-20));
}
