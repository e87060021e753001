/** `pgs verify`: every file of the snapshot against its seal and its own text. */

import type { Fault } from "../../../errors/base.ts";
import { counted } from "../../../errors/counted.ts";
import type { TrustedKey } from "../../../sign/keys.ts";
import { type EvaluatedSignature, signatureFaults } from "../../../sign/verify.ts";
import { SealFault } from "../../../snapshot/errors.ts";
import { requireFolder } from "../../../snapshot/load.ts";
import { checkSealOnDisk, parseSeal, rootOf, SEAL_FILE } from "../../../snapshot/seal.ts";
import {
  readAll,
  readSealFile,
  type SnapshotFile,
  verifyAgainst,
  verifyFile,
} from "../../../snapshot/verify.ts";
import type { CommonOptions, Context } from "../../context.ts";
import { EXIT } from "../../exit-codes.ts";
import { neededSignatures, pinnedRoot, type SealOptions } from "../../load.ts";
import { printJson, printText, refusalText, table } from "../../print.ts";
import { checkReports, isPrinted, type ReportOptions, writeReports } from "../../report-files.ts";
import { evaluateSeal, signatureRows, signaturesJson, trustedFor } from "../../trust.ts";
import { verifyPart } from "./result.ts";

export interface VerifyOptions extends CommonOptions, SealOptions, ReportOptions {}

export async function verifyCommand(options: VerifyOptions, context: Context): Promise<number> {
  checkReports(options, context);
  const verified = verifySnapshot(options, context);
  writeReports({ command: "pgs verify", parts: [verifyPart(verified, context)] }, options, context);
  if (!isPrinted(options)) sayFindings(verified.findings, verified, context);
  return verified.findings.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
}

export interface Verified extends SealState {
  readonly findings: readonly Fault[];
  /** How many were read. */
  readonly files: number;
}

/** Every file, the seal and its signatures. @throws SnapshotFault when there is no snapshot */
export function verifySnapshot(options: SealOptions, context: Context): Verified {
  const { platform, settings } = context;
  requireFolder(settings.snapshot, platform.files, settings);
  const needed = neededSignatures(options, context);
  const asked: Asked = {
    expected: pinnedRoot(options, context),
    needed,
    keys: trustedFor(options, needed, context),
  };
  const findings: Fault[] = [];
  const all = readAll(settings.snapshot, platform.files, findings);
  const state = checkSeal(all, asked, findings, context);
  findings.push(...all.flatMap(verifyFile));
  return { ...state, findings, files: all.length };
}

/** What the seal must be besides sound. */
interface Asked {
  readonly expected: string | undefined;
  readonly needed: number;
  readonly keys: readonly TrustedKey[];
}

interface SealState {
  readonly sealed: boolean;
  readonly root: string | null;
  readonly signatures: readonly EvaluatedSignature[];
}

function checkSeal(
  all: readonly SnapshotFile[],
  { expected, needed, keys }: Asked,
  findings: Fault[],
  { platform, settings }: Context,
): SealState {
  const bytes = readSealFile(settings.snapshot, platform.files, findings);
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
  findings.push(...signatureFaults(signatures, SEAL_FILE, needed), ...verifyAgainst(seal, all));
  return { sealed: true, root: seal.root, signatures };
}

export function sayFindings(
  findings: readonly Fault[],
  state: SealState & { readonly files: number },
  context: Context,
): void {
  const { platform, settings } = context;
  if (settings.json) {
    const listed = findings.map(({ code, facts, wording }) => ({ code, ...wording, facts }));
    printJson(context, {
      ok: findings.length === 0,
      seal: state.sealed ? "sealed" : "verified",
      root: state.root,
      files: state.files,
      signatures: signaturesJson(state.signatures),
      findings: listed,
    });
    return;
  }
  const signed = state.signatures.length === 0 ? "" : `signatures\n${table(signatureRows(state.signatures))}`;
  for (const finding of findings) platform.err(refusalText(finding));
  if (findings.length > 0) platform.err(`${signed}findings: ${findings.length}, files: ${state.files}\n`);
  else if (!settings.quiet) {
    const seal = state.sealed ? "sealed" : "verified (no seal.json)";
    printText(context, `${seal}: ${counted(state.files, "file")}\nroot ${state.root}\n${signed}`);
  }
}
