/** The payload of a run, as the command line names it (SPEC 4.1). */

import { isUtf8 } from "node:buffer";
import { SIZE } from "../json/limits.ts";
import { readText } from "../json/parse.ts";
import { repairOf } from "../json/repair.ts";
import { utf8 } from "../json/text.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { TooLarge } from "../ports.ts";
import { type PayloadLimits, parsePayload } from "../workspace/payload.ts";
import { PayloadFault } from "../workspace/payload-errors.ts";
import type { Context } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { asFault, readFileArgument } from "./file-argument.ts";

/** `-` is standard input; no file at all is the empty object. @throws UsageFault, PayloadFault */
export function readPayload(given: string | undefined, limits: PayloadLimits, context: Context): JsonObject {
  if (given === undefined) return {};
  if (isText(given, context)) throw new PayloadFault("PAYLOAD_IS_TEXT", {});
  const file = given === "-" ? "standard input" : given;
  return parsePayload(bytesOf(given, file, limits.maxBytes, context), limits, file);
}

/** Any JSON value; `-` is standard input. @throws UsageFault */
export function readAnswer(given: string, context: Context): Json {
  const file = given === "-" ? "standard input" : given;
  const bytes = bytesOf(given, file, SIZE.payload, context, "the answer");
  const text = utf8(bytes);
  const read = isUtf8(bytes) ? readText(text) : ({ defect: { code: "NOT_UTF8", line: 1 } } as const);
  if ("value" in read) return read.value;
  const { code, line } = read.defect;
  const repair = repairOf(text, read.defect, "file") ?? null;
  throw new UsageFault("ANSWER_UNREADABLE", { file, line, defect: code, repair });
}

/** A payload where its file should be named, which must not be said back: longer than names are, or no file's. */
function isText(given: string, { platform, path }: Context): boolean {
  return /^\s*[{["]/.test(given) && (given.length > 255 || platform.files.realPath(path(given)) === null);
}

/** Reading stops behind the limit. */
function bytesOf(
  given: string,
  file: string,
  limit: number,
  context: Context,
  what = "the payload",
): Uint8Array {
  try {
    return given === "-" ? context.platform.stdin(limit) : readFileArgument(given, what, context, limit);
  } catch (error) {
    if (error instanceof TooLarge)
      throw new PayloadFault("PAYLOAD_TOO_LARGE", { file, size: error.size, limit });
    throw asFault(error, file, what);
  }
}
