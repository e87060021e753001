/** `pgs seal`: after a full verification, writes `seal.json`, and signs it. */

import { counted } from "../../../errors/counted.ts";
import { requireFolder } from "../../../snapshot/load.ts";
import { authoredFindings } from "../../authored-sources.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { signingKeys } from "../../keys.ts";
import { file, repeatable } from "../../option.ts";
import { plain, printError, printJson, printText } from "../../print.ts";
import { type SealedSnapshot, sealSnapshot } from "../../seal-snapshot.ts";
import { printVerified } from "../../views/verify.ts";

export const seal = defineCommand({
  details: "Valid signatures that the seal already has stay. Nothing is written unless every file is valid.",
  arguments: {},
  options: {
    Signature: {
      key: repeatable(file("private key (PEM) to sign with", { env: "$PGS_SIGNING_KEY" })),
    },
  },
  shared: ["workspace", "snapshot", "json", "quiet", "debug"],
  examples: [
    ["pgs seal", "seal the snapshot in the current folder"],
    [
      "pgs seal --key private.pem --snapshot build/protocol_snapshot",
      "seal another snapshot and sign the seal",
    ],
  ],
  exitCodes: {
    SUCCESS: "sealed",
    SNAPSHOT: "the snapshot is missing or invalid, or the seal could not be written",
  },
  async action({ key }, context) {
    const { platform, settings } = context;
    requireFolder(settings.snapshot, platform.files, "seal", settings);
    const keys = signingKeys(key, context);
    const sealed = sealSnapshot(keys, await authoredFindings(context), context);
    if ("findings" in sealed) {
      const unsealed = { sealed: false, root: null, signatures: [], form: "workspace", uncovered: [] };
      printVerified({ ...sealed, ...unsealed }, context);
      return EXIT.SNAPSHOT;
    }
    printSealed(sealed, context);
    return EXIT.SUCCESS;
  },
});

function printSealed(sealed: SealedSnapshot, context: Context): void {
  const { platform, settings } = context;
  const { root, files, seal: file, signatures, dropped, kept, wasBroken } = sealed;
  if (settings.json)
    printJson(context, { root, files, seal: file, signatures, dropped, seal_was_broken: wasBroken });
  if (settings.json || settings.quiet) return;
  const rows = signatures.map((keyid) => `signed by ${plain(keyid)}\n`).join("");
  const place = plain(shortPath(file, platform.cwd));
  printText(context, `sealed ${counted(files, "file")}\nroot ${root}\n${rows}seal ${place}\n`);
  if (wasBroken)
    printError(
      context,
      `the previous seal cannot be read: ${kept} of its signatures are kept, any others are lost\n`,
    );
  else if (dropped > 0)
    printError(context, `signatures removed because they belong to another root: ${dropped}\n`);
}
