/** `pgs run --compile`: the snapshot is made from its authored Markdown before the run. */

import { AuthoredFault } from "../../../check/authored/errors.ts";
import { counted } from "../../../errors/counted.ts";
import { SEAL_FILE } from "../../../snapshot/seal.ts";
import { painter } from "../../colour.ts";
import { compileSources, writeSnapshot } from "../../compile-authored.ts";
import type { Context } from "../../context.ts";
import { printError } from "../../print.ts";
import { problemsText } from "../../views/compile.ts";

/** @throws AuthoredFault for Markdown with errors, which are printed first */
export async function compileBeforeRun(context: Context): Promise<void> {
  const { settings } = context;
  const sources = await compileSources({ authored: undefined, onto: undefined }, context);
  const { errors, authored } = sources;
  if (errors.length > 0) {
    if (!settings.json) printError(context, problemsText(sources, await painter(settings), context));
    throw new AuthoredFault("AUTHORED_INVALID", { folder: authored, errors: errors.length });
  }
  const { differences, removedSeal } = await writeSnapshot(sources, context);
  if (settings.quiet || differences.length === 0) return;
  const again = removedSeal === SEAL_FILE ? ": pgs build makes a new one" : "";
  const seal = removedSeal === null ? "" : `; ${removedSeal} is removed${again}`;
  printError(
    context,
    `notice: the snapshot is compiled: ${counted(differences.length, "file")} changed${seal}\n`,
  );
}
