/** What an examination has to say about a trace: code, facts, line. The wording stands beside the codes. */

import type { Json, JsonObject } from "../json.ts";

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

export const findingTable = {
  EMPTY: {
    what: () => "the file holds no whole event, and a run writes its first one before it does anything",
    hint: "if a run left the file like this, nothing was done: run it again",
  },
  TORN_LINE: {
    what: () => "the last line is not whole: the run was cut off while it wrote",
    hint: "everything before it stands; see the effects for what may be half-done",
  },
  NOT_UTF8: { what: () => "the line is not UTF-8 text" },
  NOT_JSON: { what: () => "the line is not a JSON object" },
  NOT_CANONICAL: { what: () => "the line is not in canonical form: it was written again after the run" },
  BAD_SHAPE: { what: (f: JsonObject) => `the line is no event of this format: ${text(f["field"])}` },
  BAD_SEQUENCE: { what: (f: JsonObject) => `sequence is ${text(f["found"])}, expected ${text(f["expected"])}` },
  BAD_PREV_HASH: {
    what: () => "prev_hash is not the hash of the line before: a line is missing, moved or added here",
  },
  BAD_HASH: { what: () => "hash is not that of the line: the line was changed" },
  OTHER_EXECUTION: { what: (f: JsonObject) => `the line belongs to execution ${text(f["found"])}` },
  BAD_START: { what: () => "the first event is not execution_start" },
  AFTER_END: { what: () => "the line stands after workflow_complete" },
  NO_END: {
    what: () => "there is no workflow_complete: the run was interrupted or the trace is cut",
    hint: "see the effects for what may be half-done",
  },
  BAD_COUNT: {
    what: (f: JsonObject) =>
      `the number of ${text(f["of"])} is ${text(f["found"])}; workflow_complete says ${text(f["stated"])}`,
  },
  BAD_PAYLOAD_DIGEST: { what: () => "payload_digest is not that of the payload" },
  HEAD_MISMATCH: {
    what: (f: JsonObject) => `the last line's hash is ${text(f["found"])}, expected ${text(f["expected"])}`,
    hint: "the trace was cut or rewritten since the head was printed",
  },
  NO_SNAPSHOT: {
    what: () => "no snapshot is at hand, so nothing is known of what the protocol allowed",
    hint: "name it with --snapshot DIR",
  },
  SNAPSHOT_REFUSED: {
    what: (f: JsonObject) => `the snapshot is refused: ${text(f["message"])}`,
    hint: "name the snapshot of the run with --snapshot DIR; pgs verify says what is wrong with this one",
  },
  SNAPSHOT_DIFFERS: {
    what: (f: JsonObject) =>
      `the run was on snapshot ${text(f["recorded"])}, this one is ${f["found"] === null ? "not sealed" : text(f["found"])}`,
    hint: "name the snapshot of the run with --snapshot DIR",
  },
  WORKFLOW_DIFFERS: { what: (f: JsonObject) => `${text(f["workflow"])} has another text in this snapshot` },
  UNKNOWN_NODE: { what: (f: JsonObject) => `the protocol declares no node ${text(f["node"])} of this kind` },
  NOT_AN_EDGE: {
    what: (f: JsonObject) =>
      `${text(f["node"])} --${text(f["outcome"])}--> ${text(f["next"])} is no edge of the graph`,
  },
  UNKNOWN_STEP: {
    what: (f: JsonObject) => `${text(f["node"])} declares no step ${text(f["step"])} that does this`,
  },
  NOT_CALLED: {
    what: (f: JsonObject) =>
      `no declared step of the run above calls workflows, yet ${text(f["workflow"])} ran`,
  },
  UNKNOWN_WORKFLOW: {
    what: (f: JsonObject) => `the snapshot holds no workflow ${text(f["workflow"])} that compiles`,
  },
  NOT_ANNOUNCED: {
    what: (f: JsonObject) => `${text(f["node"])} does not declare the event ${text(f["event_code"])}`,
  },
  BAD_LINK: {
    what: () =>
      "prev_hash is not that of the line before: that line was changed, or one is missing or added here",
  },
  NO_HEADER: { what: () => "the first line is not the trace_classification that the format begins with" },
  NO_WORKFLOW: { what: () => "the trace names no workflow, so there is no graph to hold it against" },
  NOT_THE_START: {
    what: (f: JsonObject) => `the path begins at ${text(f["node"])}, the graph at ${text(f["start"])}`,
  },
  NOT_REACHED: {
    what: (f: JsonObject) =>
      `no way through the graph leads from what was recorded before to ${text(f["contract"])}`,
  },
  NOT_AT_AN_EXIT: {
    what: (f: JsonObject) => `the run is said to have ended at an EXIT, but no EXIT follows ${text(f["last"])}`,
  },
  DIVERGED: {
    what: (f: JsonObject) => `the replay differs at ${text(f["pointer"])}`,
    hint: "the line was changed, or the run was another build's; pgs examine --steps holds every step to the record",
  },
  OTHER_NAME: {
    what: (f: JsonObject) =>
      `the ${text(f["of"])} is named ${text(f["named"])}, the trace is ${text(f["recorded"])}`,
  },
  REPLAY_LONGER: { what: () => "the replay goes on where the trace ends" },
  REPLAY_SHORTER: { what: () => "the trace goes on where the replay ends" },
} satisfies Record<string, Words>;

export type FindingCode = keyof typeof findingTable;

export function finding(code: FindingCode, line?: number, facts: JsonObject = {}): TraceFinding {
  return line === undefined ? { code, facts } : { code, line, facts };
}

export function wordsOf({ code, facts }: TraceFinding): { readonly what: string; readonly hint?: string } {
  const words: Words = findingTable[code];
  return words.hint === undefined ? { what: words.what(facts) } : { what: words.what(facts), hint: words.hint };
}
