/** `pgs verify`: every file of the snapshot against its seal and its own text. */

import { verifySnapshot } from "../../../snapshot/verify-snapshot.ts";
import { authoredFindings } from "../../authored-sources.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { checkOutputs } from "../../output-files.ts";
import { isPrinted, writeReports } from "../../report-files.ts";
import { REPORTS, TRUST } from "../../shared-options.ts";
import { sealRequirements } from "../../signatures.ts";
import { trustOf } from "../../trust.ts";
import { printVerified, verifyPart } from "../../views/verify.ts";

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
    FOUND:
      "a file, the seal or a signature is missing or invalid, or the snapshot is not what its Markdown makes",
  },
  async action(request, context) {
    await checkOutputs(request, { "a key": request.key }, context);
    const { platform, settings } = context;
    const seal = sealRequirements(trustOf(request, context), context);
    const verification = await verifySnapshot({
      snapshot: settings.snapshot,
      files: platform.files,
      from: settings,
      checked: platform.openCheckCache(platform.env),
      seal,
    });
    const verified = {
      ...verification,
      findings: [...verification.findings, ...(await authoredFindings(context))],
    };
    writeReports({ command: "pgs verify", parts: [verifyPart(verified, context)] }, request, context);
    if (!isPrinted(request)) printVerified(verified, context);
    return verified.findings.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
  },
});
