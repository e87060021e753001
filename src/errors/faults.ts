/**
 * What the runner refuses, in one place: a code, typed facts, and beside them the wording.
 * A fault is thrown once and travels to `main`, or to the engine when it ends a run that has begun.
 */

import { isObject, type Json, type JsonDefect, type JsonObject, unicodeEscape } from "../json/json.ts";
import { DEPTH, SIZE } from "../json/limits.ts";
import { counted } from "./counted.ts";

/** Where on the way load -> seal -> compile -> payload -> admission -> walk -> complete a refusal arose. */
export const STAGES = [
  "usage",
  "load",
  "seal",
  "compile",
  "payload",
  "admission",
  "walk",
  "contract",
  "transform",
  "effect",
  "trace",
  "examine",
] as const;
export type Stage = (typeof STAGES)[number];

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
  return withLimitHint((table[code] as Word<FactsOf<T, C>>)(facts), facts["errno"]);
}

/** What helps where no more files can be opened, whichever file it was. */
const LIMIT_HINTS: Readonly<Record<string, string>> = {
  EMFILE: "raise the limit on open files: ulimit -n 1024",
  ENFILE: "wait until other programs have closed some files",
};

/** Of an error that is about no file in particular, the hint is not about the file either. */
function withLimitHint(wording: Wording, errno: Json | undefined): Wording {
  const hint = limitHint(errno);
  return hint === undefined || wording.hint?.startsWith(hint) ? wording : { ...wording, hint };
}

