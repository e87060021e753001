/** Refusals of a run that has begun (exit 4, storage 5), and the wordings for the errors that a trace records. */

import {
  type FactsOf,
  type FaultDetail,
  fileLine,
  type NodeCategory,
  RunFault,
  type Stage,
  type Wording,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";
import { counted } from "../errors/counted.ts";
import { storePathTable } from "../errors/ports.ts";
import { isObject, type JsonObject } from "../json/value.ts";
import { planTable } from "../plan/errors.ts";
import { type StoreDefect, storeRepair } from "../storage/errors.ts";

/** Every code that an `error` event may record. */
export const runTable = {
  ...storePathTable,
  ...planTable,
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
    what: `the data of the event ${f.event} nests deeper than ${counted(f.limit, "level")}`,
    hint: "bind a part of the value instead of all of it, so that it does not grow from step to step",
  }),
  DATA_TOO_LARGE: (f: { event: string; limit: number }) => ({
    what: `the data of the event ${f.event} is longer than ${counted(f.limit, "character")}`,
    hint: "bind a part of the value instead of all of it",
  }),
  HOP_LIMIT: (f: { limit: number }) => ({
    what: `the run entered more than ${counted(f.limit, "node")}`,
    hint: "raise --max-hops, or look for a cycle with pgs plan",
  }),
  RUN_LIMIT: (f: { limit: number }) => ({
    what: `one trace would contain more than ${counted(f.limit, "run")}`,
    hint: "type pgs check, which finds workflows that call each other in a circle; if none does, raise --max-runs",
  }),
  EVENT_LIMIT: (f: { limit: number }) => ({
    what: `the trace contains ${counted(f.limit, "event")} or more`,
    hint: "look for a cycle with pgs plan; if there is none, raise --max-events",
  }),
  TRACE_SIZE_LIMIT: (f: { limit: number }) => ({
    what: `the trace has ${counted(f.limit, "byte")} or more`,
    hint: "look for a value that grows from node to node with pgs plan; if there is none, raise --max-trace-bytes",
  }),
  EVENT_SIZE_LIMIT: (f: { event: string; limit: number }) => ({
    what: `the event ${f.event} would have more than ${counted(f.limit, "byte")} in the trace`,
    hint: "bind a part of the value instead of all of it; if all of it is needed, raise --max-event-bytes",
  }),
  CAPABILITY_FAULT: (f: { capability: string; reason: string }) => ({
    what: `${f.capability} broke its contract: ${f.reason}`,
    hint: "report it with the trace; --debug shows the cause",
  }),
  REMOTE_EFFECT_NOT_ALLOWED: (f: { capability: string; op: string }) => ({
    what: `${f.op} of ${f.capability} reaches a server or the host, which this run may not`,
    hint: "give its answer in the scenario (given.answers, by NODE.step), or type pgs test --remote",
  }),
  DRY_RUN_REMOTE_EFFECT: (f: { capability: string; op: string }) => ({
    what: `${f.op} of ${f.capability} reaches a server or the host, which a dry run does not: what it would answer is not known`,
    hint: "a scenario can give its answer (given.answers, by NODE.step) and go on: type pgs test",
  }),
  STORE_CORRUPT: (f: { file: string; line: number } & Partial<StoreDefect>) => ({
    what: `a stored line cannot be read as a JSON object${f.defect === undefined ? "" : `: ${f.defect}`}`,
    where: fileLine(f.file, f.line),
    hint: storeRepair(f.file, f.line, f.defect, f.pointer),
  }),
  RUN_ABORTED: (_: Record<never, never>) => ({
    what: "the program that runs the workflow aborted the run before its next step",
    hint: "run the workflow again; the trace lists the effects that were completed before",
  }),
  SECRETS_KEY_REQUIRED: (_: Record<never, never>) => ({
    what: "the run would wait, and the values that its trace suppresses would be lost when this process ends",
    hint: "type head -c 32 /dev/urandom | base64 > secrets.key, and add --secrets-key secrets.key; or set $PGS_SECRETS_KEY to such a key: these values are kept encrypted until the run ends",
  }),
  DEPTH_LIMIT: (f: { workflow: string; limit: number }) => ({
    what: `${f.workflow} would nest deeper than ${counted(f.limit, "run")}`,
    hint: "look for a workflow that calls itself with pgs plan",
  }),
  SECRETS_NOT_DECLARED: (f: { workflow: string; contract: string; field: string }) => ({
    what: `${f.workflow} suppresses ${f.field} of its payload, but the contract that calls it does not`,
    hint: `add ${f.field.split("/").at(-1) as string} to suppress_trace_fields in ${f.contract}`,
  }),
  DATA_ROOT_UNUSABLE: (f: { errno: string }) => ({
    what: `the data root cannot be used: ${f.errno}`,
    hint: "name a folder with --data-root DIR",
  }),
} satisfies WordingTable;

export type RunCode = keyof typeof runTable;

/** A refusal with any code that a run may record. */
export class EngineFault<C extends keyof typeof runTable = keyof typeof runTable> extends RunFault {
  constructor(
    stage: Stage,
    category: NodeCategory,
    code: C,
    facts: FactsOf<typeof runTable, C>,
    detail: FaultDetail = {},
  ) {
    super(stage, category, code, facts, wordingFrom(runTable, code, facts), detail);
  }
}

/** Of a step that would wait. */
export function secretsKeyRequired(): EngineFault {
  return new EngineFault("effect", "CS", "SECRETS_KEY_REQUIRED", {});
}

/** Ends every run of the trace, because somebody cancelled it; that is recorded. */
export class RunCancelled extends Error {
  constructor() {
    super("the run was cancelled");
  }
}

/** Ends the session of a run, because its process was told to stop; nothing is recorded of it. */
export class RunStopped extends Error {
  constructor() {
    super("the process of the run was told to stop");
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
    return wordingFrom(runTable, code as RunCode, Object.fromEntries(said) as never);
  } catch {
    return undefined; // facts from a trace that somebody else wrote
  }
}

/** Codes of a refusal that is the storage's fault rather than the protocol's (SPEC 4.8: exit 5). */
export const STORAGE_CODES: ReadonlySet<string> = new Set(["STORE_CORRUPT", "DATA_ROOT_UNUSABLE"]);
