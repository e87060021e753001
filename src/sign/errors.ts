/** Refusals about keys and signatures. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";
import { unicodeEscape } from "../json/text.ts";
import type { Json } from "../json/value.ts";

/** The use of a key: a private key signs, a public key identifies a trusted signer. */
export type KeyUse = "sign" | "trust";

export type KeyDefect = keyof typeof keyDefects;

const makeKey: Readonly<Record<KeyUse, string>> = {
  sign: "create one with: openssl genpkey -algorithm ed25519 -out signing.pem",
  trust: "derive it from the private key with: openssl pkey -in signing.pem -pubout -out signer.pem",
};

/** Nothing helps a signature by a key for another algorithm. */
const NAME_ED25519 =
  "name the public key of a signer whose key is for Ed25519; who signs creates both with: openssl genpkey -algorithm ed25519 -out signing.pem; openssl pkey -in signing.pem -pubout -out signer.pem";

interface KeyWords {
  what(form: string | null): string;
  /** A hint for cases in which a new key does not help. */
  hint?(key: string, wanted: KeyUse): string | undefined;
}

/** Why a key cannot be used. The texts repeat nothing of the key except the name of its format. */
const keyDefects = {
  NOT_PEM: {
    what: () => "is not PEM text",
    hint: (key) =>
      key.startsWith("$") ? `put the PEM text itself into ${key}, or name its file with --key FILE` : undefined,
  },
  SEVERAL: {
    what: () => "is in one file with other keys",
    hint: () => "put each key into its own file; --key may be repeated",
  },
  OPENSSH: { what: () => "has the OpenSSH format; PEM is required" },
  OTHER_FORM: { what: (form) => `has another format: ${form}` },
  OTHER_ALGORITHM: {
    what: (form) => `is for ${form}, not for Ed25519`,
    hint: (_, wanted) => (wanted === "sign" ? undefined : NAME_ED25519),
  },
  PRIVATE: {
    what: () => "is a private key; a public key is required",
    hint: (key) => `derive it from this key with: openssl pkey -in ${key} -pubout -out signer.pem`,
  },
  PUBLIC: {
    what: () => "is a public key; a private key is required",
    hint: () => "name the private key that it belongs to",
  },
  ENCRYPTED: {
    what: () => "is encrypted",
    hint: () => "put its passphrase into $PGS_SIGNING_PASSPHRASE",
  },
  WRONG_PASSPHRASE: {
    what: () => "cannot be decrypted",
    hint: () => "correct the passphrase in $PGS_SIGNING_PASSPHRASE",
  },
  BROKEN: { what: () => "cannot be read: its PEM text contains something else" },
} satisfies Record<string, KeyWords>;

const keyTable = {
  KEY_UNUSABLE: (f: { key: string; wanted: KeyUse; defect: KeyDefect; form: string | null }) => {
    const { what, hint }: KeyWords = keyDefects[f.defect];
    return {
      what: `the key ${what(f.form)}`,
      where: f.key,
      hint: hint?.(f.key, f.wanted) ?? makeKey[f.wanted],
    };
  },
} satisfies WordingTable;

export class KeyFault<C extends keyof typeof keyTable = keyof typeof keyTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof keyTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, wordingFrom(keyTable, code, facts), detail);
  }
}

/** A signature's place and the key that it names; the key is an unproven hint. */
export type SignaturePlace = { file: string; line: number | null; keyid: string };

/** Whether it looks like the id of a key: the SHA-256 of one, or the label of 16 digits that `signature.json` has. */
export const isKeyId = (keyid: string): boolean => /^(?:[0-9a-f]{16}|[0-9a-f]{64})$/.test(keyid);

const signaturePlace = (f: SignaturePlace) => fileLine(f.file, f.line ?? undefined);
// These texts are untrusted: they must not move the cursor or fill the screen.
const keyName = (keyid: string) =>
  isKeyId(keyid) ? `key ${keyid.slice(0, 16)}${keyid.length > 16 ? "…" : ""}` : "an unnamed key";
const shown = (value: Json) =>
  JSON.stringify(value)
    .replace(/[^ -~]/g, unicodeEscape)
    .slice(0, 80);

/** Of an assembled snapshot, whose signature is over its identity, in a file of its own that is written elsewhere. */
const isOfIdentity = ({ file }: { file: string }) => file === "signature.json";

const RESTORE_SIGNATURE = "restore signature.json from where the snapshot was published";

/** About signatures: `run` refuses with one of them, `verify` and `attest --verify` list them. */
export const signatureTable = {
  SIGNATURE_MISSING: (f: { file: string }) => ({
    what: "a signature is required, but the seal has none",
    where: f.file,
    hint: isOfIdentity(f)
      ? "use the signed snapshot: an assembled one is signed where it is assembled"
      : "use the signed snapshot, or sign this one: pgs seal --key FILE",
  }),
  SIGNATURE_INVALID: (f: SignaturePlace) => ({
    what: `the signature by ${keyName(f.keyid)} does not match the content`,
    where: signaturePlace(f),
    hint: isOfIdentity(f)
      ? RESTORE_SIGNATURE
      : "restore the signed file, or remove this signature and sign the file again",
  }),
  SIGNATURE_OTHER_ROOT: (f: SignaturePlace & { signed: string; found: string }) => ({
    what: `the signature by ${keyName(f.keyid)} covers another root (signed ${f.signed.slice(0, 12)}…, this seal has ${f.found.slice(0, 12)}…)`,
    where: signaturePlace(f),
    hint: isOfIdentity(f)
      ? "use the snapshot that was signed, or the signature of this one"
      : "use the snapshot that was signed; pgs seal removes signatures of another root",
  }),
  SIGNATURE_OTHER_RUN: (f: SignaturePlace & { pointer: string; signed: Json; found: Json }) => ({
    what: `the signature by ${keyName(f.keyid)} belongs to another run: ${shown(f.pointer)} is ${shown(f.signed)} in the attestation, ${shown(f.found)} in the trace`,
    where: signaturePlace(f),
    hint: "use the trace that was attested, or the attestation of this trace",
  }),
  SIGNATURE_MALFORMED: (f: SignaturePlace) => ({
    what: isOfIdentity(f)
      ? "the file has not the snapshot_id, the algorithm ed25519 and the signature in base64 of a signature"
      : `the content signed by ${keyName(f.keyid)} is not an in-toto statement of this kind`,
    where: signaturePlace(f),
    hint: isOfIdentity(f) ? RESTORE_SIGNATURE : "remove the signature, and sign again",
  }),
  SIGNATURE_UNTRUSTED: (f: { file: string; needed: number; trusted: number; keyids: readonly string[] }) => ({
    what: `valid signatures by trusted keys: ${f.trusted}, required: ${f.needed}`,
    where: f.file,
    hint: isOfIdentity(f)
      ? f.needed > 1
        ? "require one signature: signature.json has no more"
        : "trust the signer's key: --key FILE, $PGS_TRUSTED_KEYS"
      : "sign it with a trusted key, or trust the signer's key: --key FILE, $PGS_TRUSTED_KEYS",
  }),
} satisfies WordingTable;

export class SignatureFault<C extends keyof typeof signatureTable = keyof typeof signatureTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof signatureTable, C>, detail: FaultDetail = {}) {
    super("seal", code, facts, wordingFrom(signatureTable, code, facts), detail);
  }
}
