/** `pgs examine` on several traces: one verdict each, as each of them alone gives it. */

import { Fault } from "../../../errors/base.ts";
import { counted } from "../../../errors/counted.ts";
import type { Json, JsonObject } from "../../../json/value.ts";
import { painter } from "../../colour.ts";
import type { Context } from "../../context.ts";
import { EXIT, exitCodeOfFault } from "../../exit-codes.ts";
import { plain, printJson, printText } from "../../print.ts";
import type { Verdict } from "./verdict.ts";

type Examine = (file: string, context: Context) => Promise<Verdict>;

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
    const { code, found, said } = await captured(file, context, examine);
    worst = Math.max(worst, code);
    if (code === EXIT.SUCCESS) sound++;
    if (settings.json) documents.push({ file, exit_code: code, ...documentOf(said) });
    else if (!settings.quiet)
      printText(
        context,
        lineOf(said, found, (fault) => `${paint("bad", fault.code)}  ${plain(file)}\n`),
      );
  }
  if (settings.json) printJson(context, { ok: worst === EXIT.SUCCESS, traces: documents });
  else if (!settings.quiet) {
    const rest = sound === files.length ? "" : "; pgs examine of a single trace lists its findings";
    printText(context, `${counted(files.length, "trace")}, ${sound} valid${rest}\n`);
  }
  return worst;
}

interface Captured {
  readonly code: number;
  readonly found: readonly string[];
  readonly said: string | Fault;
}

async function captured(file: string, context: Context, examine: Examine): Promise<Captured> {
  let said = "";
  const out = (text: string) => {
    said += text;
  };
  try {
    const within = { ...context, platform: { ...context.platform, out } };
    const { exitCode: code, found } = await examine(file, within);
    return { code, found, said };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { code: exitCodeOfFault(error), found: [], said: error };
  }
}

function documentOf(said: string | Fault): JsonObject {
  if (typeof said === "string") return JSON.parse(said) as JsonObject;
  return { ok: false, error: { code: said.code, message: said.message } satisfies Record<string, Json> };
}

/** The verdict, which is the first line of each report, and why. */
function lineOf(said: string | Fault, found: readonly string[], refused: (fault: Fault) => string): string {
  if (typeof said !== "string") return refused(said);
  const why = found.length === 0 ? "" : `  ${found.join(", ")}`;
  return `${said.slice(0, said.indexOf("\n"))}${why}\n`;
}
