/**
 * The lines of `ledger.jsonl`, once: their members, their text and their chain. A line is the canonical JSON of its
 * members; its hash covers the one before. Types and checks are made from these tables.
 */

import { canonical, type Digest, sha256 } from "../json/canonical.ts";
import { readObjectText } from "../json/parse.ts";
import type { JsonObject } from "../json/value.ts";
import { hashOf } from "../trace/chain.ts";
import {
  badMemberOf,
  closed,
  count,
  type Kind,
  listOf,
  type Members,
  type ObjectOf,
  oneOf,
  optional,
  required,
  text,
} from "../trace/field-check.ts";
import { digest, instant, waits } from "../trace/schema.ts";
import { isTraceName } from "../trace/trace-name.ts";

export const LEDGER_FILE = "ledger.jsonl";

export const LEDGER_SCHEMA = "pgs.ledger/1";

/** What a line may say of a run. A run that is `RUNNING` and that no process executes is interrupted. */
export const LINE_STATES = ["RUNNING", "WAITING", "COMPLETED", "FAILED", "CANCELLED", "PRUNED"] as const;

export type LineState = (typeof LINE_STATES)[number];

/** Nothing else is a run: files are named after it, and removed. */
export const traceName: Kind<string> = {
  ...text,
  is: (value) => typeof value === "string" && isTraceName(value),
};

const mark = closed({
  name: required(text, "The bookmark's name."),
  about: optional(text, "What it is about."),
  tags: optional(listOf(text), "Words to find it by."),
  line: optional(count, "The line of the trace that it is on; absent for the trace as a whole."),
  removed: optional(oneOf(true), "The bookmark of this name is removed."),
});

const place = closed({
  segment: required(text, "The name of the file, below `segments`."),
  offset: required(count, "Where the run's first line begins, in bytes."),
  end: required(count, "Where its last line so far ends; the lines of other runs may be between."),
});

const LINK = {
  schema: required(oneOf(LEDGER_SCHEMA), "The format."),
  sequence: required(count, "The line's number, from 1 without gaps."),
  at: required(instant, "When it happened: of a run's own lines, the time of the event that is recorded."),
  torn_bytes: optional(count, "Length of an incomplete last line that was cut off before this one was added."),
  prev_hash: required(digest, "`hash` of the line before; on the first line SHA-256 of `pgs.ledger/1`."),
  hash: required(digest, "SHA-256 of the canonical line without this member."),
} as const satisfies Members;

/** Members of a line about a run. */
export const RUN_LINE = {
  ...LINK,
  run: required(traceName, "The run: the name of its trace."),
  workflow: required(text, "FQDN of its workflow."),
  state: required(oneOf(...LINE_STATES), "The run's state from here on."),
  outcome: optional(
    text,
    "Outcome of the last node of a run that ended; absent when it was denied or refused.",
  ),
  exit_reason_code: optional(text, "Why the run ended."),
  head: required(digest, "`hash` of the trace's last line at that moment."),
  place: optional(
    place,
    "Where the run's lines were when this line was written, if they are in a file that other runs share. Absent: in a folder of its own.",
  ),
  waits: optional(waits, "What the run waits for, as its trace records it."),
  actor: optional(text, "Who began the run, answered it or marked it: an FQDN."),
  mark: optional(mark, "The bookmark that is set or removed; all else repeats the line before."),
  rebuilt: optional(oneOf(true), "The line was made from the trace, later than its run."),
} as const satisfies Members;

/** Members of a first line that says why the ledger does not begin with the first trace, or was made anew. */
export const OPENING_LINE = {
  ...LINK,
  opening: required(oneOf("AFTER_TRACES", "REBUILT"), "There were traces without a ledger, or it was rebuilt."),
  traces: required(count, "How many traces there were."),
  former_head: optional(digest, "`hash` of the last line of the ledger that this one replaces."),
} as const satisfies Members;

export type RunLine = ObjectOf<typeof RUN_LINE>;
export type OpeningLine = ObjectOf<typeof OPENING_LINE>;
export type LedgerLine = RunLine | OpeningLine;
export type Mark = NonNullable<RunLine["mark"]>;

type Linked = "schema" | "sequence" | "prev_hash" | "hash" | "torn_bytes";

/** What a line says, before it has its place in the ledger. */
export type LineBody = Omit<RunLine, Linked> | Omit<OpeningLine, Linked>;

/** The end of a ledger: what the next line is linked to. */
export interface LedgerHead {
  readonly sequence: number;
  readonly hash: Digest;
}

export const EMPTY_LEDGER: LedgerHead = { sequence: 0, hash: sha256(LEDGER_SCHEMA) };

export interface EncodedLine {
  /** With its line break. */
  readonly text: string;
  readonly head: LedgerHead;
}

/** The line behind the head. */
export function encodeLine(body: LineBody, before: LedgerHead, tornBytes = 0): EncodedLine {
  const sequence = before.sequence + 1;
  const torn = tornBytes === 0 ? {} : { torn_bytes: tornBytes };
  const line = { ...body, ...torn, schema: LEDGER_SCHEMA, sequence, prev_hash: before.hash };
  const unhashed = canonical(line as unknown as JsonObject);
  const hash = sha256(unhashed);
  return { text: `${withHash(unhashed, hash)}\n`, head: { sequence, hash } };
}

/** The canonical line with its hash, which comes before the first of the later members: quotes in a text are escaped. */
function withHash(unhashed: string, hash: Digest): string {
  const at = unhashed.search(/,"(?:head|opening)":/);
  return `${unhashed.slice(0, at)},"hash":"${hash}"${unhashed.slice(at)}`;
}

/** Why a line is none of a ledger. */
export type LineFlaw = "NOT_JSON" | "NOT_CANONICAL" | "BAD_SHAPE" | "BAD_HASH";

/** The line, without its line break, strictly read. Its place in the chain is not checked. */
export function parseLine(line: string): LedgerLine | LineFlaw {
  const read = readObjectText(line);
  if ("defect" in read) return "NOT_JSON";
  const { value } = read;
  if (canonical(value) !== line) return "NOT_CANONICAL";
  const members: Members = "opening" in value ? OPENING_LINE : RUN_LINE;
  if (badMemberOf(members, value) !== undefined) return "BAD_SHAPE";
  const parsed = value as unknown as LedgerLine;
  return hashOf(value) === parsed.hash ? parsed : "BAD_HASH";
}

export function isRunLine(line: LedgerLine): line is RunLine {
  return "run" in line;
}
