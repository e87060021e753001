/** Which signatures of an envelope count, and findings about the others. */

import type { Digest } from "../json/canonical.ts";
import { type Envelope, type Signature, signedBytes } from "./dsse.ts";
import { SignatureFault } from "./errors.ts";
import type { SigningKey, TrustedKey } from "./keys.ts";
import { readStatement, type Statement, toPayload } from "./statement.ts";
import { type Difference, otherRoot, type SignedSubject } from "./subjects.ts";

/**
 * `valid`: by a trusted key, and about this subject. `unknown_key`: no problem is visible
 * without its key. `invalid`: it names a trusted key that did not sign this content. `other_subject`, `malformed`:
 * the statement is about something else, or is not understood, whoever signed it.
 */
export type Verdict = "valid" | "unknown_key" | "invalid" | "other_subject" | "malformed";

export interface EvaluatedSignature {
  readonly keyid: string;
  /** Line of its file, where each signature has one of its own. */
  readonly line: number | null;
  readonly verdict: Verdict;
  /** The trusted key that made it; null when none did. */
  readonly by: TrustedKey | null;
  /** The difference between the statement and the subject, if there is one. */
  readonly difference?: Difference;
}

/** The statement's payload, signed by one key. */
export function signStatement(statement: Statement, key: SigningKey): Envelope {
  const unsigned = toPayload(statement);
  return { ...unsigned, signatures: [{ keyid: key.keyid, sig: key.sign(signedBytes(unsigned)) }] };
}

/**
 * The envelopes without the signatures of the given keys, in whichever envelope and whatever key id they
 * state; an envelope of those alone is left out.
 */
export function withoutSignaturesBy(
  keys: readonly TrustedKey[],
  envelopes: readonly Envelope[],
): readonly Envelope[] {
  return envelopes.flatMap((envelope) => {
    const bytes = signedBytes(envelope);
    const signatures = envelope.signatures.filter(({ sig }) => !keys.some((key) => key.hasSigned(bytes, sig)));
    return signatures.length === 0 ? [] : [{ ...envelope, signatures }];
  });
}

/** Every signature of an envelope. All keys are tried, because a key id is only a hint that anyone may have changed. */
export function evaluateSignatures(
  envelope: Envelope,
  keys: readonly TrustedKey[],
  about: SignedSubject,
  line: number | null = null,
): readonly EvaluatedSignature[] {
  const bytes = signedBytes(envelope);
  const content = checkContent(envelope, about);
  return envelope.signatures.map((signature) => {
    const { keyid } = signature;
    const by = keys.find((key) => key.hasSigned(bytes, signature.sig)) ?? null;
    return {
      keyid,
      line,
      by,
      ...(by === null && isNamed(signature, keys) ? INVALID : (content ?? validBy(by))),
    };
  });
}

/** A signature over the root as text, whose key is named by its label. Null stands for one without the format of one. */
export function evaluateRootSignature(
  claim: { readonly root: string; readonly keyid: string; readonly sig: Uint8Array } | null,
  keys: readonly TrustedKey[],
  root: Digest,
): EvaluatedSignature {
  const unsigned = { keyid: claim?.keyid ?? "", line: null, by: null };
  if (claim === null) return { ...unsigned, verdict: "malformed" };
  if (claim.root !== root)
    return { ...unsigned, verdict: "other_subject", difference: otherRoot("/snapshot_id", claim.root, root) };
  const named = keys.filter(({ label }) => label === claim.keyid);
  if (named.length === 0) return { ...unsigned, verdict: "unknown_key" };
  const by = named.find((key) => key.hasSigned(Buffer.from(root), claim.sig)) ?? null;
  return { ...unsigned, by, verdict: by === null ? "invalid" : "valid" };
}

type Evaluation = Pick<EvaluatedSignature, "verdict" | "difference">;

const INVALID: Evaluation = { verdict: "invalid" };

function isNamed({ keyid }: Signature, keys: readonly TrustedKey[]): boolean {
  return keys.some((key) => key.keyid === keyid);
}

function validBy(by: TrustedKey | null): Evaluation {
  return { verdict: by === null ? "unknown_key" : "valid" };
}

/** The problem of the statement, independent of the signer. */
function checkContent(envelope: Envelope, { predicateType, compare }: SignedSubject): Evaluation | undefined {
  const statement = readStatement(envelope);
  if (statement?.predicateType !== predicateType) return { verdict: "malformed" };
  const difference = compare(statement);
  return difference === undefined ? undefined : { verdict: "other_subject", difference };
}

/** The number of trusted keys with a valid signature; a key counts once. */
export function countSigners(evaluated: readonly EvaluatedSignature[]): number {
  const signers = evaluated.flatMap(({ verdict, by }) =>
    verdict === "valid" && by !== null ? [by.keyid] : [],
  );
  return new Set(signers).size;
}

/** All findings: signatures that are not valid, and too few valid ones. */
export function signatureFaults(
  evaluated: readonly EvaluatedSignature[],
  file: string,
  needed: number,
): readonly SignatureFault[] {
  const faults = evaluated.flatMap((one) => faultOf(one, file) ?? []);
  const trusted = countSigners(evaluated);
  if (trusted >= needed) return faults;
  if (evaluated.length === 0) return [new SignatureFault("SIGNATURE_MISSING", { file })];
  const keyids = evaluated.map(({ keyid }) => keyid);
  return [...faults, new SignatureFault("SIGNATURE_UNTRUSTED", { file, needed, trusted, keyids })];
}

function faultOf(one: EvaluatedSignature, file: string): SignatureFault | undefined {
  const { verdict, line, keyid, difference } = one;
  const place = { file, line, keyid };
  switch (verdict) {
    case "valid":
    case "unknown_key":
      return undefined;
    case "invalid":
      return new SignatureFault("SIGNATURE_INVALID", place);
    case "malformed":
      return new SignatureFault("SIGNATURE_MALFORMED", place);
    case "other_subject":
      return difference?.toFault(place);
    default:
      return verdict satisfies never;
  }
}
