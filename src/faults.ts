/**
 * What the runner refuses, in one place: a code, typed facts, and beside them the wording.
 * A fault is thrown once and travels to `main`, or to the engine when it ends a run that has begun.
 */

import type { Json, JsonObject } from "./json.ts";

/** Where on the way load -> seal -> compile -> payload -> admission -> walk -> complete a refusal arose. */
export type Stage =
  | "usage"
  | "load"
  | "seal"
  | "compile"
  | "payload"
  | "admission"
  | "walk"
  | "contract"
  | "transform"
  | "effect"
  | "trace"
  | "examine";

export interface Wording {
  /** What happened, in the reader's words. */
  readonly what: string;
  /** Where: file, field, line. */
  readonly where?: string;
  /** What to type or which field of which artifact to change. */
  readonly hint?: string;
}

/** One row of a stage's table: from the facts to the words. */
type Word<F> = (facts: F) => Wording;
type Table = { readonly [code: string]: Word<never> };
type FactsOf<T extends Table, C extends keyof T> =
  T[C] extends Word<infer F> ? F & { readonly [key: string]: Json } : never;

function word<T extends Table, C extends keyof T>(table: T, code: C, facts: FactsOf<T, C>): Wording {
  return (table[code] as Word<FactsOf<T, C>>)(facts);
}

export interface FaultDetail {
  /** Another library's or the system's message: shown under `--debug`, never recorded. */
  readonly cause?: unknown;
}

export abstract class Fault extends Error {
  readonly stage: Stage;
  readonly code: string;
  readonly facts: JsonObject;
  readonly wording: Wording;

  constructor(stage: Stage, code: string, facts: JsonObject, wording: Wording, detail: FaultDetail = {}) {
    super(wording.where === undefined ? wording.what : `${wording.what} (${wording.where})`, {
      cause: detail.cause,
    });
    this.name = new.target.name;
    this.stage = stage;
    this.code = code;
    this.facts = facts;
    this.wording = wording;
  }
}

const at = (file: string, line?: number) => (line === undefined ? file : `${file}:${line}`);
const nearest = (suggestion: string | null | undefined, usage: (name: string) => string) =>
  suggestion ? { hint: usage(suggestion) } : {};

// ---- usage (exit 2) ----

