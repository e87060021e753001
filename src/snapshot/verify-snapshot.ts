/** Verifies a whole snapshot: each file against its own text and the seal, the seal against what it must be. */

import type { Fault } from "../errors/base.ts";
import type { Digest } from "../json/canonical.ts";
import type { Files } from "../ports.ts";
import type { TrustedKey } from "../sign/keys.ts";
import { subjectOfSeal } from "../sign/subjects.ts";
import {
  type EvaluatedSignature,
  evaluateRootSignature,
  evaluateSignatures,
  signatureFaults,
} from "../sign/verify.ts";
import { SealFault } from "./errors.ts";
import type { Workspace } from "./find-snapshot.ts";
import { requireFolder } from "./load.ts";
import {
  checkSealOnDisk,
  parseSeal,
  rootOf,
  SEAL_FILE,
  type SealSignature,
  type SnapshotSeal,
} from "./seal.ts";
import { readAll, readSealFile, type SnapshotFile, verifyAgainst, verifyFile } from "./verify.ts";

/** What a seal must be, besides valid. */
export interface SealRequirements {
  /** The only root that is allowed. */
  readonly root: string | undefined;
  /** Number of trusted keys that must have signed. */
  readonly signatures: number;
  readonly keys: readonly TrustedKey[];
}

export interface VerifyRequest {
  readonly snapshot: string;
  readonly files: Files;
  /** Where the reader works: a refusal says with which options another snapshot is found from there. */
  readonly from?: Workspace;
  readonly seal: SealRequirements;
}

export interface VerifiedSnapshot extends SealState {
  readonly findings: readonly Fault[];
  /** Number of files that were read. */
  readonly files: number;
}

interface SealState {
  readonly sealed: boolean;
  /** Null where the seal cannot be read. */
  readonly root: string | null;
  readonly signatures: readonly EvaluatedSignature[];
}

/** Everything that is wrong with the files, the seal and its signatures. @throws SnapshotFault when there is no snapshot */
export function verifySnapshot({ snapshot, files, from, seal }: VerifyRequest): VerifiedSnapshot {
  requireFolder(snapshot, files, from);
  const findings: Fault[] = [];
  const all = readAll(snapshot, files, findings);
  const state = verifySeal(readSealFile(snapshot, files, findings), all, seal, findings);
  for (const fault of all.flatMap(verifyFile)) findings.push(fault);
  return { ...state, findings, files: all.length };
}

function verifySeal(
  bytes: Uint8Array | null | undefined,
  all: readonly SnapshotFile[],
  { root: expected, signatures: needed, keys }: SealRequirements,
  findings: Fault[],
): SealState {
  if (bytes === undefined) return { sealed: true, root: null, signatures: [] };
  if (bytes === null) {
    if (expected !== undefined || needed > 0) findings.push(new SealFault("SEAL_ABSENT", { file: SEAL_FILE }));
    return { sealed: false, root: rootOf(all), signatures: [] };
  }
  const parsed = parseSeal(bytes);
  if ("fault" in parsed) {
    const byPath = new Map(all.map((file) => [file.path, file.bytes]));
    findings.push(checkSealOnDisk(parsed, (path) => byPath.get(path) ?? null));
    return { sealed: true, root: null, signatures: [] };
  }
  const { seal } = parsed;
  if (expected !== undefined && seal.root !== expected) {
    findings.push(new SealFault("SEAL_UNEXPECTED_ROOT", { file: SEAL_FILE, expected, found: seal.root }));
  }
  const signatures = evaluateSeal(seal, keys);
  for (const fault of signatureFaults(signatures, SEAL_FILE, needed)) findings.push(fault);
  for (const fault of verifyAgainst(seal, all)) findings.push(fault);
  return { sealed: true, root: seal.root, signatures };
}

/** A check that refuses a seal with an invalid signature, or with too few by trusted keys. */
export function signatureCheck({ keys, signatures: needed }: SealRequirements): (seal: SnapshotSeal) => void {
  return (seal) => {
    const [fault] = signatureFaults(evaluateSeal(seal, keys), seal.signatureFile, needed);
    if (fault !== undefined) throw fault;
  };
}

/** Every signature of the seal. */
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
