/** The signatures of a seal: which are required, and how they are shown. */

import type { JsonObject } from "../json/value.ts";
import { isKeyId } from "../sign/errors.ts";
import type { EvaluatedSignature, Verdict } from "../sign/verify.ts";
import type { SealRequirements } from "../snapshot/seal-signatures.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { trustedKeys } from "./keys.ts";
import { table } from "./print.ts";
import type { Trust } from "./trust.ts";

/** What the seal must be, with the trusted keys read: at least as many as signatures are required. @throws UsageFault */
export function sealRequirements({ root, signatures, keys: files }: Trust, context: Context): SealRequirements {
  const keys = trustedKeys(files, context);
  if (keys.length >= signatures) return { root, signatures, keys };
  throw new UsageFault("TRUSTED_KEYS_TOO_FEW", { needed: signatures, keys: keys.length });
}

const WORDS: Readonly<Record<Verdict, string>> = {
  valid: "valid",
  unknown_key: "its key was not given",
  invalid: "invalid",
  other_subject: "about something else",
  malformed: "malformed",
};

/** A row for each signature: the key, the verdict, and where that key is; empty without signatures. */
export function signaturesText(signatures: readonly EvaluatedSignature[]): string {
  const rows = signatures.map(({ keyid, verdict, by }) => [
    isKeyId(keyid) ? keyid : "(no key id)",
    WORDS[verdict],
    by?.place ?? "",
  ]);
  return rows.length === 0 ? "" : `signatures\n${table(rows)}`;
}

export function signaturesJson(evaluated: readonly EvaluatedSignature[]): readonly JsonObject[] {
  return evaluated.map(({ keyid, verdict, by, line }) => ({ keyid, verdict, key: by?.place ?? null, line }));
}
