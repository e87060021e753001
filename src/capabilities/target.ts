/**
 * What a side effect may target, in general: how its operations are declared, performed, replayed, and looked for after
 * a crash. Each kind of target is one file in `targets/`; the table of all kinds is in `effect.ts`.
 */

import type { Json, JsonObject } from "../json/value.ts";
import type { Change, LockHolder, Ports, RecordedRequest, Remote, Sources } from "../ports.ts";
import type { Stores } from "../storage/stores.ts";
import { absent, type EffectStart, type Evidence } from "./evidence.ts";
import { type Input, type InputSchema, parseInput } from "./input-schema.ts";

/** The rules of one kind of target, for its operations `O`. */
export type Target<O> = OutsideTarget<O> | RunTarget<O> | WaitingTarget<O>;

export interface AnyTarget<O> {
  /** Whether a step must name a store, or its runtime binding a path. */
  readonly needsPath: boolean;
  /** The least policy with which the operation can be performed, with examples for its values. */
  examplePolicy(operation: O): JsonObject;
  /** Whether its operations run workflows of the snapshot. */
  readonly callsWorkflows: boolean;
  /**
   * Whether it can be performed on trial: on ports that write and send nothing. Else a dry run takes what is on record
   * for it, or ends there.
   */
  readonly hasDryRun: boolean;
  /** Whether the operation leaves everything outside the run as it is, and so do the runs that it calls. */
  isReading(operation: O): boolean;
}

/** Something outside the run. What it answered is recorded, and a replay takes it from there. */
export interface OutsideTarget<O> extends AnyTarget<O> {
  readonly answers: "recorded";
  /**
   * @throws StoreFault when the storage fails: the engine answers `BACKEND_ERROR`. Anything else thrown is a defect of
   * the capability: the engine refuses the run.
   */
  perform(operation: O, call: EffectCall, ports: EffectPorts): Promise<Performed>;
  /** Whether an effect that ended so changed something. */
  tookPlace(end: Pick<Performed, "outcome" | "reason" | "change" | "requests">): boolean;
  secondTime(operation: O): SecondTime;
  /** The outcomes after which the operation may be tried again; none where that could do something twice. */
  retriable(operation: O): readonly string[];
  /** Whether nothing is done twice when an attempt that ended so is followed by another one. */
  canRetry(operation: O, end: Pick<Performed, "outcome" | "reason" | "change" | "requests">): boolean;
  /** Whether it can be found out afterwards that the operation took place. */
  isVisible(operation: O): boolean;
  /**
   * What is found of an operation that began and is not known to have ended. Changes nothing and takes no lock.
   * @throws StoreFault
   */
  probe(operation: O, call: EffectCall, begun: EffectStart, ports: ProbePorts): Promise<Probe | Unprobed>;
}

/** What holds for a target that is read and has no store: nothing shows afterwards that an operation took place. */
export const READ_WITHOUT_STORE = {
  answers: "recorded",
  needsPath: false,
  examplePolicy: () => ({}),
  hasDryRun: true,
  callsWorkflows: false,
  isReading: () => true,
  tookPlace: () => false,
  secondTime: () => "same",
  isVisible: () => false,
  probe: async () => ({ found: absent(), looked: null, lock: null }),
} as const satisfies Partial<OutsideTarget<unknown>>;

/** The run itself. What it answers follows from the events of the trace, and a replay works it out again. */
export interface RunTarget<O> extends AnyTarget<O> {
  readonly answers: "worked-out";
  /** A function of its input and of how the called workflows end. */
  perform(operation: O, inputs: JsonObject, calls: ChildCalls): Promise<Performed>;
}

/** A moment, or an event from outside. Whether it waits follows from its inputs and from when it begins. */
export interface WaitingTarget<O> extends AnyTarget<O> {
  readonly answers: "awaited";
  /** The wait, or what the operation answers without one; `moment` is RFC 3339 UTC with milliseconds. */
  begin(operation: O, inputs: JsonObject, moment: string): Wait | Performed;
  end(operation: O, wait: Wait, end: WaitEnd): Performed;
}

