/** What an examination has to say about a trace: code, facts, line. The wording stands beside the codes. */

import { counted } from "../errors/counted.ts";
import { isObject, type Json, type JsonObject, own } from "../json/value.ts";

export interface TraceFinding {
  readonly code: FindingCode;
  /** Line of the trace, from 1; absent when the finding is about the whole. */
  readonly line?: number;
  readonly facts: JsonObject;
}

interface Words {
  readonly what: (facts: JsonObject) => string;
  readonly hint?: string;
}

const text = (value: Json | undefined) => (typeof value === "string" ? value : JSON.stringify(value ?? null));

/** Version and digest of a package; null where there is none. */
function packageText(pin: Json | undefined): string {
  if (!isObject(pin)) return "none";
  return `${text(own(pin, "version"))} (${text(own(pin, "digest")).slice(0, 12)}…)`;
}

export const findingTable = {
  EMPTY: {
    what: () => "the file has no complete event; a run writes its first event before it does anything else",
    hint: "if a run wrote this file, it had no effect yet: run the workflow again",
  },
  TORN_LINE: {
    what: () => "the last line is incomplete: the run was interrupted while it wrote the line",
    hint: "the lines before it are not affected; see the effects for what may be incomplete",
  },
  NOT_UTF8: { what: () => "the line is not UTF-8 text" },
  NOT_JSON: { what: () => "the line is not a JSON object" },
  NOT_CANONICAL: { what: () => "the line is not in canonical form: it was rewritten after the run" },
  BAD_SHAPE: { what: (f: JsonObject) => `the line is not an event of this format: ${text(f["field"])}` },
  BAD_SEQUENCE: { what: (f: JsonObject) => `sequence is ${text(f["found"])}, expected ${text(f["expected"])}` },
  BAD_PREV_HASH: {
    what: () =>
      "prev_hash does not match the hash of the previous line: a line was removed, moved or added here",
  },
  BAD_HASH: { what: () => "hash does not match the line: the line was changed" },
  OTHER_EXECUTION: { what: (f: JsonObject) => `the line belongs to execution ${text(f["found"])}` },
  SEVERAL_TRACES: {
    what: (f: JsonObject) =>
      `the file has the traces of ${counted(Number(f["runs"]), "run")}, each with a chain of its own`,
    hint: "if it is a copy of a segment, move it into a folder that is named segments: there, each of its traces is examined",
  },
  BAD_START: { what: () => "the first event is not execution_start" },
  AFTER_END: { what: () => "the line comes after workflow_complete" },
  NO_END: {
    what: () => "workflow_complete is missing: the run was interrupted, or the end of the trace was removed",
    hint: "see the effects for what may be incomplete",
  },
  BAD_COUNT: {
    what: (f: JsonObject) =>
      `the number of ${text(f["of"])} is ${text(f["found"])}, but workflow_complete states ${text(f["stated"])}`,
  },
  BAD_PAYLOAD_DIGEST: { what: () => "payload_digest does not match the payload" },
  HEAD_MISMATCH: {
    what: (f: JsonObject) => `the last line's hash is ${text(f["found"])}, expected ${text(f["expected"])}`,
    hint: "the trace was shortened or rewritten after the head was printed",
  },
  NO_SNAPSHOT: {
    what: () => "no snapshot was found; cannot check what the protocol allows",
    hint: "name it with --snapshot DIR",
  },
  SNAPSHOT_REFUSED: {
    what: (f: JsonObject) => `the snapshot is refused: ${text(f["message"])}`,
    hint: "name the snapshot of the run with --snapshot DIR; pgs verify shows what is wrong with this one",
  },
  CAPABILITY_UNAVAILABLE: {
    what: (f: JsonObject) => `the run cannot be replayed: ${text(f["message"])}`,
    hint: 'name the package in "capabilities" of pgs.json, or install it; the chain of the trace was checked without it',
  },
  CAPABILITY_DIFFERS: {
    what: (f: JsonObject) =>
      `the run used the capability package ${text(f["package"])} ${packageText(f["recorded"])}, but here is ${packageText(f["found"])}`,
    hint: "the replay says whether the difference matters to this run",
  },
  SNAPSHOT_DIFFERS: {
    what: (f: JsonObject) =>
      `the run used snapshot ${text(f["recorded"])}, but this one is ${f["found"] === null ? "not sealed" : text(f["found"])}`,
    hint: "name the snapshot of the run with --snapshot DIR",
  },
  CLOSURE_DIFFERS: {
    what: (f: JsonObject) =>
      `the run states artifacts with the digest ${text(f["recorded"])}, but this snapshot has ${text(f["found"])} under the same root`,
    hint: "the line was changed: no run on this snapshot records that",
  },
  WORKFLOW_DIFFERS: {
    what: (f: JsonObject) => `${text(f["workflow"])} has different content in this snapshot`,
  },
  PROTOCOL_UNUSABLE: {
    what: (f: JsonObject) =>
      `the protocol that was kept beside the trace, ${text(f["file"])}, is not used: ${text(f["reason"])}`,
    hint: "name the snapshot of the run with --snapshot DIR",
  },
  UNKNOWN_NODE: { what: (f: JsonObject) => `the protocol declares no node ${text(f["node"])} of this kind` },
  NOT_AN_EDGE: {
    what: (f: JsonObject) =>
      `${text(f["node"])} --${text(f["outcome"])}--> ${text(f["next"])} is not an edge of the graph`,
  },
  BAD_ATTEMPT: {
    what: (f: JsonObject) =>
      f["expected"] === null
        ? `attempts of step ${text(f["step"])} of ${text(f["node"])} are not declared`
        : `attempt ${text(f["expected"])} of step ${text(f["step"])} of ${text(f["node"])} is expected, found ${f["found"] === null ? "none" : text(f["found"])}`,
  },
  BAD_RETRY: {
    what: (f: JsonObject) =>
      `step ${text(f["step"])} of ${text(f["node"])} is ${f["retried"] === true ? "not " : ""}to be tried again after this ${text(f["outcome"])}`,
  },
  UNKNOWN_STEP: {
    what: (f: JsonObject) => `${text(f["node"])} declares no step ${text(f["step"])} that does this`,
  },
  UNKNOWN_EVALUATION: {
    what: (f: JsonObject) =>
      `${text(f["node"])} declares no evaluation ${text(f["evaluation"])} with this condition and the outcome ${text(f["outcome"])}`,
  },
  NOT_CALLED: {
    what: (f: JsonObject) =>
      `no declared step of the calling run calls workflows, but ${text(f["workflow"])} ran`,
  },
  UNKNOWN_WORKFLOW: {
    what: (f: JsonObject) => `the snapshot has no workflow ${text(f["workflow"])} that compiles`,
  },
  NOT_ANNOUNCED: {
    what: (f: JsonObject) => `${text(f["node"])} does not declare the event ${text(f["event_code"])}`,
  },
  NOT_A_WAIT: {
    what: (f: JsonObject) =>
      `${text(f["node"])} has no open step ${text(f["step"])} that declares this wait in run ${text(f["run"])}`,
  },
  NO_WAITS: { what: () => "the run is suspended without anything that it waits for" },
  NOT_OF_A_NODE: {
    what: (f: JsonObject) => `${text(f["event_type"])} belongs to run 0 and to none of its nodes`,
  },
  NOT_RESUMED: {
    what: (f: JsonObject) =>
      `${text(f["event_type"])} follows a suspension, but neither run_resumed nor run_cancelled stands between them`,
  },
  NOT_SUSPENDED: {
    what: (f: JsonObject) =>
      `the run is said to go on because of ${f["cause"] === "TIME" ? "a moment" : "an event"}, but it was not suspended here`,
  },
  NOT_WAITED_FOR: {
    what: (f: JsonObject) => `no open wait is for the event ${text(f["key"])} that is said to be delivered`,
  },
  NOT_CANCELLED: {
    what: (f: JsonObject) =>
      f["status"] === "CANCELLED"
        ? `run ${text(f["run"])} ends as CANCELLED, but no run_cancelled stands before it`
        : `run ${text(f["run"])} ends as ${text(f["status"])} although it was cancelled`,
  },
  ASSUMED: {
    what: (f: JsonObject) =>
      `nobody saw ${text(f["op"])} by ${text(f["at"])} end: ${f["actor"] === null ? "a person" : text(f["actor"])} said that it took place`,
  },
  BAD_LINK: {
    what: () =>
      "prev_hash does not match the previous line: that line was changed, or a line was removed or added here",
  },
  NO_HEADER: { what: () => "the first line is not the trace_classification that the format begins with" },
  NO_WORKFLOW: { what: () => "the trace names no workflow; cannot compare it with a graph" },
  NOT_THE_START: {
    what: (f: JsonObject) =>
      `the path begins at ${text(f["node"])}, but the graph begins at ${text(f["start"])}`,
  },
  NOT_REACHED: {
    what: (f: JsonObject) =>
      `no path in the graph leads from the recorded contracts before it to ${text(f["contract"])}`,
  },
  NOT_AT_AN_EXIT: {
    what: (f: JsonObject) =>
      `the trace states that the run ended at an EXIT, but no EXIT follows ${text(f["last"])}`,
  },
  DIVERGED: {
    what: (f: JsonObject) => `the replay differs at ${text(f["pointer"])}`,
    hint: "the line was changed, or another build executed the run; pgs examine --steps compares every step with the record",
  },
  OTHER_NAME: {
    what: (f: JsonObject) =>
      `the ${text(f["of"])} is named ${text(f["named"])}, but the trace is ${text(f["recorded"])}`,
  },
  REPLAY_LONGER: { what: () => "the replay continues after the end of the trace" },
  REPLAY_SHORTER: { what: () => "the trace continues after the end of the replay" },
} satisfies Record<string, Words>;

export type FindingCode = keyof typeof findingTable;

export function finding(code: FindingCode, line?: number, facts: JsonObject = {}): TraceFinding {
  return line === undefined ? { code, facts } : { code, line, facts };
}

export function wordsOf({ code, facts }: TraceFinding): { readonly what: string; readonly hint?: string } {
  const words: Words = findingTable[code];
  return words.hint === undefined ? { what: words.what(facts) } : { what: words.what(facts), hint: words.hint };
}

export function findingJson(found: TraceFinding): JsonObject {
  const { what, hint } = wordsOf(found);
  return {
    line: found.line ?? null,
    code: found.code,
    message: what,
    facts: found.facts,
    ...(hint === undefined ? {} : { hint }),
  };
}
