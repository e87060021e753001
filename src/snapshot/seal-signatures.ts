/** The signatures of a seal, in whichever format its form of snapshot has them. */

import type { Digest } from "../json/canonical.ts";
import type { TrustedKey } from "../sign/keys.ts";
import { subjectOfSeal } from "../sign/subjects.ts";
import {
  type EvaluatedSignature,
  evaluateRootSignature,
  evaluateSignatures,
  signatureFaults,
} from "../sign/verify.ts";
import type { SealSignature, SnapshotSeal } from "./seal.ts";

/** What a seal must be, besides valid. */
export interface SealRequirements {
  /** The only root that is allowed. */
  readonly root: string | undefined;
  /** Number of trusted keys that must have signed. */
  readonly signatures: number;
  readonly keys: readonly TrustedKey[];
}

/** A check that refuses a seal with an invalid signature, or with too few by trusted keys. */
export function signatureCheck({ keys, signatures: needed }: SealRequirements): (seal: SnapshotSeal) => void {
  return (seal) => {
    const [fault] = signatureFaults(evaluateSeal(seal, keys), seal.signatureFile, needed);
    if (fault !== undefined) throw fault;
  };
}

/** Every signature of the seal. @throws SnapshotFault where they cannot be read */
export function evaluateSeal(
  { root, signatures }: SnapshotSeal,
  keys: readonly TrustedKey[],
): readonly EvaluatedSignature[] {
  return root === null ? [] : signatures.flatMap((one) => evaluate(one, root, keys));
}

function evaluate(
  one: SealSignature,
  root: Digest,
  keys: readonly TrustedKey[],
): readonly EvaluatedSignature[] {
  if ("envelope" in one) return evaluateSignatures(one.envelope, keys, subjectOfSeal(root), one.line);
  return [evaluateRootSignature(one.claim, keys, root)];
}