export const usageTable = {
  BAD_USAGE: (f: { message: string; hint: string | null }) => ({
    what: f.message,
    ...(f.hint ? { hint: f.hint } : {}),
  }),
  NOT_AN_FQDN: (f: { given: string; suggestion: string | null }) => ({
    what: `"${f.given}" is not a full name <domain>::<CODE>`,
    hint: f.suggestion ? `did you mean ${f.suggestion}?` : "pgs list prints every workflow of the snapshot",
  }),
  UNKNOWN_WORKFLOW: (f: { workflow: string; snapshot: string; suggestion: string | null }) => ({
    what: `the snapshot holds no workflow ${f.workflow}`,
    where: f.snapshot,
    hint: f.suggestion ? `did you mean ${f.suggestion}?` : "pgs list prints every workflow of the snapshot",
  }),
  UNKNOWN_ARTIFACT: (f: { fqdn: string; snapshot: string; suggestion: string | null }) => ({
    what: `the snapshot holds no artifact ${f.fqdn}`,
    where: f.snapshot,
    ...nearest(f.suggestion, (name) => `did you mean ${name}?`),
  }),
  BAD_CLOCK: (f: { given: string }) => ({
    what: `"${f.given}" is not an RFC 3339 date and time`,
    where: "--clock",
    hint: "write it as 2026-01-31T09:00:00Z",
  }),
  FILE_MISSING: (f: { file: string; what: string }) => ({
    what: `${f.what} does not exist`,
    where: f.file,
  }),
  FILE_UNREADABLE: (f: { file: string; what: string; errno: string }) => ({
    what: `${f.what} cannot be read: ${f.errno}`,
    where: f.file,
    ...(f.errno === "EISDIR" ? { hint: "this is a folder: name the file in it" } : {}),
  }),
  FOREIGN_TRACE: (f: { file: string; format: string }) => ({
    what: `the trace is of another runtime, in the format ${f.format}, which can be examined and compared, no more`,
    where: f.file,
    hint: `pgs examine ${f.file} says what it tells`,
  }),
  NOT_A_TRACE: (f: { file: string }) => ({
    what: "this is no trace: no line of it is an event as this runner writes them",
    where: f.file,
    hint: "name the jsonl of a run; pgs run prints where it is",
  }),
  NOT_COMPARABLE: (f: { folder: string; file: string }) => ({
    what: `${f.folder} is a folder, as snapshots are, and ${f.file} a file, as traces are: they cannot be compared`,
    hint: "name two traces (files), or two snapshots (folders)",
  }),
  STEP_NOT_MET: (f: { file: string; asked: string; suggestion: string | null }) => ({
    what: `the trace never comes to ${f.asked}`,
    where: f.file,
    hint: f.suggestion ?? `pgs examine ${f.file} --steps lists the steps; a line's number will do as well`,
  }),
  FILE_CHANGED: (f: { file: string }) => ({
    what: "the file was changed while it was read",
    where: f.file,
    hint: "wait until nothing writes into it, then try again",
  }),
  TRACE_NOT_INTACT: (f: { file: string; line: number | null; finding: string; what: string }) => ({
    what: `the trace is not intact, so nothing is made of it: ${f.finding}, ${f.what}`,
    where: f.line === null ? f.file : at(f.file, f.line),
    hint: `pgs examine ${f.file} says all that is wrong with it`,
  }),
  REPORT_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the report cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in a folder that is there with --junit FILE, or - for standard output",
  }),
  EXPORT_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the export cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in a folder that is there with --out FILE, or - for standard output",
  }),
  RENDERING_UNWRITABLE: (f: { file: string; kind: string; errno: string }) => ({
    what: `the rendering cannot be written: ${f.errno}`,
    where: f.file,
    hint: `name a file in a folder that is there with --${f.kind} FILE`,
  }),
  NOT_DRAWABLE: (f: { file: string; events: number }) => ({
    what:
      f.events === 0
        ? "it holds no whole event, so nothing says which workflow ran"
        : `none of its ${f.events} readable events says which workflow ran`,
    where: f.file,
    hint: `pgs examine ${f.file} says what is wrong with each of its lines`,
  }),
  NO_SUCH_CASE: (f: { text: string; cases: number }) => ({
    what: `none of the ${f.cases} conformance cases has "${f.text}" in its name`,
    where: "--case",
    hint: "pgs conformance --json lists the name of every case",
  }),
  SCENARIOS_MISSING: (f: { path: string }) => ({
    what: "there is no such file or folder of scenarios",
    where: f.path,
  }),
  NO_SCENARIOS: (f: { folder: string }) => ({
    what: "no scenario is below it",
    where: f.folder,
    hint: "call a scenario file <name>.scenario.yaml (or .yml, .json)",
  }),
  NO_SUCH_SCENARIO: (f: { text: string; scenarios: number }) => ({
    what: `none of the ${f.scenarios} scenarios has "${f.text}" in its name or file`,
    where: "--filter",
  }),
  SCENARIO_UNREADABLE: (f: { file: string; line: number; defect: string }) => ({
    what: `the file cannot be read as a scenario: ${f.defect}`,
    where: at(f.file, f.line),
  }),
  SCENARIO_MALFORMED: (f: {
    file: string;
    line: number;
    pointer: string;
    expected: string;
    hint: string | null;
  }) => ({
    what: `${f.pointer || "the scenario"} should be ${f.expected}`,
    where: at(f.file, f.line),
    ...(f.hint === null ? {} : { hint: f.hint }),
  }),
  SCENARIO_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the scenario cannot be updated: ${f.errno}`,
    where: f.file,
  }),
  REFERENCE_UNRESOLVED: (f: { file: string; line: number; pointer: string; reference: string }) => ({
    what: `${f.reference} reaches nothing that the step left`,
    where: at(f.file, f.line),
  }),
  TRACES_MISSING: (f: { path: string }) => ({
    what: "there is no such trace or folder of traces",
    where: f.path,
    hint: "name what pgs run left, a *.jsonl or a folder of them",
  }),
  TRACE_FOREIGN: (f: { file: string; why: string }) => ({
    what: `the trace tells nothing of the declared edges: ${f.why}`,
    where: f.file,
    hint: "run the workflow with pgs run, and name the trace that leaves",
  }),
  COVERAGE_UNWRITABLE: (f: { file: string; kind: string; errno: string }) => ({
    what: `the coverage cannot be written: ${f.errno}`,
    where: f.file,
    hint: `name a file in a folder that is there with --${f.kind} FILE`,
  }),
  VECTORS_MISSING: (f: { folder: string }) => ({
    what: "there is no such folder of scenario vectors",
    where: f.folder,
  }),
  NO_VECTORS: (f: { folder: string; others: number }) => ({
    what: `no scenario vector is below it (JSON files of another kind: ${f.others})`,
    where: f.folder,
    hint: "name a folder of *.json files that say scenario, data_before and steps",
  }),
  VECTOR_UNREADABLE: (f: { file: string; line: number; defect: string }) => ({
    what: `the file cannot be read as a scenario vector: ${f.defect}`,
    where: at(f.file, f.line),
  }),
  VECTOR_MALFORMED: (f: { file: string; line: number; pointer: string; expected: string }) => ({
    what: `${f.pointer || "the vector"} should be ${f.expected}`,
    where: at(f.file, f.line),
  }),
  VECTOR_UNPLAYABLE: (f: { file: string; step: string | null; path: string; errno: string }) => ({
    what: `${f.step === null ? "data_before" : `step ${f.step}`} cannot prepare ${f.path}: ${f.errno}`,
    where: f.file,
  }),
} satisfies Table;

export class UsageFault<C extends keyof typeof usageTable = keyof typeof usageTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof usageTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, word(usageTable, code, facts), detail);
  }
}

// ---- payload (exit 2) ----

type PayloadPlace = { file: string; line: number; pointer: string | null; depth: number };
const payloadPlace = (f: PayloadPlace) => `${at(f.file, f.line)}${f.pointer ? ` at ${f.pointer}` : ""}`;

export const payloadTable = {
  PAYLOAD_NOT_UTF8: (f: PayloadPlace) => ({ what: "the payload is not UTF-8 text", where: payloadPlace(f) }),
  PAYLOAD_NOT_JSON: (f: PayloadPlace) => ({ what: "the payload is not JSON", where: payloadPlace(f) }),
  PAYLOAD_CONFLICT_MARKERS: (f: PayloadPlace) => ({
    what: "the payload holds merge-conflict markers",
    where: payloadPlace(f),
  }),
  PAYLOAD_DUPLICATE_KEY: (f: PayloadPlace) => ({
    what: "a key stands twice in one object",
    where: payloadPlace(f),
    hint: "keep one of the two: which of them counts is not defined in JSON",
  }),
  PAYLOAD_TOO_DEEP: (f: PayloadPlace) => ({
    what: `the payload nests deeper than ${f.depth} levels`,
    // The pointer to that depth would fill the screen.
    where: at(f.file, f.line),
    hint: "flatten it, or raise --max-depth",
  }),
  PAYLOAD_NUMBER_NOT_HELD: (f: PayloadPlace) => ({
    what: "a number does not fit a double and would be changed",
    where: payloadPlace(f),
    hint: "send it as a string, or within ±9007199254740992",
  }),
  PAYLOAD_LONE_SURROGATE: (f: PayloadPlace) => ({
    what: "a string holds half of a surrogate pair and has no canonical form",
    where: payloadPlace(f),
  }),
  PAYLOAD_NOT_AN_OBJECT: (f: PayloadPlace) => ({
    what: "the payload is not a JSON object",
    where: payloadPlace(f),
    hint: 'write {"field": value, …}; pgs list prints the fields of each workflow',
  }),
  PAYLOAD_TOO_LARGE: (f: { file: string; size: number; limit: number }) => ({
    what: `the payload has ${f.size} bytes, more than the ${f.limit} allowed`,
    where: f.file,
    hint: "send less, or raise --max-bytes",
  }),
} satisfies Table;

export class PayloadFault<C extends keyof typeof payloadTable = keyof typeof payloadTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof payloadTable, C>, detail: FaultDetail = {}) {
    super("payload", code, facts, word(payloadTable, code, facts), detail);
  }
}

// ---- snapshot: load and seal (exit 3) ----

type Place = { file: string; line: number };
const place = (f: Place) => at(f.file, f.line);

export const snapshotTable = {
  NOT_A_SNAPSHOT: (f: { folder: string }) => ({
    what: "this is no snapshot: it holds no folder artifacts/",
    where: f.folder,
    hint: "name the folder that holds artifacts/; of a trace, name its jsonl",
  }),
  SNAPSHOT_MISSING: (f: { snapshot: string }) => ({
    what: "there is no protocol snapshot",
    where: f.snapshot,
    hint: "name the folder that holds artifacts/ with --snapshot DIR, or the one above it with --workspace DIR",
  }),
  ARTIFACT_UNREADABLE: (f: { file: string; errno: string }) => ({
    what: `cannot be read: ${f.errno}`,
    where: f.file,
  }),
  NOT_UTF8: (f: Place) => ({ what: "the file is not UTF-8 text", where: place(f) }),
  NOT_JSON: (f: Place) => ({ what: "the file is not JSON", where: place(f) }),
  CONFLICT_MARKERS: (f: Place) => ({
    what: "the file holds merge-conflict markers",
    where: place(f),
    hint: "resolve the merge, rebuild the snapshot, seal it again",
  }),
  DUPLICATE_KEY: (f: Place & { pointer: string }) => ({
    what: `the key ${f.pointer} stands twice`,
    where: place(f),
  }),
  TOO_DEEP: (f: Place) => ({ what: "the file nests deeper than 200 levels", where: place(f) }),
  NUMBER_NOT_HELD: (f: Place & { pointer: string }) => ({
    what: `the number at ${f.pointer} does not fit a double`,
    where: place(f),
  }),
  LONE_SURROGATE: (f: Place) => ({ what: "a string holds half of a surrogate pair", where: place(f) }),
  NOT_AN_OBJECT: (f: Place) => ({ what: "the file is not a JSON object", where: place(f) }),
  FQDN_MISMATCH: (f: Place & { expected: string; found: string }) => ({
    what: `the artifact calls itself ${f.found}, its file name says ${f.expected}`,
    where: place(f),
  }),
  LINK_ESCAPES: (f: { file: string }) => ({
    what: "a symbolic link leads out of the snapshot",
    where: f.file,
    hint: "put the file itself into the snapshot",
  }),
  MALFORMED_ARTIFACT: (f: Place & { pointer: string; expected: string }) => ({
    what: `${f.pointer || "the artifact"} should be ${f.expected}`,
    where: place(f),
  }),
  NO_CONFORMANCE_CASES: (f: { folder: string }) => ({
    what: "the snapshot holds no conformance case",
    where: f.folder,
    hint: "write cases under ## Conformance in the Markdown of a transform, and build the snapshot again",
  }),
} satisfies Table;

export class SnapshotFault<C extends keyof typeof snapshotTable = keyof typeof snapshotTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof snapshotTable, C>, detail: FaultDetail = {}) {
    super("load", code, facts, word(snapshotTable, code, facts), detail);
  }
}

export const sealTable = {
  SEAL_MALFORMED: (f: Place & { reason: string }) => ({
    what: `seal.json is not what pgs seal writes: ${f.reason}`,
    where: place(f),
    hint: "restore seal.json, or check the snapshot and run pgs seal again",
  }),
  SEAL_ROOT_MISMATCH: (f: Place & { stated: string; computed: string }) => ({
    what: `the seal's root is not that of its list (stated ${f.stated.slice(0, 12)}…, computed ${f.computed.slice(0, 12)}…)`,
    where: place(f),
    hint: "restore seal.json from a trusted copy",
  }),
  SEAL_UNEXPECTED_ROOT: (f: { file: string; expected: string; found: string }) => ({
    what: `the seal's root is ${f.found}, expected ${f.expected}`,
    where: f.file,
    hint: "run with the snapshot that was approved, or correct --expect-seal / PGS_EXPECT_SEAL",
  }),
  SEAL_ABSENT: (f: { file: string }) => ({
    what: "a sealed snapshot is expected, but there is no seal.json",
    where: f.file,
    hint: "run pgs seal",
  }),
  SEALED_FILE_CHANGED: (f: { file: string; line: number | null; sealed: string; found: string }) => ({
    what: `the file's bytes are not the sealed ones (sealed ${f.sealed.slice(0, 12)}…, found ${f.found.slice(0, 12)}…)`,
    where: at(f.file, f.line ?? undefined),
    hint: "restore the file; after an intended change rebuild the snapshot and run pgs seal",
  }),
  FILE_NOT_SEALED: (f: { file: string }) => ({
    what: "the file is not in the seal",
    where: f.file,
    hint: "remove it, or run pgs seal",
  }),
  SEALED_FILE_MISSING: (f: { file: string }) => ({ what: "the file is sealed but missing", where: f.file }),
  CONTENT_HASH_MISMATCH: (f: Place & { stated: string; computed: string }) => ({
    what: `content_hash is not the SHA-256 of content (stated ${f.stated.slice(0, 12)}…, computed ${f.computed.slice(0, 12)}…)`,
    where: place(f),
    hint: "restore the artifact, or compile it again from its Markdown",
  }),
  EXECUTED_FIELD_DIFFERS: (f: Place & { pointer: string }) => ({
    what: `${f.pointer} is not what the sealed Markdown in content says`,
    where: place(f),
    hint: "compile the artifact again from its Markdown",
  }),
  CONTENT_UNREADABLE: (f: Place & { reason: string }) => ({
    what: `the Markdown in content has no readable Machine block: ${f.reason}`,
    where: place(f),
  }),
  SEAL_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `cannot be written: ${f.errno}`,
    where: f.file,
  }),
} satisfies Table;

