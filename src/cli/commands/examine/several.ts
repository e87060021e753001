/** `pgs examine` on several traces: one verdict each, as each of them alone gives it. */

import { Fault } from "../../../errors/base.ts";
import { counted } from "../../../errors/counted.ts";
import type { Json, JsonObject } from "../../../json/value.ts";
import { painter } from "../../colour.ts";
import type { Context } from "../../context.ts";
import { EXIT, exitCodeOfFault } from "../../exit-codes.ts";
import { plain, printJson, printText } from "../../print.ts";

type Examine = (file: string, context: Context) => Promise<number>;

/** Answers the worst exit code. */
export async function examineSeveral(
  files: readonly string[],
  context: Context,
  examine: Examine,
): Promise<number> {
  const { settings } = context;
  const paint = await painter(settings);
  const documents: JsonObject[] = [];
  let [worst, sound]: [number, number] = [EXIT.SUCCESS, 0];
  for (const file of files) {
    const { code, said } = await captured(file, context, examine);
    worst = Math.max(worst, code);
    if (code === EXIT.SUCCESS) sound++;
    if (settings.json) documents.push({ file, exit_code: code, ...documentOf(said) });
    else if (!settings.quiet)
      printText(
        context,
        lineOf(said, (fault) => `${paint("bad", fault.code)}  ${plain(file)}\n`),
      );
  }
  if (settings.json) printJson(context, { ok: worst === EXIT.SUCCESS, traces: documents });
  else if (!settings.quiet) {
    const rest = sound === files.length ? "" : "; pgs examine of a single trace lists its findings";
    printText(context, `${counted(files.length, "trace")}, ${sound} valid${rest}\n`);
  }
  return worst;
}

async function captured(
  file: string,
  context: Context,
  examine: Examine,
): Promise<{ readonly code: number; readonly said: string | Fault }> {
  let said = "";
  const out = (text: string) => {
    said += text;
  };
  const settings = { ...context.settings, quiet: false };
  try {
    const code = await examine(file, { ...context, settings, platform: { ...context.platform, out } });
    return { code, said };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { code: exitCodeOfFault(error), said: error };
  }
}

function documentOf(said: string | Fault): JsonObject {
  if (typeof said === "string") return JSON.parse(said) as JsonObject;
  return { ok: false, error: { code: said.code, message: said.message } satisfies Record<string, Json> };
}

/** The verdict, which is the first line of each report. */
function lineOf(said: string | Fault, refused: (fault: Fault) => string): string {
  return typeof said === "string" ? said.slice(0, said.indexOf("\n") + 1) : refused(said);
}
