/** Hierarchical keys (BIP-32), always on secp256k1. Imported lazily. */

import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { HDKey } from "@scure/bip32";

/** A private key with the chain code that its children depend on. */
export type ExtendedKey = HDKey & { readonly privateKey: Uint8Array; readonly chainCode: Uint8Array };

const MASTER = Buffer.from("Bitcoin seed");

/** The key of these 32 bytes each, or undefined when the first are no private key. */
export function extendedKey(privateKey: Uint8Array, chainCode: Uint8Array): ExtendedKey | undefined {
  if (!secp256k1.utils.isValidSecretKey(privateKey)) return undefined;
  return new HDKey({ privateKey, chainCode }) as ExtendedKey;
}

/** The root of the tree that grows from the seed, or undefined for the one seed in 2^127 from which none grows. */
export function masterKey(seed: Uint8Array): ExtendedKey | undefined {
  const digest = hmac(sha512, MASTER, seed);
  return extendedKey(digest.subarray(0, 32), digest.subarray(32));
}

/**
 * The key at the end of the path, or undefined when an index of it leads to no key, once in 2^127: BIP-32 then
 * goes on to the next index, the artifacts refuse.
 */
export function deriveKey(key: ExtendedKey, path: readonly number[]): ExtendedKey | undefined {
  let at: HDKey = key;
  for (const index of path) {
    at = at.deriveChild(index);
    if (at.index !== index) return undefined;
  }
  return at as ExtendedKey;
}