/** Undefined for an error of the system that is no limit on open files. */
export function limitHint(errno: Json | undefined): string | undefined {
  return typeof errno === "string" && Object.hasOwn(LIMIT_HINTS, errno) ? LIMIT_HINTS[errno] : undefined;
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

/** How somebody goes on who named an artifact that is not there: with the near one, else with the list. */
function nameHint(given: string, suggestion: string | null): string {
  if (suggestion === null) return "type pgs list, which prints every workflow of the snapshot";
  return `type ${suggestion} instead of ${given}`;
}

// ---- usage (exit 2) ----

type CheckPlace = { file: string; line: number; pointer: string };
const checkPlace = (f: CheckPlace) => `${at(f.file, f.line)}${f.pointer && ` at ${f.pointer}`}`;

/** A file of the command line that cannot be read as what it is. */
type UnreadableText = {
  file: string;
  line: number;
  defect: string;
  /** What to type, as far as that can be said. */
  repair: string | null;
};
const unreadableText = (f: UnreadableText) => ({
  where: at(f.file, f.line),
  ...(f.repair === null ? {} : { hint: `in ${f.file}, ${f.repair}` }),
});

/** What a key is for: a private one signs, a public one says whose signature counts. */
export type KeyUse = "sign" | "trust";

export type KeyDefect = keyof typeof keyDefects;

const makeKey: Readonly<Record<KeyUse, string>> = {
  sign: "make one with: openssl genpkey -algorithm ed25519 -out signing.pem",
  trust: "make it from the private one with: openssl pkey -in signing.pem -pubout -out signer.pem",
};

interface KeyWords {
  what(form: string | null): string;
  /** Where making a key is not what helps. */
  hint?(key: string): string | undefined;
}

/** Why a key cannot be used. No word of it comes from the key but the name of its form. */
const keyDefects = {
  NOT_PEM: {
    what: () => "is no PEM text",
    hint: (key) =>
      key.startsWith("$") ? `put the PEM text itself into ${key}, or name its file with --key FILE` : undefined,
  },
  SEVERAL: {
    what: () => "stands with others in one file",
    hint: () => "one key a file; --key may be given several times",
  },
  OPENSSH: { what: () => "has OpenSSH's own form, PEM is wanted" },
  OTHER_FORM: { what: (form) => `is of another kind: ${form}` },
  OTHER_ALGORITHM: { what: (form) => `is for ${form}, not for Ed25519` },
  PRIVATE: {
    what: () => "is a private one, a public one is wanted",
    hint: (key) => `make it from this one with: openssl pkey -in ${key} -pubout -out signer.pem`,
  },
  PUBLIC: {
    what: () => "is a public one, a private one is wanted",
    hint: () => "name the private one that it was made from",
  },
  ENCRYPTED: {
    what: () => "is encrypted",
    hint: () => "put its passphrase into $PGS_SIGNING_PASSPHRASE",
  },
  WRONG_PASSPHRASE: {
    what: () => "cannot be decrypted",
    hint: () => "correct the passphrase in $PGS_SIGNING_PASSPHRASE",
  },
  BROKEN: { what: () => "cannot be read: its PEM text holds something else" },
} satisfies Record<string, KeyWords>;

export const usageTable = {
  WORKING_FOLDER_GONE: (f: { errno: string }) => ({
    what: `the current folder is not there any more: ${f.errno}`,
    hint: "type cd, then go to a folder that is there",
  }),
  BAD_USAGE: (f: { message: string; hint: string | null }) => ({
    what: f.message,
    ...(f.hint ? { hint: f.hint } : {}),
  }),
  NOT_AN_FQDN: (f: { given: string; suggestion: string | null }) => ({
    what: `"${f.given}" is not a full name <domain>::<CODE>`,
    hint: nameHint(f.given, f.suggestion),
  }),
  UNKNOWN_WORKFLOW: (f: { workflow: string; snapshot: string; suggestion: string | null }) => ({
    what: `the snapshot holds no workflow ${f.workflow}`,
    where: f.snapshot,
    hint: nameHint(f.workflow, f.suggestion),
  }),
  UNKNOWN_ARTIFACT: (f: { fqdn: string; snapshot: string; suggestion: string | null }) => ({
    what: `the snapshot holds no artifact ${f.fqdn}`,
    where: f.snapshot,
    hint: nameHint(f.fqdn, f.suggestion),
  }),
  BAD_CLOCK: (f: { given: string }) => ({
    what: `"${f.given}" is not an RFC 3339 date and time of the years 0000 to 9999 in UTC`,
    where: "--clock",
    hint: "type --clock 2026-01-31T09:00:00Z, or another moment written like that",
  }),
  FILE_MISSING: (f: { file: string; what: string; suggestion: string | null }) => ({
    what: `${f.what} does not exist`,
    where: f.file,
    ...(f.suggestion === null ? {} : { hint: `type ${f.suggestion} instead of ${f.file}` }),
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
    hint: "name a file in a folder that is there for the report, or - for standard output",
  }),
  EXPORT_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the export cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in a folder that is there with --out FILE, or - for standard output",
  }),
  RENDERING_UNWRITABLE: (f: { file: string; kind: string; errno: string }) => ({
    what: `the rendering cannot be written: ${f.errno}`,
    where: f.file,
    hint: `type pgs render TRACE --${f.kind} FILE, with a file in a folder that can be written`,
  }),
  NOT_DRAWABLE: (f: { file: string; events: number }) => ({
    what:
      f.events === 0
        ? "it holds no whole event, so nothing says which workflow ran"
        : `no event says which workflow ran (${counted(f.events, "readable event")} in the file)`,
    where: f.file,
    hint: `pgs examine ${f.file} says what is wrong with each of its lines`,
  }),
  CHECK_FILE_UNREADABLE: (f: UnreadableText) => ({
    what: `the file cannot be read as JSON: ${f.defect}`,
    ...unreadableText(f),
  }),
  CHECK_CONFIG_MALFORMED: (f: CheckPlace & { expected: string }) => ({
    what: `${f.pointer || "the configuration"} should be ${f.expected}`,
    where: checkPlace(f),
    hint: 'a configuration may hold "rules", "baseline" and "fail_on"; pgs check --json lists every rule',
  }),
  UNKNOWN_RULE: (f: CheckPlace & { rule: string; suggestion: string | null }) => ({
    what: `there is no rule ${f.rule}`,
    where: checkPlace(f),
    hint: f.suggestion ? `did you mean ${f.suggestion}?` : "pgs check --json lists every rule",
  }),
  BASELINE_MALFORMED: (f: CheckPlace & { expected: string }) => ({
    what: `${f.pointer} of the baseline should be ${f.expected}`,
    where: checkPlace(f),
    hint:
      f.pointer === "/schema"
        ? "name a file that pgs check --update-baseline wrote"
        : "write it anew with --update-baseline",
  }),
  BASELINE_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the baseline cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in a folder that is there with --baseline FILE",
  }),
  NO_SUCH_CASE: (f: { text: string; cases: number }) => ({
    what: `no conformance case has "${f.text}" in its name (${counted(f.cases, "case")} in the snapshot)`,
    where: "--case",
    hint: "pgs conformance --json lists the name of every case",
  }),
  SCENARIOS_MISSING: (f: { path: string }) => ({
    what: "there is no such file or folder of scenarios",
    where: f.path,
    hint: "name the file or the folder: pgs test <scenarios>",
  }),
  NO_SCENARIOS: (f: { folder: string }) => ({
    what: "no scenario is below it",
    where: f.folder,
    hint: "call a scenario file <name>.scenario.yaml (or .yml, .json)",
  }),
  NO_SUCH_SCENARIO: (f: { text: string; scenarios: number }) => ({
    what: `no scenario has "${f.text}" in its name or file (${counted(f.scenarios, "scenario")} read)`,
    where: "--filter",
  }),
  SCENARIO_UNREADABLE: (f: UnreadableText) => ({
    what: `the file cannot be read as a scenario: ${f.defect}`,
    ...unreadableText(f),
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
  SCENARIO_NOT_MADE: (f: { file: string; why: string; hint: string | null }) => ({
    what: `no scenario can be made of the run: ${f.why}`,
    where: f.file,
    hint: f.hint ?? "write the scenario without expectations; pgs test --update records them",
  }),
  SCENARIO_NOT_UPDATED: (f: { file: string }) => ({
    what: "what came out cannot be written into the scenario as it is laid out",
    where: f.file,
    hint: "write the aliases and merges of its expectations out, then update again",
  }),
  SCENARIO_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the scenario cannot be written: ${f.errno}`,
    where: f.file,
    hint: "name a file in a folder that is there and can be written",
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
  VECTOR_UNREADABLE: (f: UnreadableText) => ({
    what: `the file cannot be read as a scenario vector: ${f.defect}`,
    ...unreadableText(f),
  }),
  VECTOR_MALFORMED: (f: { file: string; line: number; pointer: string; expected: string }) => ({
    what: `${f.pointer || "the vector"} should be ${f.expected}`,
    where: at(f.file, f.line),
  }),
  KEY_UNUSABLE: (f: { key: string; wanted: KeyUse; defect: KeyDefect; form: string | null }) => {
    const { what, hint }: KeyWords = keyDefects[f.defect];
    return { what: `the key ${what(f.form)}`, where: f.key, hint: hint?.(f.key) ?? makeKey[f.wanted] };
  },
  KEY_NOT_A_FILE: (f: { place: string }) => ({
    what: "a key itself is given where its file should be named",
    where: f.place,
    hint: "name a file that holds it; a private key that others could read this way has to be replaced",
  }),
  SIGNING_KEY_MISSING: (_: Record<never, never>) => ({
    what: "there is no key to sign with",
    hint: "name its file with --key FILE, or put its PEM text into $PGS_SIGNING_KEY",
  }),
  TRUSTED_KEYS_TOO_FEW: (f: { needed: number; keys: number }) => ({
    what: `signatures by ${counted(f.needed, "trusted key")} are required, ${f.keys === 0 ? "but none is named" : `but only ${f.keys} named`}`,
    hint: "name the public keys you trust with --key FILE, or their files in $PGS_TRUSTED_KEYS, separated by colons",
  }),
  ATTESTATION_MISSING: (f: { file: string; trace: string }) => ({
    what: "the trace has no attestation",
    where: f.file,
    hint: `pgs attest ${f.trace} --key FILE writes one; --attestation FILE names one`,
  }),
  ATTESTATION_MALFORMED: (f: { file: string }) => ({
    what: "the file is no DSSE envelope",
    where: f.file,
    hint: "name the attestation with --attestation FILE; if this is it, restore it, or sign the trace again into another file",
  }),
  ATTESTATION_DIFFERS: (f: { file: string }) => ({
    what: "there is an attestation already, and it says something else",
    where: f.file,
    hint: "remove it, or name another file with --attestation FILE",
  }),
  ATTESTATION_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the attestation cannot be written: ${f.errno}`,
    where: f.file,
    hint: "with --attestation FILE, name a file in a folder that exists, and no link",
  }),
  LOCK_MISSING: (f: { file: string }) => ({
    what: "there is no such lock below the data root",
    where: f.file,
    hint: "type pgs data locks, which lists every lock by the name it is released by",
  }),
  LOCK_HELD: (f: { file: string; pid: number; since: string }) => ({
    what: `process ${f.pid} holds the lock since ${f.since} and is alive`,
    where: f.file,
    hint: `wait until process ${f.pid} has ended`,
  }),
  LOCK_CLAIMED: (f: { file: string }) => ({
    what: "another process is about to remove the lock",
    where: f.file,
    hint: `type pgs data locks; if the holder of ${f.file}.claim has died, release that one first`,
  }),
  LOCK_UNREMOVABLE: (f: { file: string; errno: string }) => ({
    what: `the lock cannot be removed: ${f.errno}`,
    where: f.file,
    hint: "remove it as a user who may write into its folder",
  }),
  WORKER_ENDED: (f: { exit_code: number }) => ({
    what: `a worker thread ended with exit code ${f.exit_code} before it had answered`,
    hint: "type --jobs 1, which needs no worker threads",
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

type PayloadPlace = {
  file: string;
  line: number;
  pointer: string | null;
  /** What to type, as far as that can be said. */
  repair: string | null;
};
const payloadPlace = (f: PayloadPlace) => ({
  where: `${at(f.file, f.line)}${f.pointer ? ` at ${f.pointer}` : ""}`,
  ...(f.repair === null ? {} : { hint: `in ${f.file}, ${f.repair}` }),
});

export const payloadTable = {
  PAYLOAD_NOT_UTF8: (f: PayloadPlace) => ({ what: "the payload is not UTF-8 text", ...payloadPlace(f) }),
  PAYLOAD_NOT_JSON: (f: PayloadPlace) => ({ what: "the payload is not JSON", ...payloadPlace(f) }),
  PAYLOAD_BYTE_ORDER_MARK: (f: PayloadPlace) => ({
    what: "the payload begins with a byte order mark, which JSON does not allow",
    ...payloadPlace(f),
  }),
  PAYLOAD_IS_TEXT: (_: Record<never, never>) => ({
    what: "the payload itself is given where its file should be named",
    where: "--payload",
    hint: "write it into a file and name that, or pipe it into --payload -",
  }),
  PAYLOAD_CONFLICT_MARKERS: (f: PayloadPlace) => ({
    what: "the payload holds merge-conflict markers",
    ...payloadPlace(f),
  }),
  PAYLOAD_DUPLICATE_KEY: (f: PayloadPlace) => ({
    what: "a key stands twice in one object, and which of the two counts is not defined in JSON",
    ...payloadPlace(f),
  }),
  PAYLOAD_TOO_DEEP: (f: { file: string; line: number; depth: number; found: number }) => ({
    what: `the payload nests deeper than ${counted(f.depth, "level")}`,
    // The pointer to that depth would fill the screen.
    where: at(f.file, f.line),
    hint: f.found > DEPTH.payloadMost ? "flatten it" : `type --max-depth ${f.found}, or flatten it`,
  }),
  PAYLOAD_NUMBER_NOT_HELD: (f: PayloadPlace) => ({
    what: "a number does not fit a double and would be changed",
    ...payloadPlace(f),
  }),
  PAYLOAD_LONE_SURROGATE: (f: PayloadPlace) => ({
    what: "a string holds half of a surrogate pair and has no canonical form",
    ...payloadPlace(f),
  }),
  PAYLOAD_NOT_AN_OBJECT: (f: PayloadPlace) => ({
    what: "the payload is not a JSON object",
    ...payloadPlace(f),
    hint: 'write {"field": value, …}; pgs list prints the fields of each workflow',
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
} satisfies Table;

export class PayloadFault<C extends keyof typeof payloadTable = keyof typeof payloadTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof payloadTable, C>, detail: FaultDetail = {}) {
    super("payload", code, facts, word(payloadTable, code, facts), detail);
  }
}

// ---- snapshot: load and seal (exit 3) ----

type Place = { file: string; line: number };
const place = (f: Place) => at(f.file, f.line);

/** A file of the snapshot that cannot be read as what it is. */
type Unread = Place & {
  readonly pointer: string;
  /** What to type, as far as that can be said. */
  readonly repair: string | null;
};
const unread = (f: Unread) => ({
  where: place(f),
  ...(f.repair === null ? {} : { hint: `in ${f.file}, ${f.repair}` }),
});

export const snapshotTable = {
  NOT_A_SNAPSHOT: (f: { folder: string }) => ({
    what: "this is no snapshot: it holds no folder artifacts/",
    where: f.folder,
    hint: "name the folder that holds artifacts/; of a trace, name its jsonl",
  }),
  SNAPSHOT_MISSING: (f: { snapshot: string; options: string | null }) => ({
    what: "there is no protocol snapshot",
    where: f.snapshot,
    hint:
      f.options === null
        ? "name the folder above protocol_snapshot/, where data/ is, too, with --workspace DIR; a snapshot elsewhere with --snapshot DIR"
        : `type ${f.options}`,
  }),
  SNAPSHOT_FORM_UNSUPPORTED: (f: { snapshot: string; form: string }) => ({
    what: `this is a snapshot of another form, which this build does not run: ${f.form}`,
    where: f.snapshot,
    hint: "name a snapshot that holds the folder artifacts/ with --snapshot DIR",
  }),
  ARTIFACT_UNREADABLE: (f: { file: string; errno: string }) => ({
    what: `cannot be read: ${f.errno}`,
    where: f.file,
  }),
  NOT_UTF8: (f: Unread) => ({ what: "the file is not UTF-8 text", ...unread(f) }),
  NOT_JSON: (f: Unread) => ({ what: "the file is not JSON", ...unread(f) }),
  BYTE_ORDER_MARK: (f: Unread) => ({ what: "the file begins with a byte order mark", ...unread(f) }),
  CONFLICT_MARKERS: (f: Unread) => ({ what: "the file holds merge-conflict markers", ...unread(f) }),
  DUPLICATE_KEY: (f: Unread) => ({ what: `the key ${f.pointer} stands twice`, ...unread(f) }),
  TOO_DEEP: (f: Unread) => ({
    what: `the file nests deeper than ${counted(DEPTH.snapshot, "level")}`,
    ...unread(f),
  }),
  NUMBER_NOT_HELD: (f: Unread) => ({
    what: `the number at ${f.pointer} does not fit a double`,
    ...unread(f),
  }),
  LONE_SURROGATE: (f: Unread) => ({ what: "a string holds half of a surrogate pair", ...unread(f) }),
  NOT_AN_OBJECT: (f: Unread) => ({ what: "the file is not a JSON object", ...unread(f) }),
  FQDN_MISMATCH: (f: Place & { expected: string; found: string; change: string | null }) => ({
    what: `the artifact calls itself ${f.found}, its file name says ${f.expected}`,
    where: place(f),
    hint: f.change === null ? "rename the file" : `in ${f.file}, ${f.change}, or rename the file`,
  }),
  LINK_ESCAPES: (f: { file: string }) => ({
    what: "a symbolic link leads out of the snapshot",
    where: f.file,
    hint: `put the file itself in the place of the link ${f.file}`,
  }),
  LINK_TO_FOLDER: (f: { file: string }) => ({
    what: "a symbolic link leads to a folder",
    where: f.file,
    hint: `replace the link ${f.file} by what it should be: a file, or the folder itself`,
  }),
  NAME_NOT_UTF8: (f: { file: string }) => ({
    what: "the name of a file is not UTF-8 text",
    where: f.file,
    hint: "rename the file",
  }),
  MALFORMED_ARTIFACT: (f: Place & { pointer: string; expected: string }) => ({
    what: `${f.pointer || "the artifact"} should be ${f.expected}`,
    where: place(f),
    hint: `in ${f.file}, change ${f.pointer || "it"} to ${f.expected}`,
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
    hint: "restore seal.json, or type pgs seal if the snapshot is as it should be",
  }),
  SEAL_ROOT_MISMATCH: (f: Place & { stated: string; computed: string }) => ({
    what: `the seal's root is not that of its list (stated ${f.stated.slice(0, 12)}…, computed ${f.computed.slice(0, 12)}…)`,
    where: place(f),
    hint: "restore seal.json, or type pgs seal if the snapshot is as it should be",
  }),
  SEAL_UNEXPECTED_ROOT: (f: { file: string; expected: string; found: string }) => ({
    what: `the seal's root is ${f.found}, expected ${f.expected}`,
    where: f.file,
    hint: `run with the snapshot that was approved; if this is the one, expect ${f.found} with --expect-seal or in $PGS_EXPECT_SEAL`,
  }),
  SEAL_ABSENT: (f: { file: string }) => ({
    what: "a sealed snapshot is expected, but there is no seal.json",
    where: f.file,
    hint: "type pgs seal",
  }),
  SEALED_FILE_CHANGED: (f: { file: string; line: number | null; sealed: string; found: string }) => ({
    what: `the file's bytes are not the sealed ones (sealed ${f.sealed.slice(0, 12)}…, found ${f.found.slice(0, 12)}…)`,
    where: at(f.file, f.line ?? undefined),
    hint: "restore the file, or type pgs seal if it was meant to change",
  }),
  FILE_NOT_SEALED: (f: { file: string }) => ({
    what: "the file is not in the seal",
    where: f.file,
    hint: "type pgs seal if the file belongs to the snapshot, else remove it",
  }),
  SEALED_FILE_MISSING: (f: { file: string }) => ({
    what: "the file is sealed but missing",
    where: f.file,
    hint: "restore the file, or type pgs seal if it was meant to go",
  }),
  CONTENT_HASH_MISMATCH: (f: Place & { stated: string; computed: string }) => ({
    what: `content_hash is not the SHA-256 of content (stated ${f.stated.slice(0, 12)}…, computed ${f.computed.slice(0, 12)}…)`,
    where: place(f),
    hint: `restore the file, or in ${f.file}, change /content_hash to "${f.computed}" if its Markdown was meant to change`,
  }),
  EXECUTED_FIELD_DIFFERS: (f: Place & { pointer: string; content_line: number | null; change: string }) => ({
    what: `${f.pointer} is not what the sealed Markdown in content says`,
    where: place(f),
    hint: `in ${f.file}, ${f.change}`,
  }),
  CONTENT_UNREADABLE: (f: Place & { reason: string; content_line: number }) => ({
    what: `the Markdown in content has no readable Machine block: ${f.reason}`,
    where: place(f),
    hint: `in ${f.file}, correct line ${f.content_line} of its Markdown`,
  }),
  SEAL_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `cannot be written: ${f.errno}`,
    where: f.file,
    ...(f.errno === "ELOOP" ? { hint: `remove the link ${f.file}: a seal is a file of its snapshot` } : {}),
  }),
} satisfies Table;

