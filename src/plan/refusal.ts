/** The reasons why a workflow does not compile, with file, field, lines and the change to make. */

import { lineOf } from "../json/text.ts";
import { editText, fieldPointer } from "../snapshot/hint.ts";
import { markdownLine } from "../snapshot/markdown-line.ts";
import type { Hint, Reason } from "../snapshot/parse.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { CompileFault, type CompileReason } from "./errors.ts";

export async function refusal(
  workflow: string,
  reasons: readonly Reason[],
  { state }: Pick<Snapshot, "state">,
): Promise<CompileFault> {
  const worded = await Promise.all(reasons.map((reason) => toCompileReason(reason, state)));
  return new CompileFault(workflow, worded, reasons);
}

async function toCompileReason(reason: Reason, state: Snapshot["state"]): Promise<CompileReason> {
  const { artifact, code, path, what, hint } = reason;
  const at = fieldPointer(path);
  const line = lineOf(artifact.text, at);
  const contentLine = await markdownLine(artifact, path);
  const advice = hint === undefined ? undefined : await adviceOf(reason, hint, state);
  return {
    code,
    what,
    file: artifact.file,
    pointer: at,
    ...(line === undefined ? {} : { line }),
    ...(contentLine === null ? {} : { content_line: contentLine }),
    ...(advice === undefined ? {} : { hint: advice }),
  };
}

async function adviceOf(reason: Reason, hint: Hint, state: Snapshot["state"]): Promise<string> {
  if (typeof hint === "string") return hint;
  const { artifact = reason.artifact, at = reason.path } = hint;
  const line = await markdownLine(artifact, at);
  return editText({ file: artifact.file, path: at, line, change: hint, isSealed: state === "sealed" });
}