export class SealFault<C extends keyof typeof sealTable = keyof typeof sealTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof sealTable, C>, detail: FaultDetail = {}) {
    super("seal", code, facts, word(sealTable, code, facts), detail);
  }
}

// ---- compile (exit 3) ----

/** One reason why a workflow does not compile. */
export interface CompileReason {
  readonly code: string;
  /** What is wrong, in protocol words. */
  readonly what: string;
  /** The artifact's file below the snapshot, and the field as a JSON Pointer. */
  readonly file: string;
  readonly pointer: string;
  readonly line?: number;
  readonly hint?: string;
}

export class CompileFault extends Fault {
  readonly reasons: readonly CompileReason[];

  constructor(workflow: string, reasons: readonly CompileReason[]) {
    const first = reasons[0] as CompileReason;
    const more = reasons.length === 1 ? "" : ` and ${reasons.length - 1} more, listed below`;
    super(
      "compile",
      "WORKFLOW_DOES_NOT_COMPILE",
      { workflow, reasons: reasons as unknown as Json },
      {
        what: `${workflow} does not compile: ${first.what}${more}`,
        where: `${at(first.file, first.line)} at ${first.pointer}`,
        ...(first.hint === undefined ? {} : { hint: first.hint }),
      },
    );
    this.reasons = reasons;
  }
}

