/** The signatures of a seal, evaluated against the trusted keys, and how they are shown. */

import type { JsonObject } from "../json/json.ts";
import type { TrustedKey } from "../sign/keys.ts";
import { subjectOfSeal } from "../sign/subjects.ts";
import { type EvaluatedSignature, evaluateSignatures, signatureFaults, type Verdict } from "../sign/verify.ts";
import { SEAL_FILE, type Seal } from "../snapshot/seal.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { trustedKeys } from "./keys.ts";
import type { Trust } from "./trust.ts";

/** The trusted keys, which are at least as many as the signatures required. @throws UsageFault */
export function trustedFor(
  { keys: files, signatures: needed }: Trust,
  context: Context,
): readonly TrustedKey[] {
  const keys = trustedKeys(files, context);
  if (keys.length >= needed) return keys;
  throw new UsageFault("TRUSTED_KEYS_TOO_FEW", { needed, keys: keys.length });
}

/** Refuses a seal with a wrong signature, or with too few by trusted keys. */
export function requireSigned(trust: Trust, context: Context): (seal: Seal) => void {
  const keys = trustedFor(trust, context);
  return (seal) => {
    const [fault] = signatureFaults(evaluateSeal(seal, keys), SEAL_FILE, trust.signatures);
    if (fault !== undefined) throw fault;
  };
}

/** Every signature of the seal. */
export function evaluateSeal(
  { root, signatures }: Seal,
  keys: readonly TrustedKey[],
): readonly EvaluatedSignature[] {
  return signatures.flatMap(({ line, envelope }) =>
    evaluateSignatures(envelope, keys, subjectOfSeal(root), line),
  );
}

const WORDS: Readonly<Record<Verdict, string>> = {
  valid: "valid",
  unknown_key: "its key was not given",
  invalid: "invalid",
  other_subject: "about something else",
  malformed: "malformed",
};

/** A row for each signature: the key, what became of it, and where that key is. */
export function signatureRows(evaluated: readonly EvaluatedSignature[]): readonly (readonly string[])[] {
  return evaluated.map(({ keyid, verdict, by }) => [
    /^[0-9a-f]{64}$/.test(keyid) ? keyid : "(no key id)",
    WORDS[verdict],
    by?.place ?? "",
  ]);
}

export function signaturesJson(evaluated: readonly EvaluatedSignature[]): readonly JsonObject[] {
  return evaluated.map(({ keyid, verdict, by, line }) => ({ keyid, verdict, key: by?.place ?? null, line }));
}
