/** Refusals about keys and signatures. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";
import { type Json, unicodeEscape } from "../json/json.ts";

/** What a key is for: a private one signs, a public one says whose signature counts. */
export type KeyUse = "sign" | "trust";

export type KeyDefect = keyof typeof keyDefects;

const makeKey: Readonly<Record<KeyUse, string>> = {
  sign: "make one with: openssl genpkey -algorithm ed25519 -out signing.pem",
  trust: "make it from the private one with: openssl pkey -in signing.pem -pubout -out signer.pem",
};

interface KeyWords {
  what(form: string | null): string;
  /** Where making a key is not what helps. */
  hint?(key: string): string | undefined;
}

/** Why a key cannot be used. No word of it comes from the key but the name of its form. */
const keyDefects = {
  NOT_PEM: {
    what: () => "is no PEM text",
    hint: (key) =>
      key.startsWith("$") ? `put the PEM text itself into ${key}, or name its file with --key FILE` : undefined,
  },
  SEVERAL: {
    what: () => "stands with others in one file",
    hint: () => "one key a file; --key may be given several times",
  },
  OPENSSH: { what: () => "has OpenSSH's own form, PEM is wanted" },
  OTHER_FORM: { what: (form) => `is of another kind: ${form}` },
  OTHER_ALGORITHM: { what: (form) => `is for ${form}, not for Ed25519` },
  PRIVATE: {
    what: () => "is a private one, a public one is wanted",
    hint: (key) => `make it from this one with: openssl pkey -in ${key} -pubout -out signer.pem`,
  },
  PUBLIC: {
    what: () => "is a public one, a private one is wanted",
    hint: () => "name the private one that it was made from",
  },
  ENCRYPTED: {
    what: () => "is encrypted",
    hint: () => "put its passphrase into $PGS_SIGNING_PASSPHRASE",
  },
  WRONG_PASSPHRASE: {
    what: () => "cannot be decrypted",
    hint: () => "correct the passphrase in $PGS_SIGNING_PASSPHRASE",
  },
  BROKEN: { what: () => "cannot be read: its PEM text holds something else" },
} satisfies Record<string, KeyWords>;

const keyTable = {
  KEY_UNUSABLE: (f: { key: string; wanted: KeyUse; defect: KeyDefect; form: string | null }) => {
    const { what, hint }: KeyWords = keyDefects[f.defect];
    return { what: `the key ${what(f.form)}`, where: f.key, hint: hint?.(f.key) ?? makeKey[f.wanted] };
  },
} satisfies WordingTable;

export class KeyFault<C extends keyof typeof keyTable = keyof typeof keyTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof keyTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, wordingFrom(keyTable, code, facts), detail);
  }
}

/** A signature's place and the key it says it is by; the key is a hint that nothing proves. */
export type SignaturePlace = { file: string; line: number | null; keyid: string };
const signaturePlace = (f: SignaturePlace) => fileLine(f.file, f.line ?? undefined);
// Whoever wrote the file chose these texts: nothing of them may move the cursor or fill the screen.
const keyName = (keyid: string) =>
  /^[0-9a-f]{64}$/.test(keyid) ? `key ${keyid.slice(0, 16)}…` : "a key it does not name";
const shown = (value: Json) =>
  JSON.stringify(value)
    .replace(/[^ -~]/g, unicodeEscape)
    .slice(0, 80);

/** About signatures: `run` refuses with one of them, `verify` and `attest --verify` list them. */
export const signatureTable = {
  SIGNATURE_MISSING: (f: { file: string }) => ({
    what: "a signature is required, but the seal has none",
    where: f.file,
    hint: "take the snapshot as it was signed, or sign it: pgs seal --key FILE",
  }),
  SIGNATURE_INVALID: (f: SignaturePlace) => ({
    what: `the signature by ${keyName(f.keyid)} is not that key's over these bytes`,
    where: signaturePlace(f),
    hint: "restore the file as it was signed, or remove this signature and have the file signed again",
  }),
  SIGNATURE_OTHER_ROOT: (f: SignaturePlace & { signed: string; found: string }) => ({
    what: `the signature by ${keyName(f.keyid)} is over another root (signed ${f.signed.slice(0, 12)}…, this seal's ${f.found.slice(0, 12)}…)`,
    where: signaturePlace(f),
    hint: "take the snapshot that was signed; pgs seal drops signatures over another root",
  }),
  SIGNATURE_OTHER_RUN: (f: SignaturePlace & { pointer: string; signed: Json; found: Json }) => ({
    what: `the signature by ${keyName(f.keyid)} is about something else: ${shown(f.pointer)} is ${shown(f.signed)} there, ${shown(f.found)} here`,
    where: signaturePlace(f),
    hint: "take the trace that was attested, or its own attestation",
  }),
  SIGNATURE_MALFORMED: (f: SignaturePlace) => ({
    what: `what ${keyName(f.keyid)} is said to have signed is no in-toto statement of this kind`,
    where: signaturePlace(f),
    hint: "remove it, and have it signed again",
  }),
  SIGNATURE_UNTRUSTED: (f: { file: string; needed: number; trusted: number; keyids: readonly string[] }) => ({
    what: `valid signatures by trusted keys: ${f.trusted}, required: ${f.needed}`,
    where: f.file,
    hint: "have it signed by a key you trust, or trust its signer: --key FILE, $PGS_TRUSTED_KEYS",
  }),
} satisfies WordingTable;

export class SignatureFault<C extends keyof typeof signatureTable = keyof typeof signatureTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof signatureTable, C>, detail: FaultDetail = {}) {
    super("seal", code, facts, wordingFrom(signatureTable, code, facts), detail);
  }
}