/** What a step waits for. Moments are RFC 3339 UTC with milliseconds. */
export type Wait = EventWait | TimeWait;

export interface EventWait {
  readonly kind: "EVENT";
  readonly key: string;
  /** The wait ends without an answer from this moment on. */
  readonly due?: string;
  readonly prompt?: string;
  /** One of them is the answer; where there are fields, too, its member `choice`. */
  readonly choices?: readonly string[];
  /** The members of the answer, in an intent's grammar. */
  readonly fields?: JsonObject;
}

export interface TimeWait {
  readonly kind: "TIME";
  readonly due: string;
}

/** What ends a wait: its moment, or an answer to its key. */
export interface WaitEnd {
  /** When it was taken, RFC 3339 UTC with milliseconds. */
  readonly at: string;
  /** Null where the moment has come. */
  readonly answer: { readonly value: Json; readonly actor: string | null } | null;
}

/** What a step gives its operation. */
export interface EffectCall {
  readonly inputs: JsonObject;
  /** Below the data root; null when neither STRUCTURE nor policy gives one. */
  readonly path: string | null;
  readonly reach: Reach;
  /** What the runtime binding says of the side effect. */
  readonly policy: JsonObject;
  /** The same for every attempt of this step of this run. */
  readonly effectKey: string;
}

/** Whether a workflow's own runtime binding declares a store, or one that it only consults: that it may read alone. */
export type Reach = "owned" | "consulted";

/** What an operation answers that would write to a store that is only consulted: it does not begin. */
export const NOT_BEGUN = { outcome: "VIOLATION", reason: { code: "STORE_CONSULTED" } } as const;

/** What operations are performed with; each kind of target takes its own. */
export interface EffectPorts extends Pick<Ports, "mail"> {
  /** Null where effects of packages may reach nothing: then none of them is performed. */
  readonly remote: Remote | null;
  readonly stores: Stores;
  readonly sources: Sources;
  readonly durability: Durability;
  /** Answers questions about the snapshot of the run; null where it is not at hand as a whole. */
  readonly snapshot: SnapshotQuery | null;
}

/** A snapshot that is asked about itself: the same question has the same answer as long as its root is the same. */
export interface SnapshotQuery {
  /** The names of the questions. */
  readonly questions: readonly string[];
  /** `query` is the name of the question; the other members are its own. */
  ask(question: JsonObject): Promise<SnapshotAnswer>;
}

/** `facts` name no folder of the machine. */
export type SnapshotAnswer =
  | { readonly answer: Json }
  | {
      readonly refused: "BAD_QUESTION" | "UNKNOWN_NAME" | "UNREADABLE";
      readonly facts: JsonObject;
    };

/**
 * What the record of a side effect survives. `process`: the runner's death, because every event is handed to the
 * kernel before anything outside the run follows from it. `device`: the machine's too. The trace is forced to the device before an effect
 * changes anything, and what the effect wrote before its end is recorded. That end needs nothing of its own: the
 * trace is forced again before the next change, and at the end of the run.
 */
export type Durability = "device" | "process";

/** What is looked at after a crash. */
export interface ProbePorts {
  /** Null where there is no data root. */
  readonly stores: Stores | null;
  /** To ask servers, and code of the host; null where nobody wants them to be asked. */
  readonly remote: Remote | null;
}

/** Why nothing was looked at. */
export interface Unprobed {
  readonly because: "NO_DATA_ROOT" | "NOT_ASKED" | "PROBE_FAILED";
  readonly evidence: JsonObject;
}

export interface Probe {
  readonly found: Evidence;
  /** The file that was looked at, below the data root, and when it was last changed; null where none was. */
  readonly looked: { readonly file: string; readonly changed: string | null } | null;
  /** The process that holds the lock of its store. */
  readonly lock: LockHolder | null;
}

/**
 * What performing an operation again does, as it is declared. `adds-once`: it answers ALREADY_EXISTS to the same key.
 * `same-input`: the same input changes nothing, another one does.
 */
