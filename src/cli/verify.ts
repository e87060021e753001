/** `pgs verify`: every file of the snapshot against its seal and its own text. */

import { counted } from "../counted.ts";
import { type Fault, SealFault } from "../faults.ts";
import type { TrustedKey } from "../sign/keys.ts";
import { type JudgedSignature, signatureFaults } from "../sign/verdict.ts";
import { requireFolder } from "../snapshot/load.ts";
import { checkSealOnDisk, parseSeal, rootOf, SEAL_FILE } from "../snapshot/seal.ts";
import { readAll, readSealFile, type SnapshotFile, verifyAgainst, verifyFile } from "../snapshot/verify.ts";
import type { CommonOptions, Context } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { neededSignatures, pinnedRoot, type SealOptions } from "./load.ts";
import { printError, printJson, printText, refusalText, shownOf, table } from "./report.ts";
import { checkReports, isPrinted, leaveReports, type ReportOptions } from "./reports.ts";
import { judgeSeal, signatureRows, signaturesJson, trustedFor } from "./trust.ts";
import { verifyPart } from "./verify-part.ts";

export interface VerifyOptions extends CommonOptions, SealOptions, ReportOptions {}

export async function verifyCommand(options: VerifyOptions, context: Context): Promise<number> {
  checkReports(options, context);
  const verified = verifySnapshot(options, context);
  leaveReports({ command: "pgs verify", parts: [verifyPart(verified, context)] }, options, context);
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
  const { world, settings } = context;
  requireFolder(settings.snapshot, world.files, settings);
  const needed = neededSignatures(options, context);
  const asked: Asked = {
    expected: pinnedRoot(options, context),
    needed,
    keys: trustedFor(options, needed, context),
  };
  const findings: Fault[] = [];
  const all = readAll(settings.snapshot, world.files, findings);
  const state = checkSeal(all, asked, findings, context);
  for (const fault of all.flatMap(verifyFile)) findings.push(fault);
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
  readonly signatures: readonly JudgedSignature[];
}

function checkSeal(
  all: readonly SnapshotFile[],
  { expected, needed, keys }: Asked,
  findings: Fault[],
  { world, settings }: Context,
): SealState {
  const bytes = readSealFile(settings.snapshot, world.files, findings);
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
  const signatures = judgeSeal(seal, keys);
  for (const fault of signatureFaults(signatures, SEAL_FILE, needed)) findings.push(fault);
  for (const fault of verifyAgainst(seal, all)) findings.push(fault);
  return { sealed: true, root: seal.root, signatures };
}

/** Each finding with its hint, as many as text shows. */
export function findingsText(findings: readonly Fault[], most?: number): string {
  const { shown, rest } = shownOf(findings, most);
  return `${shown.map((fault) => refusalText(fault)).join("")}${rest}`;
}

export function sayFindings(
  findings: readonly Fault[],
  state: SealState & { readonly files: number },
  context: Context,
): void {
  const { settings } = context;
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
  printError(context, findingsText(findings));
  if (findings.length > 0)
    printError(context, `${signed}findings: ${findings.length}, files: ${state.files}\n`);
  else if (!settings.quiet) {
    const seal = state.sealed ? "sealed" : "verified (no seal.json)";
    printText(context, `${seal}: ${counted(state.files, "file")}\nroot ${state.root}\n${signed}`);
  }
}