export class SealFault<C extends keyof typeof sealTable = keyof typeof sealTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof sealTable, C>, detail: FaultDetail = {}) {
    super("seal", code, facts, word(sealTable, code, facts), detail);
  }
}

/** A signature's place and the key it says it is by; the key is a hint that nothing proves. */
export type SignaturePlace = { file: string; line: number | null; keyid: string };
const signaturePlace = (f: SignaturePlace) => at(f.file, f.line ?? undefined);
// Whoever wrote the file chose these texts: nothing of them may move the cursor or fill the screen.
const keyName = (keyid: string) =>
  /^[0-9a-f]{64}$/.test(keyid) ? `key ${keyid.slice(0, 16)}…` : "a key it does not name";
const shown = (value: Json) =>
  JSON.stringify(value)
    .replace(/[^ -~]/g, unicodeEscape)
    .slice(0, 80);

/** About signatures: `run` refuses with one of them, `verify` and `attest --verify` list them. */
export const signatureTable = {
  SIGNATURE_MISSING: (f: { file: string }) => ({
    what: "a signature is required, but the seal has none",
    where: f.file,
    hint: "take the snapshot as it was signed, or sign it: pgs seal --key FILE",
  }),
  SIGNATURE_INVALID: (f: SignaturePlace) => ({
    what: `the signature by ${keyName(f.keyid)} is not that key's over these bytes`,
    where: signaturePlace(f),
    hint: "restore the file as it was signed, or remove this signature and have the file signed again",
  }),
  SIGNATURE_OTHER_ROOT: (f: SignaturePlace & { signed: string; found: string }) => ({
    what: `the signature by ${keyName(f.keyid)} is over another root (signed ${f.signed.slice(0, 12)}…, this seal's ${f.found.slice(0, 12)}…)`,
    where: signaturePlace(f),
    hint: "take the snapshot that was signed; pgs seal drops signatures over another root",
  }),
  SIGNATURE_OTHER_RUN: (f: SignaturePlace & { pointer: string; signed: Json; found: Json }) => ({
    what: `the signature by ${keyName(f.keyid)} is about something else: ${shown(f.pointer)} is ${shown(f.signed)} there, ${shown(f.found)} here`,
    where: signaturePlace(f),
    hint: "take the trace that was attested, or its own attestation",
  }),
  SIGNATURE_MALFORMED: (f: SignaturePlace) => ({
    what: `what ${keyName(f.keyid)} is said to have signed is no in-toto statement of this kind`,
    where: signaturePlace(f),
    hint: "remove it, and have it signed again",
  }),
  SIGNATURE_UNTRUSTED: (f: { file: string; needed: number; trusted: number; keyids: readonly string[] }) => ({
    what: `valid signatures by trusted keys: ${f.trusted}, required: ${f.needed}`,
    where: f.file,
    hint: "have it signed by a key you trust, or trust its signer: --key FILE, $PGS_TRUSTED_KEYS",
  }),
} satisfies Table;

