/**
 * How a side effect (CS) is declared: per operation its typed input and outcomes, and the one thing it reaches
 * beyond its input: a store, the mail, or other workflows of the same snapshot.
 */

import type { Json, JsonObject } from "../json/json.ts";
import type { Change, Mail, Sources } from "../ports.ts";
import type { Store, StoreKind, StoreKinds, StoreReader, StoreReaders } from "../storage/stores.ts";
import { absent, type EffectStart, type Evidence } from "./evidence.ts";
import { type Input, type InputSchema, parseInput } from "./input-schema.ts";

/**
 * What an operation promises about its store; each word buys a test.
 * `reads`: nothing changes. `idempotent`: a second time changes nothing. `append-only`: the old bytes stay a
 * prefix of the new. For all: a failed write leaves the old state or the new, nothing between.
 */
export type Semantics = "reads" | "idempotent" | "append-only";

export interface Performed<O extends string = string> {
  readonly outcome: O;
  /** The result fields, without the outcome. */
  readonly result?: JsonObject;
  /** Why the outcome is not SUCCESS, when the outcome alone does not say it. */
  readonly reason?: JsonObject;
  readonly change?: Change;
}

/** `BACKEND_ERROR` is every operation's: the runner gives it when the store throws a `StoreFault`. */
export type StoreOutcome = "BACKEND_ERROR";

interface Declared<S extends InputSchema, O extends string> {
  readonly about: string;
  readonly input: S;
  readonly outcomes: readonly O[];
}

interface OnStore<K extends StoreKind, S extends InputSchema, O extends string> extends Declared<S, O> {
  run(input: Input<S>, store: StoreKinds[K], sources: Sources): Promise<Performed<NoInfer<O>>>;
}

interface Reading {
  readonly semantics: "reads";
  /** Begun or ended, it changed nothing. */
  readonly probe?: never;
}

interface Writing<I, R> {
  readonly semantics: Exclude<Semantics, "reads">;
  /**
   * What the store shows of this operation, begun so with this input: looks, and takes no lock.
   * @throws StoreFault
   */
  probe(input: I, store: R, begun: EffectStart): Promise<Evidence>;
}

/** An operation that writes declares how its store shows it after a crash. */
export type StoreDeclaration<K extends StoreKind, S extends InputSchema, O extends string> = OnStore<K, S, O> &
  (Reading | Writing<Input<S>, StoreReaders[K]>);

export interface MailDeclaration<S extends InputSchema, O extends string> extends Declared<S, O> {
  run(input: Input<S>, mail: Mail, policy: JsonObject): Promise<Performed<NoInfer<O>>>;
  /** What is known of a message whose sending began: what to ask the mail server for. */
  probe(input: Input<S>, begun: EffectStart): Promise<Evidence>;
}

export interface CallDeclaration<S extends InputSchema, O extends string> extends Declared<S, O> {
  /** A `VIOLATION` that is not among the outcomes refuses the run, as any undeclared outcome does. */
  run(input: Input<S>, call: RunChildWorkflow): Promise<Performed<NoInfer<O> | "VIOLATION">>;
}

/** Runs a workflow of the same snapshot inside this run, to its end. */
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

interface AnyOperation {
  readonly about: string;
  readonly input: InputSchema;
  readonly outcomes: readonly string[];
}

interface AnyStoreOperation extends AnyOperation {
  readonly target: "store";
  /**
   * @throws StoreFault when the storage fails: the engine answers `BACKEND_ERROR`.
   * Anything else thrown is a defect of the capability: the engine refuses the run.
   */
  perform(input: JsonObject, store: Store, sources: Sources): Promise<Performed>;
}

export type StoreOperation = AnyStoreOperation & (Reading | Writing<JsonObject, StoreReader>);

export interface MailOperation extends AnyOperation {
  readonly target: "mail";
  /** `policy` is the runtime binding's. Anything thrown is a defect of the capability. */
  perform(input: JsonObject, mail: Mail, policy: JsonObject): Promise<Performed>;
  probe(input: JsonObject, begun: EffectStart): Promise<Evidence>;
}

export interface CallOperation extends AnyOperation {
  readonly target: "workflows";
  /** A function of its input and of how the called workflows end: a replay performs it again. */
  perform(input: JsonObject, call: RunChildWorkflow): Promise<Performed>;
}

/** An operation as the engine sees it. */
export type Operation = StoreOperation | MailOperation | CallOperation;

