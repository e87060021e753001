/** `pgs verify`: every file of the snapshot against its seal and its own text. */

import type { Fault } from "../../../errors/base.ts";
import type { TrustedKey } from "../../../sign/keys.ts";
import { signatureFaults } from "../../../sign/verify.ts";
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
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { checkOutputs } from "../../output-files.ts";
import { isPrinted, writeReports } from "../../report-files.ts";
import { REPORTS, TRUST } from "../../shared-options.ts";
import { evaluateSeal, trustedFor } from "../../signatures.ts";
import { type Trust, trustOf } from "../../trust.ts";
import { printVerified, type SealState, type Verified } from "../../verified-view.ts";
import { verifyPart } from "./result.ts";

export const verify = defineCommand({
  details: "Without a seal.json, each file is verified against its own source text alone.",
  arguments: {},
  options: { Seal: TRUST, Report: REPORTS },
  shared: ["workspace", "snapshot", "json", "quiet", "debug"],
  examples: [
    ["pgs verify", "verify the snapshot in the current folder"],
    [
      "pgs verify --key public.pem --sarif verify.sarif",
      "require a signature, and write the findings as SARIF",
    ],
  ],
  exitCodes: {
    SUCCESS: "every file is valid, and the seal is signed as required",
    SNAPSHOT: "there is no snapshot",
    FOUND: "a file, the seal or a signature is missing or invalid",
  },
  async action(request, context) {
    await checkOutputs(request, { "a key": request.key }, context);
    const verified = verifySnapshot(trustOf(request, context), context);
    writeReports({ command: "pgs verify", parts: [verifyPart(verified, context)] }, request, context);
    if (!isPrinted(request)) printVerified(verified, context);
    return verified.findings.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
  },
});

/** Every file, the seal and its signatures. @throws SnapshotFault when there is no snapshot */
export function verifySnapshot(trust: Trust, context: Context): Verified {
  const { platform, settings } = context;
  requireFolder(settings.snapshot, platform.files, settings);
  const asked: Asked = {
    expected: trust.root,
    needed: trust.signatures,
    keys: trustedFor(trust, context),
  };
  const findings: Fault[] = [];
  const all = readAll(settings.snapshot, platform.files, findings);
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
  for (const fault of signatureFaults(signatures, SEAL_FILE, needed)) findings.push(fault);
  for (const fault of verifyAgainst(seal, all)) findings.push(fault);
  return { sealed: true, root: seal.root, signatures };
}