export class SignatureFault<C extends keyof typeof signatureTable = keyof typeof signatureTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof signatureTable, C>, detail: FaultDetail = {}) {
    super("seal", code, facts, word(signatureTable, code, facts), detail);
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
  /** The field's line in that file. */
  readonly line?: number;
  /** The field's line in the authored Markdown, which is the file's `content`. */
  readonly content_line?: number;
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

/** What is recorded of stored text that cannot be read. */
export type StoreDefect = {
  defect: string;
  /** Of the value or the key to change, where there is one to change and its pointer is short enough to be read. */
  pointer?: string;
};

const POINTED: ReadonlySet<string> = new Set<JsonDefect["code"]>(["NUMBER_NOT_HELD", "DUPLICATE_KEY"]);
const LONGEST_POINTER = 200;

export function storeDefect({ code, pointer }: Pick<JsonDefect, "code" | "pointer">): StoreDefect {
  const isNamed = pointer !== undefined && pointer.length <= LONGEST_POINTER && POINTED.has(code);
  return isNamed ? { defect: code, pointer } : { defect: code };
}

/** How a stored line is made readable: no record is ever lost by it. */
export function storeRepair(file: string, line?: number, defect?: string, pointer?: string): string {
  const place = line === undefined ? file : `line ${line} of ${file}`;
  const at = pointer === undefined ? "" : ` at ${pointer}`;
  switch (defect) {
    case "BYTE_ORDER_MARK":
      return `save ${file} in the data root as UTF-8 without a byte order mark`;
    case "NUMBER_NOT_HELD":
      return pointer === undefined
        ? `put the number in ${place} that no double holds in double quotes`
        : `put the number${at} in ${place} in double quotes: no double holds it`;
    case "DUPLICATE_KEY":
      return `rename one of the two equal keys${at} in ${place}`;
    case "NOT_UTF8":
      return `save ${file} in the data root as UTF-8`;
    default:
      return `move ${place} out of the data root into a file of its own, and put it back when it is repaired`;
  }
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
  DATA_TOO_DEEP: (f: { event: string; limit: number }) => ({
    what: `what the event ${f.event} has to record nests deeper than ${counted(f.limit, "level")}`,
    hint: "bind a part of the value instead of all of it, so that it does not grow from step to step",
  }),
  DATA_TOO_LARGE: (f: { event: string; limit: number }) => ({
    what: `what the event ${f.event} has to record is longer than ${counted(f.limit, "character")}`,
    hint: "bind a part of the value instead of all of it",
  }),
  HOP_LIMIT: (f: { limit: number }) => ({
    what: `the run entered more than ${counted(f.limit, "node")}`,
    hint: "raise --max-hops, or look for a cycle with pgs plan",
  }),
  RUN_LIMIT: (f: { limit: number }) => ({
    what: `one trace would hold more than ${counted(f.limit, "run")}`,
    hint: "type pgs check, which finds workflows that call each other in a circle; if none does, raise --max-runs",
  }),
  EVENT_LIMIT: (f: { limit: number }) => ({
    what: `the trace holds ${counted(f.limit, "event")} or more`,
    hint: "look for a cycle with pgs plan; if there is none, raise --max-events",
  }),
  PATH_UNRESOLVED: (f: { path: string }) => ({ what: `${f.path} reaches nothing` }),
  EXPRESSION_TYPE: (f: { expression: string; left: string; right: string | null }) => ({
    what: `${f.expression} cannot be computed on ${f.left}${f.right === null ? "" : ` and ${f.right}`}`,
  }),
  LIST_TOO_LONG: (f: { path: string; limit: number }) => ({
    what: `${f.path} reaches more than ${counted(f.limit, "value")}`,
    hint: "use fewer descendant selectors (..name) in the path",
  }),
  CAPABILITY_FAULT: (f: { capability: string; reason: string }) => ({
    what: `${f.capability} broke its contract: ${f.reason}`,
    hint: "report it with the trace; --debug shows the cause",
  }),
  STORE_CORRUPT: (f: { file: string; line: number } & Partial<StoreDefect>) => ({
    what: `a stored line cannot be read as a JSON object${f.defect === undefined ? "" : `: ${f.defect}`}`,
    where: at(f.file, f.line),
    hint: storeRepair(f.file, f.line, f.defect, f.pointer),
  }),
  STORE_PATH_ESCAPES: (f: { store: string }) => ({
    what: `the store ${f.store} leads out of the data root`,
    hint: `remove the link that ${f.store} is or goes through from the data root, or correct the path in the STRUCTURE`,
  }),
  DEPTH_LIMIT: (f: { workflow: string; limit: number }) => ({
    what: `${f.workflow} would nest deeper than ${counted(f.limit, "run")}`,
    hint: "look for a workflow that calls itself with pgs plan",
  }),
  WORKFLOW_REFUSED: (f: { workflow: string; refusal: string }) => ({
    what: `the called workflow ${f.workflow} is refused: ${f.refusal}`,
    hint: `pgs plan --wf ${f.workflow} says why`,
  }),
  SECRETS_NOT_DECLARED: (f: { workflow: string; contract: string; field: string }) => ({
    what: `${f.workflow} suppresses ${f.field} of its payload, the contract that calls it does not`,
    hint: `add ${f.field.slice(f.field.lastIndexOf("/") + 1)} to suppress_trace_fields in ${f.contract}`,
  }),
  DATA_ROOT_UNUSABLE: (f: { errno: string }) => ({
    what: `the data root cannot be used: ${f.errno}`,
    hint: "name a folder with --data-root DIR",
  }),
} satisfies Table;

export type RunCode = keyof typeof runTable;

/** The artifact kind whose promise was broken; `error` events carry it. */
export const NODE_CATEGORIES = ["WF", "IN", "CC", "CT", "CS"] as const;
export type NodeCategory = (typeof NODE_CATEGORIES)[number];

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
    // A suppressed fact is said as it is recorded.
    const said = Object.entries(facts).map(([name, fact]) => [
      name,
      isObject(fact) ? JSON.stringify(fact) : fact,
    ]);
    const words = runTable[code as keyof typeof runTable] as Word<JsonObject>;
    return withLimitHint(words(Object.fromEntries(said) as JsonObject), facts["errno"]);
  } catch {
    return undefined; // facts from a trace that somebody else wrote
  }
}

