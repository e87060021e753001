/** The payload of a run, as the command line names it (SPEC 4.1). */

import type { JsonObject } from "../json/value.ts";
import { TooLarge } from "../ports.ts";
import { type PayloadLimits, parsePayload } from "../workspace/payload.ts";
import { PayloadFault } from "../workspace/payload-errors.ts";
import type { Context } from "./context.ts";
import { asFault, readFileArgument } from "./file-argument.ts";

/** `-` is standard input; no file at all is the empty object. @throws UsageFault, PayloadFault */
export function readPayload(given: string | undefined, limits: PayloadLimits, context: Context): JsonObject {
  if (given === undefined) return {};
  if (isText(given, context)) throw new PayloadFault("PAYLOAD_IS_TEXT", {});
  const file = given === "-" ? "standard input" : given;
  return parsePayload(bytesOf(given, file, limits.maxBytes, context), limits, file);
}

/** A payload where its file should be named, which must not be said back: longer than names are, or no file's. */
function isText(given: string, { platform, path }: Context): boolean {
  return /^\s*[{["]/.test(given) && (given.length > 255 || platform.files.realPath(path(given)) === null);
}

/** Reading stops behind the limit. */
function bytesOf(given: string, file: string, limit: number, context: Context): Uint8Array {
  try {
    return given === "-"
      ? context.platform.stdin(limit)
      : readFileArgument(given, "the payload", context, limit);
  } catch (error) {
    if (error instanceof TooLarge)
      throw new PayloadFault("PAYLOAD_TOO_LARGE", { file, size: error.size, limit });
    throw asFault(error, file, "the payload");
  }
}