/** Whether it leaves everything outside the run as it is. */
export function isReading(operation: Operation): boolean {
  return operation.target === "store" && operation.semantics === "reads";
}

interface ExampleCall {
  readonly op: string;
  readonly input: JsonObject;
  readonly outcome: string;
  /** Members the result must have; what was drawn is not compared. */
  readonly result?: { readonly [name: string]: Json };
}

/** One example session on a fresh store; the generic capability test plays it. */
export interface StoreExample {
  readonly about: string;
  /** The store's text before, absent when there is no file. */
  readonly before?: string;
  readonly calls: readonly ExampleCall[];
}

/** One example of calling workflows: which are called, with what, and how each ends. */
export interface CallExample extends ExampleCall {
  readonly about: string;
  readonly children: readonly {
    readonly workflow: string;
    readonly payload: JsonObject;
    readonly end: ChildResult["end"];
  }[];
}

interface AnyEffect {
  readonly code: string;
  readonly about: string;
}

export interface StoreEffect extends AnyEffect {
  readonly operations: Readonly<Record<string, StoreOperation>>;
  readonly examples: readonly StoreExample[];
}

/** What it does is shown by its own test, against a real server. */
export interface MailEffect extends AnyEffect {
  readonly operations: Readonly<Record<string, MailOperation>>;
}

export interface CallEffect extends AnyEffect {
  readonly operations: Readonly<Record<string, CallOperation>>;
  readonly examples: readonly CallExample[];
}

export type Effect = StoreEffect | MailEffect | CallEffect;

type Parsed<S extends InputSchema> =
  | { readonly input: Input<S> }
  | { readonly violation: Performed<"VIOLATION"> };

/** The typed input; `VIOLATION` with the field is the answer to one that does not fit. */
function validateInput<S extends InputSchema>(shape: S, input: JsonObject): Parsed<S> {
  const parsed = parseInput(shape, input);
  if ("input" in parsed) return parsed;
  return { violation: { outcome: "VIOLATION", reason: { code: "INPUT_VIOLATION", ...parsed.flaw } } };
}

/** How the operations on one kind of store are declared. */
export function operationOn<K extends StoreKind>(kind: K) {
  return <S extends InputSchema, const O extends string>(
    declaration: StoreDeclaration<K, S, O>,
  ): StoreOperation => {
    const { about, input: shape, outcomes, run } = declaration;
    const common = {
      about,
      input: shape,
      outcomes,
      target: "store",
      async perform(input: JsonObject, store: Store, sources: Sources): Promise<Performed> {
        const parsed = validateInput(shape, input);
        return "input" in parsed ? run(parsed.input, store.open(kind), sources) : parsed.violation;
      },
    } as const;
    if (declaration.semantics === "reads") return { ...common, semantics: "reads" };
    const { semantics, probe } = declaration;
    return {
      ...common,
      semantics,
      probe: (input, store, begun) =>
        evidenceOf(shape, input, (parsed) => probe(parsed, store.reader(kind), begun)),
    };
  };
}

/** An input that is refused before the operation begins leaves nothing. */
async function evidenceOf<S extends InputSchema>(
  shape: S,
  input: JsonObject,
  probe: (input: Input<S>) => Promise<Evidence>,
): Promise<Evidence> {
  const parsed = parseInput(shape, input);
  return "input" in parsed ? probe(parsed.input) : absent();
}

/** An operation that sends mail. */
export function mailing<S extends InputSchema, const O extends string>(
  declaration: MailDeclaration<S, O>,
): MailOperation {
  const { run, probe, ...declared } = declaration;
  return {
    ...declared,
    target: "mail",
    async perform(input, mail, policy) {
      const parsed = validateInput(declared.input, input);
      return "input" in parsed ? run(parsed.input, mail, policy) : parsed.violation;
    },
    probe: (input, begun) => evidenceOf(declared.input, input, (it) => probe(it, begun)),
  };
}

/** An operation that runs other workflows. */
export function calling<S extends InputSchema, const O extends string>(
  declaration: CallDeclaration<S, O>,
): CallOperation {
  const { run, ...declared } = declaration;
  return {
    ...declared,
    target: "workflows",
    async perform(input, call) {
      const parsed = validateInput(declared.input, input);
      return "input" in parsed ? run(parsed.input, call) : parsed.violation;
    },
  };
}

export function effect<E extends Effect>(declaration: E): E {
  return declaration;
}
