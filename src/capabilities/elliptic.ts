/** The elliptic curves that artifacts name. Imported lazily. */

import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Json } from "../json.ts";

const CURVES: ReadonlyMap<Json, typeof secp256k1> = new Map([
  ["secp256k1", secp256k1],
  ["secp256r1", p256],
]);

export const isCurve = (name: Json): boolean => CURVES.has(name);

/** The uncompressed public key, or undefined when there is no such curve or the scalar is none of its private keys. */
export function publicKeyOf(privateKey: Uint8Array, curve: Json): Uint8Array | undefined {
  const found = CURVES.get(curve);
  return found?.utils.isValidSecretKey(privateKey) ? found.getPublicKey(privateKey, false) : undefined;
}
