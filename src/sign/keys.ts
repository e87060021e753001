/**
 * Ed25519 keys from PEM text: a private key signs, a public key identifies a trusted signer. A refusal names the
 * source of a key, never its content, and keeps no cause: no byte of a key is repeated.
 */

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { type Digest, sha256 } from "../json/canonical.ts";
import { type KeyDefect, KeyFault, type KeyUse } from "./errors.ts";

/** A key is identified by the SHA-256 of its public half (SPKI, DER). */
interface Key {
  readonly keyid: Digest;
  /** The first 16 hexadecimal digits of the SHA-256 of the 32 bytes of the public half: how `signature.json` names a key. */
  readonly label: string;
  /** The file or variable it came from, for people. */
  readonly place: string;
}

export interface TrustedKey extends Key {
  hasSigned(bytes: Uint8Array, sig: Uint8Array): boolean;
}

export interface SigningKey extends TrustedKey {
  sign(bytes: Uint8Array): Uint8Array;
}

/** A private key in PKCS#8, encrypted or not. @throws KeyFault */
export function parseSigningKey(pem: string, place: string, passphrase?: string): SigningKey {
  const refuse = refusing(place, "sign");
  const label = labelOf(pem, refuse);
  if (label === "PUBLIC KEY") throw refuse("PUBLIC");
  const isEncrypted = label === "ENCRYPTED PRIVATE KEY";
  if (label !== "PRIVATE KEY" && !isEncrypted) throw refuse("OTHER_FORM", label);
  if (isEncrypted && passphrase === undefined) throw refuse("ENCRYPTED");
  const key = attempt(
    () => createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) }),
    refuse(isEncrypted ? "WRONG_PASSPHRASE" : "BROKEN"),
  );
  return { ...trusting(key, place, refuse), sign: (bytes) => sign(null, bytes, key) };
}

/** A public key in SPKI. @throws KeyFault */
export function parseTrustedKey(pem: string, place: string): TrustedKey {
  const refuse = refusing(place, "trust");
  const label = labelOf(pem, refuse);
  if (label.endsWith("PRIVATE KEY")) throw refuse("PRIVATE");
  if (label !== "PUBLIC KEY") throw refuse("OTHER_FORM", label);
  const key = attempt(() => createPublicKey(pem), refuse("BROKEN"));
  return trusting(key, place, refuse);
}

/** The public half of a key. */
function trusting(key: KeyObject, place: string, refuse: Refuse): TrustedKey {
  const half = key.type === "private" ? createPublicKey(key) : key;
  const der = publicBytes(half, refuse);
  const label = sha256(der.subarray(-32)).slice(0, 16);
  return { keyid: sha256(der), label, place, hasSigned: (bytes, sig) => verify(null, bytes, half, sig) };
}

type Refuse = (defect: KeyDefect, form?: string) => KeyFault;

function refusing(key: string, wanted: KeyUse): Refuse {
  return (defect, form) => new KeyFault("KEY_UNUSABLE", { key, wanted, defect, form: form ?? null });
}

/** The label of the only PEM block, which is not known to be for another algorithm. */
function labelOf(pem: string, refuse: Refuse): string {
  const label = soleLabel(pem, refuse);
  const algorithm = /^(EC|RSA|DSA) /.exec(label)?.[1]?.toLowerCase() ?? algorithmOf(pem, label);
  if (algorithm !== undefined && algorithm !== "ed25519") throw refuse("OTHER_ALGORITHM", algorithm);
  return label;
}

/** Undefined for what cannot be read, or not without a passphrase. */
function algorithmOf(pem: string, label: string): string | undefined {
  try {
    const key = label.endsWith("PRIVATE KEY") ? createPrivateKey(pem) : createPublicKey(pem);
    return key.asymmetricKeyType;
  } catch {
    return undefined;
  }
}

function soleLabel(pem: string, refuse: Refuse): string {
  const labels = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----/g)].map(([, label]) => label);
  const [first, ...others] = labels.filter((label) => label !== "EC PARAMETERS");
  if (first === "OPENSSH PRIVATE KEY" || /^(?:ssh-|---- BEGIN SSH2)/m.test(pem)) throw refuse("OPENSSH");
  if (first === undefined) throw refuse("NOT_PEM");
  if (others.length > 0) throw refuse("SEVERAL");
  return first;
}

/** Parses with another library. Its error message may contain the key, so it is dropped. */
function attempt<T>(read: () => T, refusal: KeyFault): T {
  try {
    return read();
  } catch {
    throw refusal;
  }
}

function publicBytes(key: KeyObject, refuse: Refuse): Uint8Array {
  if (key.asymmetricKeyType !== "ed25519") throw refuse("OTHER_ALGORITHM", key.asymmetricKeyType ?? "unknown");
  return key.export({ type: "spki", format: "der" });
}
