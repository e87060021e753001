/** Whose signatures count, and what a seal must show for it to be run. */

import type { JsonObject } from "../json/json.ts";
import type { TrustedKey } from "../sign/keys.ts";
import { subjectOfSeal } from "../sign/subjects.ts";
import { type EvaluatedSignature, evaluateSignatures, signatureFaults, type Verdict } from "../sign/verify.ts";
import { SEAL_FILE, type Seal } from "../snapshot/seal.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { trustedKeys } from "./keys.ts";
import type { TrustOptions } from "./load.ts";

/** The keys that were named, enough of them for what is needed. @throws UsageFault */
export function trustedFor(
  { key = [] }: TrustOptions,
  needed: number,
  context: Context,
): readonly TrustedKey[] {
  const keys = trustedKeys(key, context);
  if (keys.length >= needed) return keys;
  throw new UsageFault("TRUSTED_KEYS_TOO_FEW", { needed, keys: keys.length });
}

/** Refuses a seal in which anything about its signatures is wrong, or which too few trusted keys have signed. */
export function requireSigned(options: TrustOptions, needed: number, context: Context): (seal: Seal) => void {
  const keys = trustedFor(options, needed, context);
  return (seal) => {
    const [fault] = signatureFaults(evaluateSeal(seal, keys), SEAL_FILE, needed);
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
export function signatureRows(judged: readonly EvaluatedSignature[]): readonly (readonly string[])[] {
  return judged.map(({ keyid, verdict, by }) => [
    /^[0-9a-f]{64}$/.test(keyid) ? keyid : "(no key id)",
    WORDS[verdict],
    by?.place ?? "",
  ]);
}

export function signaturesJson(judged: readonly EvaluatedSignature[]): readonly JsonObject[] {
  return judged.map(({ keyid, verdict, by, line }) => ({ keyid, verdict, key: by?.place ?? null, line }));
}
