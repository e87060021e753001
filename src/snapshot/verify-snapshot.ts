/** Verifies a whole snapshot: each file against its own text and the seal, the seal against what it must be. */

import type { Fault } from "../errors/base.ts";
import type { CheckCache, Files } from "../ports.ts";
import { type EvaluatedSignature, signatureFaults } from "../sign/verify.ts";
import { DeferredChecks } from "./assembled/deferred.ts";
import { readAssembled } from "./assembled/verify.ts";
import { SealFault, SnapshotFault } from "./errors.ts";
import type { Workspace } from "./find-snapshot.ts";
import { requireForm } from "./load.ts";
import { rootOf, SEAL_FILE } from "./seal.ts";
import { evaluateSeal, type SealRequirements } from "./seal-signatures.ts";
import type { WholeSnapshot } from "./whole.ts";

export interface VerifyRequest {
  readonly snapshot: string;
  readonly files: Files;
  /** Where the reader works: a refusal says with which options another snapshot is found from there. */
  readonly from?: Workspace;
  /** The content checks that artifacts of an assembled snapshot have passed before. */
  readonly checked?: CheckCache | null;
  readonly seal: SealRequirements;
}

export interface VerifiedSnapshot extends SealState {
  readonly findings: readonly Fault[];
  /** Number of files that were read. */
  readonly files: number;
  /** What the form of snapshot is called, and what none of its hashes covers, for people. */
  readonly form: string;
  readonly uncovered: readonly string[];
}

interface SealState {
  readonly sealed: boolean;
  /** Null where the seal cannot be read. */
  readonly root: string | null;
  readonly signatures: readonly EvaluatedSignature[];
}

/** Everything that is wrong with the files, the seal and its signatures. @throws SnapshotFault when there is no snapshot */
export async function verifySnapshot({ seal, ...request }: VerifyRequest): Promise<VerifiedSnapshot> {
  const deferred = new DeferredChecks(request.checked ?? null);
  const whole = await readForm(request, deferred);
  const findings: Fault[] = [];
  const state = verifySeal(whole, seal, findings);
  const contents = [...whole.files.flatMap(whole.verifyFile), ...(await deferred.faults())];
  for (const fault of [...whole.faults, ...contents]) findings.push(fault);
  if (findings.length === 0) deferred.setKnown();
  return { ...state, findings, files: whole.files.length, form: whole.form, uncovered: whole.uncovered };
}

async function readForm(
  { snapshot, files, from }: Omit<VerifyRequest, "seal">,
  deferred: DeferredChecks,
): Promise<WholeSnapshot> {
  const place = { root: files.realPath(snapshot) ?? snapshot, files };
  if (requireForm(snapshot, files, from) === "assembled") return readAssembled(place, deferred);
  const { readWorkspaceForm } = await import("./workspace-whole.ts");
  return readWorkspaceForm(place);
}

function verifySeal(
  { seal, files }: WholeSnapshot,
  { root: expected, signatures: needed, keys }: SealRequirements,
  findings: Fault[],
): SealState {
  if (seal === null) return { sealed: true, root: null, signatures: [] };
  const { root, file } = seal;
  if (root === null) {
    if (expected !== undefined || needed > 0) findings.push(new SealFault("SEAL_ABSENT", { file: SEAL_FILE }));
    return { sealed: false, root: rootOf(files), signatures: [] };
  }
  if (expected !== undefined && root !== expected)
    findings.push(new SealFault("SEAL_UNEXPECTED_ROOT", { file, expected, found: root }));
  try {
    const signatures = evaluateSeal(seal, keys);
    for (const fault of signatureFaults(signatures, seal.signatureFile, needed)) findings.push(fault);
    return { sealed: true, root, signatures };
  } catch (error) {
    if (!(error instanceof SnapshotFault)) throw error;
    findings.push(error);
    return { sealed: true, root, signatures: [] };
  }
}
