/** `pgs seal`: after a full verification, writes `seal.json`. */

import { type Fault, SealFault } from "../faults.ts";
import { IoError } from "../ports.ts";
import { requireFolder } from "../snapshot/load.ts";
import { SEAL_FILE, sealText } from "../snapshot/seal.ts";
import { readAll, verifyFile } from "../snapshot/verify.ts";
import type { CommonOptions, Context } from "./context.ts";
import { shortPath } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { printJson } from "./report.ts";
import { sayFindings } from "./verify.ts";

export async function sealCommand(_: CommonOptions, context: Context): Promise<number> {
  const { world, settings } = context;
  requireFolder(settings.snapshot, world.files);
  const findings: Fault[] = [];
  const all = readAll(settings.snapshot, world.files, findings);
  findings.push(...all.flatMap(verifyFile));
  if (findings.length > 0) {
    sayFindings(findings, { sealed: false, root: null, files: all.length }, context);
    return EXIT.SNAPSHOT;
  }
  const { root, text } = sealText(all, world.tool);
  const file = `${settings.snapshot}/${SEAL_FILE}`;
  try {
    world.writeFile(file, text);
  } catch (error) {
    const errno = error instanceof IoError ? error.errno : "EUNKNOWN";
    throw new SealFault("SEAL_UNWRITABLE", { file, errno }, { cause: error });
  }
  if (settings.json) printJson(context, { root, files: all.length, seal: file });
  else if (!settings.quiet)
    world.out(`sealed ${all.length} files\nroot ${root}\nseal ${shortPath(file, world.cwd)}\n`);
  return EXIT.SUCCESS;
}