/** Code and words of a refusal; of a workflow that does not compile, those of every reason. */
export function reasonsOf(fault: Fault): readonly string[] {
  if (fault instanceof CompileFault) return fault.reasons.map(({ code, what }) => `${code} ${what}`);
  return [`${fault.code} ${fault.message}`];
}

// ---- a run refused mid-way (exit 4, storage 5) ----

export const runTable = {
  OUTCOME_NOT_ROUTED: (f: { outcome: string; contract: string; routed: readonly string[] }) => ({
    what: `step outcome ${f.outcome} is not in on_result`,
    hint: `declare on_result.${f.outcome} for this step in ${f.contract}`,
  }),
  OUTCOME_NOT_DECLARED: (f: { outcome: string; contract: string; declared: readonly string[] }) => ({
    what: `outcome ${f.outcome} is not declared (declared: ${f.declared.join(", ")})`,
    hint: `add ${f.outcome} to the declared outcomes in ${f.contract}, or do not produce it`,
  }),
  NO_TRANSITION: (f: { outcome: string; workflow: string; routed: readonly string[] }) => ({
    what: `the node has no edge for outcome ${f.outcome}`,
    hint: `declare next.${f.outcome} for this node in ${f.workflow}`,
  }),
  HOP_LIMIT: (f: { limit: number }) => ({
    what: `more than ${f.limit} nodes were entered`,
    hint: "raise --max-hops, or look for a cycle with pgs plan",
  }),
  PATH_UNRESOLVED: (f: { path: string }) => ({ what: `${f.path} reaches nothing` }),
  EXPRESSION_TYPE: (f: { expression: string; left: string; right: string | null }) => ({
    what: `${f.expression} cannot be computed on ${f.left}${f.right === null ? "" : ` and ${f.right}`}`,
  }),
  CAPABILITY_FAULT: (f: { capability: string; reason: string }) => ({
    what: `${f.capability} broke its contract: ${f.reason}`,
    hint: "report it with the trace; --debug shows the cause",
  }),
  STORE_CORRUPT: (f: { file: string; line: number }) => ({
    what: "a stored line is not a JSON object",
    where: at(f.file, f.line),
    hint: "repair or remove that line, then run again",
  }),
  STORE_PATH_ESCAPES: (f: { store: string }) => ({
    what: `the store ${f.store} leads out of the data root`,
    hint: "remove the link, or correct the path in the STRUCTURE",
  }),
  DEPTH_LIMIT: (f: { workflow: string; limit: number }) => ({
    what: `${f.workflow} would nest deeper than ${f.limit} runs`,
    hint: "look for a workflow that calls itself with pgs plan",
  }),
  WORKFLOW_REFUSED: (f: { workflow: string; refusal: string }) => ({
    what: `the called workflow ${f.workflow} is refused: ${f.refusal}`,
    hint: `pgs plan --wf ${f.workflow} says why`,
  }),
  SECRETS_NOT_DECLARED: (f: { workflow: string; contract: string; field: string }) => ({
    what: `${f.workflow} suppresses ${f.field} of its payload, the contract that calls it does not`,
    hint: `add ${f.field.split("/").at(-1) as string} to suppress_trace_fields in ${f.contract}`,
  }),
  DATA_ROOT_UNUSABLE: (f: { errno: string }) => ({
    what: `the data root cannot be used: ${f.errno}`,
    hint: "name a folder with --data-root DIR",
  }),
} satisfies Table;

