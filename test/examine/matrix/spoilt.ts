/** What a line has become by one changed byte, and so what must be found of it: by what the byte was part of. */

import { canonical } from "../../../src/json/canonical.ts";
import { type JsonDifference, jsonDifferences } from "../../../src/json/diff.ts";
import { parsePointer } from "../../../src/json/pointer.ts";
import { isObject, type Json, type JsonObject } from "../../../src/json/value.ts";

/** What a changed line must be found to be. */
export interface Spoilt {
  readonly codes: readonly string[];
  /** What must be found of the line behind it. */
  readonly behind: readonly string[];
  /** Null when it is no event any more. */
  readonly event: JsonObject | null;
}

export function spoilt(line: string, changed: Buffer, isFirst: boolean): Spoilt {
  const read = readBack(changed);
  if (typeof read === "string") return noEvent([read]);
  const original = JSON.parse(line) as JsonObject;
  const differences = jsonDifferences(original, read, [], () => undefined);
  if (hasDoubledKey(differences, original) || hasUnheldNumber(differences, changed))
    return noEvent(["NOT_JSON"]);
  const form = canonical(read) === changed.toString() ? [] : ["NOT_CANONICAL"];
  if (differences.some((one) => isMisshapen(one, original))) return noEvent([...form, "BAD_SHAPE"]);
  const hit = (pattern: RegExp) => differences.some(({ at }) => pattern.test(at));
  return {
    codes: [
      ...form,
      ...(hit(/^\/execution_id$/) && !isFirst ? ["OTHER_EXECUTION"] : []),
      ...(hit(/^\/sequence$/) ? ["BAD_SEQUENCE"] : []),
      ...(hit(/^\/prev_hash$/) || (hit(/^\/execution_id$/) && isFirst) ? ["BAD_PREV_HASH"] : []),
      ...(differences.length > 0 ? ["BAD_HASH"] : []),
      ...(isStart(original) && hit(/^\/payload\/payload(_digest$|\/|$)/) ? ["BAD_PAYLOAD_DIGEST"] : []),
    ],
    behind: [...(hit(/^\/sequence$/) ? ["BAD_SEQUENCE"] : []), ...(hit(/^\/hash$/) ? ["BAD_PREV_HASH"] : [])],
    event: read,
  };
}

export const noEvent = (codes: readonly string[]): Spoilt => ({ codes, behind: [], event: null });

const isStart = ({ event_type }: JsonObject) => event_type === "execution_start";

/** The object that the bytes are, or why they are none. */
function readBack(changed: Buffer): JsonObject | string {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(changed);
  } catch {
    return "NOT_UTF8";
  }
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return "NOT_JSON";
  }
}

/** A key became another one that was there already: then one member is gone, and none is new. */
function hasDoubledKey(differences: readonly JsonDifference[], original: JsonObject): boolean {
  const isKey = ({ at }: JsonDifference) => isObject(parentOf(original, at));
  const gone = differences.filter((one) => one.b === undefined && isKey(one)).length;
  return gone > differences.filter(({ a }) => a === undefined).length;
}

function parentOf(whole: unknown, at: string) {
  const path = parsePointer(at).slice(0, -1);
  return path.reduce((value, part) => (value as JsonObject)[part], whole);
}

const LONG_NUMBER = /(?<=[,:[])-?\d{16,}(?=[,}\]])/g;

/** A number that a double does not hold, and that is not how one is printed. */
function hasUnheldNumber(differences: readonly JsonDifference[], changed: Buffer): boolean {
  const isUnheld = (digits: string) =>
    String(Number(digits)) !== digits && BigInt(digits) !== BigInt(Number(digits));
  const isInfinite = differences.some(({ b }) => typeof b === "number" && !Number.isFinite(b));
  return isInfinite || (changed.toString().match(LONG_NUMBER) ?? []).some(isUnheld);
}

const DIGESTS =
  /^\/(hash|prev_hash|payload\/(content_hash|payload_digest|effect_key|waits\/\d+\/effect_key|snapshot\/(closure_)?root|capabilities\/\d+\/digest))$/;
const COUNTS = /^\/(sequence|elapsed_us|payload\/(max_hops|duration_us|events|effects|attempt|torn_bytes))$/;
const WORDS =
  /^\/(schema|event_type|payload\/(node_type|snapshot\/seal|result|violation_code|node_category|stage|cause|settled|waits\/\d+\/kind))$/;
const INSTANTS = /^\/(timestamp|payload\/observed\/\d+\/clock|payload\/waits\/\d+\/due)$/;
/** Members that must be there, under these names; beside them there are no others. */
const NAMED =
  /^\/([^/]+|payload\/([^/]+|(snapshot|runtime|parent|change)\/[^/]+|(requires|forbids|capabilities|waits)\/\d+\/[^/]+|observed\/\d+\/[^/]+(\/[^/]+)?))$/;
/** Members that an event of the type may lack. */
const SPARE: Readonly<Record<string, RegExp>> = {
  execution_start: /^(actor|dry_run|strict_payload|parent|capabilities)$/,
  node_start: /^(capability_code|inputs|reason)$/,
  violation: /^(field|constraint|expected|actual|event)$/,
  transform_end: /^(outputs|reason|observed)$/,
  side_effect_start: /^(attempt|observed)$/,
  side_effect_end: /^(reason|change|observed|retried|settled|actor)$/,
  run_resumed: /^(key|event_id|answer|torn_bytes|actor)$/,
  run_cancelled: /^(reason|actor)$/,
  error: /^step$/,
};

interface Changed {
  readonly at: string;
  readonly a?: Json | undefined;
  readonly b?: Json | undefined;
}

/** Whether the line is no event of the format for this. */
export function isMisshapen({ at, a, b }: Changed, { event_type }: JsonObject): boolean {
  if (a === undefined) return NAMED.test(at);
  if (b === undefined) return NAMED.test(at) && !isSpare(at, String(event_type));
  if (WORDS.test(at) || isEnding(at, event_type)) return true;
  if (INSTANTS.test(at)) return !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(b));
  if (DIGESTS.test(at)) return !/^[0-9a-f]{64}$/.test(String(b));
  if (COUNTS.test(at)) return !isCount(b);
  return at === "/run" && !/^0(\.\d+)*$/.test(String(b));
}

/** `SUCCESS` or `FAILED`; a node's `status` is any outcome of the protocol's. */
const isEnding = (at: string, type: Json | undefined) =>
  at === "/payload/status" && type === "workflow_complete";

function isSpare(at: string, type: string): boolean {
  if (/^\/payload\/waits\/\d+\/(key|due|prompt|choices)$/.test(at)) return true;
  if (at === "/payload/snapshot/closure_root") return true;
  return SPARE[type]?.test(/^\/payload\/([^/]+)$/.exec(at)?.[1] ?? "") === true;
}

const isCount = (value: Json) => Number.isSafeInteger(value) && (value as number) >= 0;