/** Codes of a refusal that is the storage's fault rather than the protocol's (SPEC 4.8: exit 5). */
export const STORAGE_CODES: ReadonlySet<string> = new Set(["STORE_CORRUPT", "DATA_ROOT_UNUSABLE"]);

// ---- storage, inside an effect ----

/** Why a store could not be read or written. The engine turns it into the outcome BACKEND_ERROR. */
export type StoreReason = "UNREADABLE" | "UNWRITABLE" | "CORRUPT" | "LOCKED" | "LOCK_UNUSABLE";

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

// ---- trace, and what else the runner writes for itself (exit 5), and examine (exit 2) ----

const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: "make room on the disk",
  EACCES: "type the command as a user who has access to that place, or name another one",
  EPERM: "type the command as a user who has access to that place, or name another one",
};

/** An effect that took place. */
export type TookPlace = Readonly<Record<"run" | "node" | "step" | "op", string>> & {
  readonly store: string | null;
};

function tookPlaceText(effects: readonly TookPlace[], more: number): string {
  if (effects.length === 0) return "no effect took place";
  const told = effects.map(
    ({ op, store, node, step }) => `${op}${store === null ? "" : ` on ${store}`} by ${node}.${step}`,
  );
  return `these effects took place: ${told.join(", ")}${more === 0 ? "" : `, and ${more} more`}`;
}

