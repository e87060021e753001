/** `pgs verify`: every file of the snapshot against its seal and its own text. */

import { type Fault, SealFault } from "../faults.ts";
import { requireFolder } from "../snapshot/load.ts";
import { checkSealOnDisk, parseSeal, rootOf, SEAL_FILE } from "../snapshot/seal.ts";
import { readAll, type SnapshotFile, verifyAgainst, verifyFile } from "../snapshot/verify.ts";
import type { CommonOptions, Context } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { printJson, refusalText } from "./report.ts";

export interface VerifyOptions extends CommonOptions {
  readonly expectSeal?: string;
}

export async function verifyCommand({ expectSeal }: VerifyOptions, context: Context): Promise<number> {
  const { world, settings } = context;
  requireFolder(settings.snapshot, world.files);
  const findings: Fault[] = [];
  const all = readAll(settings.snapshot, world.files, findings);
  const expected = expectSeal ?? (world.env["PGS_EXPECT_SEAL"] || undefined);
  const { sealed, root } = checkSeal(all, expected, findings, context);
  findings.push(...all.flatMap(verifyFile));
  sayFindings(findings, { sealed, root, files: all.length }, context);
  return findings.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
}

interface SealState {
  readonly sealed: boolean;
  readonly root: string | null;
}

function checkSeal(
  all: readonly SnapshotFile[],
  expected: string | undefined,
  findings: Fault[],
  { world, settings }: Context,
): SealState {
  const bytes = world.files.read(`${settings.snapshot}/${SEAL_FILE}`);
  if (bytes === null) {
    if (expected !== undefined) findings.push(new SealFault("SEAL_ABSENT", { file: SEAL_FILE }));
    return { sealed: false, root: rootOf(all) };
  }
  const parsed = parseSeal(bytes);
  if ("fault" in parsed) {
    const byPath = new Map(all.map((file) => [file.path, file.bytes]));
    findings.push(checkSealOnDisk(parsed, (path) => byPath.get(path) ?? null));
    return { sealed: true, root: null };
  }
  const { seal } = parsed;
  if (expected !== undefined && seal.root !== expected) {
    findings.push(new SealFault("SEAL_UNEXPECTED_ROOT", { file: SEAL_FILE, expected, found: seal.root }));
  }
  findings.push(...verifyAgainst(seal, all));
  return { sealed: true, root: seal.root };
}

export function sayFindings(
  findings: readonly Fault[],
  state: SealState & { readonly files: number },
  context: Context,
): void {
  const { world, settings } = context;
  if (settings.json) {
    const listed = findings.map(({ code, facts, wording }) => ({ code, ...wording, facts }));
    printJson(context, {
      ok: findings.length === 0,
      seal: state.sealed ? "sealed" : "verified",
      root: state.root,
      files: state.files,
      findings: listed,
    });
    return;
  }
  for (const finding of findings) world.err(refusalText(finding));
  if (findings.length > 0) world.err(`${findings.length} of ${state.files} files have findings\n`);
  else if (!settings.quiet) {
    world.out(
      `${state.sealed ? "sealed" : "verified (no seal.json)"}: ${state.files} files\nroot ${state.root}\n`,
    );
  }
}
