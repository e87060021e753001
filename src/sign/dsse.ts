/**
 * A DSSE envelope: a payload, what type it has, and signatures over both
 * (https://github.com/secure-systems-lab/dsse, version 1). Keys are checked in `verify.ts`.
 */

import { isObject, type Json, own } from "../json/value.ts";

export interface Signature {
  /** The key that may have made it: an unproven hint. */
  readonly keyid: string;
  readonly sig: Uint8Array;
}

export interface Envelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  /** One or more. */
  readonly signatures: readonly Signature[];
}

/** The signed bytes: type and payload, each after its length, so that they cannot be confused. */
export function signedBytes({ payloadType, payload }: Omit<Envelope, "signatures">): Uint8Array {
  const type = Buffer.from(payloadType);
  const before = Buffer.from(`DSSEv1 ${type.length} `);
  return Buffer.concat([before, type, Buffer.from(` ${payload.length} `), payload]);
}

/** The envelope on one line. */
export function envelopeText({ payloadType, payload, signatures }: Envelope): string {
  return JSON.stringify({
    payload: base64(payload),
    payloadType,
    signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: base64(sig) })),
  });
}

/** Parses an envelope from a JSON value; undefined if it is not one. Unknown members are ignored. */
export function toEnvelope(value: Json | undefined): Envelope | undefined {
  if (!isObject(value)) return undefined;
  const payloadType = own(value, "payloadType");
  const payload = toBytes(own(value, "payload"));
  const listed = own(value, "signatures");
  if (typeof payloadType !== "string" || payload === undefined) return undefined;
  if (!Array.isArray(listed) || listed.length === 0) return undefined;
  const signatures = listed.map(toSignature).filter((one) => one !== undefined);
  return signatures.length === listed.length ? { payloadType, payload, signatures } : undefined;
}

function toSignature(value: Json): Signature | undefined {
  if (!isObject(value)) return undefined;
  const keyid = own(value, "keyid") ?? "";
  const sig = toBytes(own(value, "sig"));
  return typeof keyid === "string" && sig !== undefined ? { keyid, sig } : undefined;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Base64 in either alphabet, with or without padding; no extra bits and no other characters. */
export function toBytes(text: Json | undefined): Uint8Array | undefined {
  if (typeof text !== "string") return undefined;
  const bytes = Buffer.from(text, "base64");
  const standard = base64(bytes);
  const urlSafe = standard.replaceAll("+", "-").replaceAll("/", "_");
  const isForm = (form: string) => text === form || text === form.replace(/=+$/, "");
  return isForm(standard) || isForm(urlSafe) ? bytes : undefined;
}