function unwritableHint(f: { file: string | null; errno: string; effects: readonly TookPlace[] }): string {
  if (f.effects.length === 0) return "name a folder that can be written with --traces DIR";
  if (f.errno === "ENOENT") return "the trace is gone: look into the stores before you run the workflow again";
  const limit = limitHint(f.errno);
  const first = limit === undefined ? "" : `${limit}; `;
  return `${first}before you run the workflow again, type pgs examine ${f.file}, which says what a second run would do`;
}

export const traceTable = {
  TRACE_UNWRITABLE: (f: {
    folder: string;
    /** Null where it could not be made. */
    file: string | null;
    errno: string;
    /** What took place, the first ones; `more` counts the others. */
    effects: readonly TookPlace[];
    more: number;
  }) => ({
    what: `the trace cannot be written: ${f.errno}; ${tookPlaceText(f.effects, f.more)}`,
    where: f.file ?? f.folder,
    hint: unwritableHint(f),
  }),
  OUTPUT_UNWRITABLE: (f: { output: string; errno: string; code: number }) => ({
    what: `${f.output} cannot be written: ${f.errno}; without that the exit code would be ${f.code}`,
    hint: "make room, or send the output elsewhere; what the command did is done: look for it before you type the command again",
  }),
  SCRATCH_UNUSABLE: (f: { folder: string; errno: string }) => ({
    what: `no temporary folder can be made: ${f.errno}`,
    where: f.folder,
    hint: "name a folder that can be written in $TMPDIR",
  }),
  SYSTEM_REFUSED: (f: { errno: string; path: string | null }) => ({
    what: `the system refused what the command needs: ${f.errno}`,
    ...(f.path === null ? {} : { where: f.path }),
    hint: systemHints[f.errno] ?? "type the command with --debug, which shows what was refused",
  }),
  PICTURE_TOO_LARGE: (f: { nodes: number; edges: number }) => ({
    what: `the picture is left out: the graph has ${counted(f.nodes, "node")} and ${counted(f.edges, "edge")}`,
    hint: "leave it out; the Markdown and the page of pgs render show every step without it",
  }),
  RENDERING_FAILED: (f: { file: string }) => ({
    what: "the rendering could not be made",
    where: f.file,
    hint: "add --debug to see why; the trace itself is complete",
  }),
  FONT_MISSING: (f: { file: string }) => ({ what: "the shipped font is missing", where: f.file }),
} satisfies Table;

export class TraceFault<C extends keyof typeof traceTable = keyof typeof traceTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof traceTable, C>, detail: FaultDetail = {}) {
    super("trace", code, facts, word(traceTable, code, facts), detail);
  }
}
