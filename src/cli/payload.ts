/** The payload of a run, strictly read (SPEC 4.1). */

import { DEPTH, SIZE } from "../json/limits.ts";
import { readObject } from "../json/parse.ts";
import { depthOf, repairOf } from "../json/repair.ts";
import { utf8 } from "../json/text.ts";
import type { JsonObject } from "../json/value.ts";
import { TooLarge } from "../ports.ts";
import type { Context } from "./context.ts";
import { PayloadFault } from "./errors.ts";
import { asFault, readFileArgument } from "./file-argument.ts";

export interface PayloadLimits {
  readonly maxDepth: number;
  readonly maxBytes: number;
}

export const DEFAULT_LIMITS: PayloadLimits = { maxDepth: DEPTH.payload, maxBytes: SIZE.payload };

/** Nodes that a run may enter. */
export const DEFAULT_HOPS = 10_000;

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

/** `file` says in a refusal where the bytes come from. @throws PayloadFault */
export function parsePayload(bytes: Uint8Array, limits: PayloadLimits, file: string): JsonObject {
  if (bytes.length > limits.maxBytes) {
    throw new PayloadFault("PAYLOAD_TOO_LARGE", { file, size: bytes.length, limit: limits.maxBytes });
  }
  const read = readObject(bytes, limits.maxDepth);
  if ("value" in read) return read.value;
  const { code, line, pointer = null } = read.defect;
  const text = utf8(bytes);
  const repair = repairOf(text, read.defect) ?? null;
  if (code !== "TOO_DEEP") throw new PayloadFault(`PAYLOAD_${code}`, { file, line, pointer, repair });
  throw new PayloadFault("PAYLOAD_TOO_DEEP", { file, line, depth: limits.maxDepth, found: depthOf(text) });
}
