/** Does the same with each of several traces: what is refused of one keeps nothing from the others. */

import { Fault } from "../errors/base.ts";
import { counted } from "../errors/counted.ts";
import type { JsonObject } from "../json/value.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { EXIT, exitCodeOfFault } from "./exit-codes.ts";
import { faultHints } from "./place-hints.ts";
import { nearby, printError, printJson, refusalText } from "./print.ts";

/** Answers the exit code for one trace, and prints what there is to say of it. @throws Fault */
export type DoForTrace = (file: string, context: Context) => Promise<number>;

/** Answers the worst exit code. With `--json`, the documents are in one. @throws Fault for a single trace */
export async function forEachTrace(
  files: readonly string[],
  context: Context,
  perform: DoForTrace,
): Promise<number> {
  const [only] = files;
  if (files.length === 1 && only !== undefined) return perform(only, context);
  const documents: JsonObject[] = [];
  let worst: number = EXIT.SUCCESS;
  for (const file of files) {
    const document = await one(file, context, perform);
    worst = Math.max(worst, document.exit_code);
    documents.push({ file, ...document });
  }
  if (context.settings.json) printJson(context, { ok: worst === EXIT.SUCCESS, traces: documents });
  return worst;
}

/** What the command prints of the trace alone, or why it refuses it. */
type OneDocument = {
  readonly exit_code: number;
  readonly result: JsonObject | null;
  readonly error: { readonly code: string; readonly message: string } | null;
};

async function one(file: string, context: Context, perform: DoForTrace): Promise<OneDocument> {
  const { platform, settings } = context;
  let said = "";
  const out = (text: string) => {
    said += text;
  };
  const within = settings.json ? { ...context, platform: { ...platform, out } } : context;
  try {
    const exitCode = await perform(file, within);
    return {
      exit_code: exitCode,
      result: settings.json ? (JSON.parse(said) as JsonObject) : null,
      error: null,
    };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    if (!settings.json)
      printError(context, nearby(refusalText(error, undefined, faultHints(error, context)), context));
    const { code, message } = error;
    return { exit_code: exitCodeOfFault(error), result: null, error: { code, message } };
  }
}

/** Refuses an option that names the one file for a trace. @throws UsageFault */
export function refuseForSeveral(files: readonly string[], option: string, given: unknown): void {
  if (files.length === 1 || given === undefined) return;
  const message = `--${option} names one file, but ${counted(files.length, "trace is", "traces are")} named`;
  throw new UsageFault("BAD_USAGE", { message, hint: `omit --${option}, or name one trace` });
}
