/** The elliptic curves that artifacts name. Imported lazily. */

import { ecdsa } from "@noble/curves/abstract/weierstrass.js";
import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Json } from "../../json/value.ts";

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

/** With `recovery`, the signer's public key follows from signature and hash. */
export interface Signature {
  readonly recovery: number;
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

/** The deterministic signature on secp256k1 with the lower `s`, or undefined when the bytes are no private key. */
export function sign(hash: Uint8Array, privateKey: Uint8Array): Signature | undefined {
  if (!secp256k1.utils.isValidSecretKey(privateKey)) return undefined;
  const signer = ecdsa(secp256k1.Point, sha256, { hmac: seedingWith(hash) });
  const bytes = signer.sign(hash, privateKey, { prehash: false, format: "recovered" });
  return { recovery: bytes[0] as number, r: bytes.subarray(1, 33), s: bytes.subarray(33) };
}

/** Length of what seeds the nonce: state, a counter, private key and hash. */
const SEEDING = 32 + 1 + 32 + 32;

/**
 * The HMAC that makes the nonce. RFC 6979 puts the hash into it modulo the order of the curve, libsecp256k1, whose
 * signatures the reference answers, as it is: another nonce for a hash that is not below the order.
 */
function seedingWith(hash: Uint8Array): (key: Uint8Array, message: Uint8Array) => Uint8Array<ArrayBuffer> {
  return (key, message) => {
    if (message.length !== SEEDING) return hmac(sha256, key, message);
    return hmac(sha256, key, Buffer.concat([message.subarray(0, -32), hash]));
  };
}