export type RunCode = keyof typeof runTable;

/** The artifact kind whose promise was broken; `error` events carry it. */
export type NodeCategory = "WF" | "IN" | "CC" | "CT" | "CS";

export class RunFault<C extends keyof typeof runTable = keyof typeof runTable> extends Fault {
  readonly category: NodeCategory;

  constructor(
    stage: Stage,
    category: NodeCategory,
    code: C,
    facts: FactsOf<typeof runTable, C>,
    detail: FaultDetail = {},
  ) {
    super(stage, code, facts, word(runTable, code, facts), detail);
    this.category = category;
  }
}

/** The words for a recorded `error` event; undefined for a code or facts that are not this build's. */
export function wordingOf(code: string, facts: JsonObject): Wording | undefined {
  if (!Object.hasOwn(runTable, code)) return undefined;
  try {
    return (runTable[code as keyof typeof runTable] as Word<JsonObject>)(facts);
  } catch {
    return undefined; // facts from a trace that somebody else wrote
  }
}

/** Codes of a refusal that is the storage's fault rather than the protocol's (SPEC 4.8: exit 5). */
export const STORAGE_CODES: ReadonlySet<string> = new Set(["STORE_CORRUPT", "DATA_ROOT_UNUSABLE"]);

// ---- storage, inside an effect ----

/** Why a store could not be read or written. The engine turns it into the outcome BACKEND_ERROR. */
export type StoreReason = "UNREADABLE" | "UNWRITABLE" | "CORRUPT" | "LOCKED";

export class StoreFault extends Error {
  readonly reason: StoreReason;
  /** Facts that may be recorded: no absolute path, no foreign message. */
  readonly facts: JsonObject;

  constructor(reason: StoreReason, facts: JsonObject, cause?: unknown) {
    super(reason, { cause });
    this.name = "StoreFault";
    this.reason = reason;
    this.facts = facts;
  }
}

// ---- trace (exit 5) and examine (exit 2) ----

export const traceTable = {
  TRACE_UNWRITABLE: (f: { folder: string; errno: string }) => ({
    what: `the trace cannot be written: ${f.errno}`,
    where: f.folder,
    hint: "name a folder that can be written with --traces DIR",
  }),
  FONT_MISSING: (f: { file: string }) => ({ what: "the shipped font is missing", where: f.file }),
} satisfies Table;

export class TraceFault<C extends keyof typeof traceTable = keyof typeof traceTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof traceTable, C>, detail: FaultDetail = {}) {
    super("trace", code, facts, word(traceTable, code, facts), detail);
  }
}