export type SecondTime = "sends" | "adds" | "adds-once" | "same" | "same-input" | "repeats";

export interface Performed<O extends string = string> {
  readonly outcome: O;
  /** The result fields, without the outcome. */
  readonly result?: JsonObject;
  /** Why the outcome is not SUCCESS, when the outcome alone does not say it. */
  readonly reason?: JsonObject | undefined;
  readonly change?: Change | undefined;
  /** What an http effect sent. */
  readonly requests?: readonly RecordedRequest[] | undefined;
}

/** How an operation runs other workflows of the same snapshot inside this run. */
export interface ChildCalls {
  /** Runs a workflow to its end. */
  readonly call: RunChildWorkflow;
  /** Begins each of them when the one before has ended or waits; resolves when all have ended, in their order. */
  together<T>(works: readonly (() => Promise<T>)[]): Promise<readonly T[]>;
}

export type RunChildWorkflow = (workflow: string, payload: JsonObject) => Promise<ChildResult>;

/** How a called workflow ended (SPEC 4.9). */
export interface ChildResult {
  /** `refused`: it did not compile, nests too deep, or broke off mid-way. */
  readonly end: "succeeded" | "failed" | "not-found" | "storage" | "refused" | "unknown";
  readonly result: {
    readonly status: "SUCCESS" | "FAILED";
    /** Null when it was denied or refused. */
    readonly outcome: string | null;
    readonly exit_reason_code: string;
    /** The mapped outputs of its contracts, by node. */
    readonly results: JsonObject;
  };
}

/** What every operation declares, of whichever target. */
export interface Declared<S extends InputSchema = InputSchema, O extends string = string> {
  readonly about: string;
  readonly input: S;
  readonly outcomes: readonly O[];
}

/** What every side effect declares. */
export interface EffectOf<O> {
  readonly code: string;
  /** The module that an artifact names in its `handler_ref`, as of a transform. */
  readonly implementation?: string;
  readonly about: string;
  readonly operations: Readonly<Record<string, O>>;
}

/** A side effect whose examples say what it does where these things are given. */
export interface ShownEffect<O> extends EffectOf<O> {
  readonly examples: readonly EffectExample[];
}

/** One call of an operation, played twice with the same things given. */
export interface EffectExample {
  readonly about: string;
  readonly op: string;
  readonly input: JsonObject;
  readonly given?: {
    /** RFC 3339 UTC with milliseconds. */
    readonly clock?: string;
    /** Of the runtime binding. */
    readonly policy?: JsonObject;
    /** The text documents that are there, by their path below the folder. */
    readonly documents?: Readonly<Record<string, string>>;
    /** What the snapshot answers to every question. */
    readonly answer?: SnapshotAnswer;
  };
  readonly outcome: string;
  /** The result fields; none where it is not SUCCESS. */
  readonly result?: JsonObject;
  /** The documents that are there afterwards, unless they are the same. */
  readonly documents?: Readonly<Record<string, string>>;
}

/** All outcomes but success. */
export function failuresOf({ outcomes }: Pick<Declared, "outcomes">): readonly string[] {
  return outcomes.filter((outcome) => outcome !== "SUCCESS");
}

/** The operation with its typed input; `VIOLATION` with the field is the answer to an input that does not fit. */
export function withInput<S extends InputSchema>(
  schema: S,
  input: JsonObject,
  run: (input: Input<S>) => Promise<Performed>,
): Promise<Performed> {
  const parsed = parseInput(schema, input);
  if ("input" in parsed) return run(parsed.input);
  return Promise.resolve({ outcome: "VIOLATION", reason: { code: "INPUT_VIOLATION", ...parsed.flaw } });
}

/** What is found of an operation with this input: one that is refused before it begins leaves nothing. */
export async function evidenceOf<S extends InputSchema>(
  schema: S,
  input: JsonObject,
  probe: (input: Input<S>) => Promise<Evidence>,
): Promise<Evidence> {
  const parsed = parseInput(schema, input);
  return "input" in parsed ? probe(parsed.input) : absent();
}
