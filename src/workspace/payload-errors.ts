/** Refusals of a payload (exit 2), and what is worth a look in one. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";
import { counted } from "../errors/counted.ts";
import { DEPTH, SIZE } from "../json/limits.ts";
import type { TextUnit } from "../json/syntax-repair.ts";
import { sentence } from "../snapshot/hint.ts";

type PayloadPlace = {
  file: string;
  line: number;
  pointer: string | null;
  /** What to type, as far as that can be said. */
  repair: string | null;
  /** What the payload is the whole of. */
  unit: TextUnit;
};
const payloadPlace = (f: PayloadPlace) => ({
  where: `${fileLine(f.file, f.line)}${f.pointer ? ` at ${f.pointer}` : ""}`,
  ...(f.repair === null
    ? {}
    : { hint: `in ${f.unit === "line" ? `line ${f.line} of ` : ""}${f.file}, ${f.repair}` }),
});

const payloadTable = {
  PAYLOAD_NOT_UTF8: (f: PayloadPlace) => ({ what: "the payload is not UTF-8 text", ...payloadPlace(f) }),
  PAYLOAD_NOT_JSON: (f: PayloadPlace) => ({ what: "the payload is not JSON", ...payloadPlace(f) }),
  PAYLOAD_BYTE_ORDER_MARK: (f: PayloadPlace) => ({
    what: "the payload begins with a byte order mark, which JSON does not allow",
    ...payloadPlace(f),
  }),
  PAYLOAD_VALUE_NOT_JSON: (f: { pointer: string }) => ({
    what: `the payload has a value that JSON cannot represent at ${f.pointer || "the top"}`,
    hint: "pass plain objects, arrays, strings, finite numbers, booleans and null, without cycles",
  }),
  PAYLOAD_IS_TEXT: (_: Record<never, never>) => ({
    what: "a payload was given instead of the name of its file",
    where: "--payload",
    hint: "write it into a file and name that, or pipe it into --payload -",
  }),
  PAYLOAD_CONFLICT_MARKERS: (f: PayloadPlace) => ({
    what: "the payload contains merge-conflict markers",
    ...payloadPlace(f),
  }),
  PAYLOAD_DUPLICATE_KEY: (f: PayloadPlace) => ({
    what: "a key occurs twice in one object, and JSON does not define which one counts",
    ...payloadPlace(f),
  }),
  PAYLOAD_TOO_DEEP: (f: { file: string; line: number; depth: number; found: number }) => ({
    what: `the payload nests deeper than ${counted(f.depth, "level")}`,
    // The pointer to that depth would fill the screen.
    where: fileLine(f.file, f.line),
    hint: f.found > DEPTH.payloadMost ? "flatten it" : `type --max-depth ${f.found}, or flatten it`,
  }),
  PAYLOAD_NUMBER_NOT_HELD: (f: PayloadPlace) => ({
    what: "a number does not fit a double and would be changed",
    ...payloadPlace(f),
  }),
  PAYLOAD_LONE_SURROGATE: (f: PayloadPlace) => ({
    what: "a string contains half of a surrogate pair and has no canonical form",
    ...payloadPlace(f),
  }),
  PAYLOAD_NOT_AN_OBJECT: (f: PayloadPlace) => ({
    what: "the payload is not a JSON object",
    ...payloadPlace(f),
    hint: 'write {"field": value, …}; pgs list prints the fields of each workflow',
  }),
  UNDECLARED_FIELD: (f: { field: string; intent: string; nearest: string | null }) => ({
    what: `the payload has ${f.field}, which ${f.intent} does not declare`,
    hint:
      f.nearest === null
        ? `${sentence(f.field, { do: "remove" }, "payload")}, or declare it in ${f.intent}`
        : sentence(f.field, { do: "rename", to: f.nearest }, "payload"),
  }),
  PAYLOAD_TOO_LARGE: (f: { file: string; size: number | null; limit: number }) => ({
    what:
      f.size === null
        ? `the payload has more than ${counted(f.limit, "byte")}, which is the limit`
        : `the payload has ${counted(f.size, "byte")}, more than the ${f.limit} allowed`,
    where: f.file,
    hint:
      (f.size ?? f.limit) >= SIZE.payloadMost
        ? "send less"
        : `type --max-bytes ${f.size ?? SIZE.payloadMost}, or send less`,
  }),
} satisfies WordingTable;

export class PayloadFault<C extends keyof typeof payloadTable = keyof typeof payloadTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof payloadTable, C>, detail: FaultDetail = {}) {
    super("payload", code, facts, wordingFrom(payloadTable, code, facts), detail);
  }
}
