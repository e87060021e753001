/** Operations on a store: a file below the data root, by the path that the step's store or its policy gives. */

import { StoreFault } from "../../errors/ports.ts";
import type { Json, JsonObject } from "../../json/value.ts";
import type { Sources } from "../../ports.ts";
import type { Store, StoreKind, StoreKinds, StoreReader, StoreReaders } from "../../storage/stores.ts";
import { absent, type EffectStart, type Evidence, isChange } from "../evidence.ts";
import type { Input, InputSchema } from "../input-schema.ts";
import {
  type Declared,
  type EffectOf,
  evidenceOf,
  failuresOf,
  NOT_BEGUN,
  type OutsideTarget,
  type Performed,
  type Reach,
  withInput,
} from "../target.ts";

/**
 * What an operation promises about its store; each word buys a test.
 * `reads`: nothing changes. `idempotent`: a second time changes nothing. `append-only`: the old bytes stay a
 * prefix of the new. For all: a failed write leaves the old state or the new, nothing between.
 */
export type Semantics = "reads" | "idempotent" | "append-only";

/** What an operation reads of the world, and what it can mark what it stores with. */
export interface EffectSources extends Sources {
  /** The same for every attempt of this step of this run. */
  readonly effectKey: string;
}

/** What an effect marks its work with, so that it is known again: the first 32 hexadecimal digits of its key. */
export function markOf(effectKey: string): string {
  return effectKey.replace("sha256:", "").slice(0, 32);
}

interface OnStore<K extends StoreKind, S extends InputSchema, O extends string> extends Declared<S, O> {
  run(input: Input<S>, store: StoreKinds[K], sources: EffectSources): Promise<Performed<NoInfer<O>>>;
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
type StoreDeclaration<K extends StoreKind, S extends InputSchema, O extends string> = OnStore<K, S, O> &
  (Reading | Writing<Input<S>, StoreReaders[K]>);

interface AnyStoreOperation extends Declared {
  readonly target: "store";
  perform(input: JsonObject, store: Store, sources: EffectSources): Promise<Performed>;
}

export type StoreOperation = AnyStoreOperation & (Reading | Writing<JsonObject, StoreReader>);

export interface StoreEffect extends EffectOf<StoreOperation> {
  readonly examples: readonly StoreExample[];
}

/** One example session on a fresh store; the generic capability test plays it. */
export interface StoreExample {
  readonly about: string;
  /** The store's text before, absent when there is no file. */
  readonly before?: string;
  readonly calls: readonly ExampleCall[];
}

export interface ExampleCall {
  readonly op: string;
  readonly input: JsonObject;
  readonly outcome: string;
  /** Members the result must have; what was drawn is not compared. */
  readonly result?: { readonly [name: string]: Json };
}

/** A side effect on one kind of store, as it is declared: operations by name, each with its input and outcomes. */
export interface StoreEffectDeclaration<
  K extends StoreKind,
  S extends Readonly<Record<string, InputSchema>>,
  O extends Readonly<Record<string, string>>,
> {
  /** The FQDN that artifacts bind to. */
  readonly code: string;
  /** One sentence: what the caller gets. */
  readonly about: string;
  readonly store: K;
  readonly operations: { readonly [N in keyof S]: StoreDeclaration<K, S[N], O[N & keyof O]> } & {
    readonly [N in keyof O]: { readonly outcomes: readonly O[N][] };
  };
  readonly examples: readonly StoreExample[];
}

/** How a side effect on a store is declared. */
export function storeEffect<
  K extends StoreKind,
  S extends Readonly<Record<string, InputSchema>>,
  const O extends Readonly<Record<string, string>>,
>(
  declaration: StoreEffectDeclaration<K, S, O>,
): StoreEffect & { readonly operations: { readonly [N in keyof S]: StoreOperation } } {
  const { code, about, store, operations, examples } = declaration;
  const named = Object.entries<StoreDeclaration<K, InputSchema, string>>(operations);
  const declared = named.map(([name, one]) => [name, operationOn(store, one)]);
  return { code, about, operations: Object.fromEntries(declared), examples };
}

function operationOn<K extends StoreKind>(
  kind: K,
  declaration: StoreDeclaration<K, InputSchema, string>,
): StoreOperation {
  const { about, input: schema, outcomes, run } = declaration;
  const common = {
    about,
    input: schema,
    outcomes,
    target: "store",
    perform: (input: JsonObject, store: Store, sources: EffectSources) =>
      withInput(schema, input, (parsed) => run(parsed, store.open(kind), sources)),
  } as const;
  if (declaration.semantics === "reads") return { ...common, semantics: "reads" };
  const { semantics, probe } = declaration;
  return {
    ...common,
    semantics,
    probe: (input, store, begun) =>
      evidenceOf(schema, input, (parsed) => probe(parsed, store.reader(kind), begun)),
  };
}

async function synced(performed: Performed, store: Store): Promise<Performed> {
  try {
    await store.sync();
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    // It was written all the same: what it changed is not to be written a second time.
    const { result: _, ...written } = performed;
    return { ...written, outcome: "BACKEND_ERROR", reason: { code: `STORE_${error.reason}`, ...error.facts } };
  }
  return performed;
}

/** A store that the workflow only consults is read, and never written. */
function mayBegin({ semantics }: StoreOperation, reach: Reach): boolean {
  return reach === "owned" || semantics === "reads";
}

export const storeTarget: OutsideTarget<StoreOperation> = {
  answers: "recorded",
  needsPath: true,
  examplePolicy: () => ({}),
  hasDryRun: true,
  callsWorkflows: false,
  isReading: ({ semantics }) => semantics === "reads",
  perform(operation, { inputs, path, reach, effectKey }, { stores, sources, durability }) {
    if (path === null) return Promise.resolve({ outcome: "BACKEND_ERROR", reason: { code: "NO_PATH" } });
    if (!mayBegin(operation, reach)) return Promise.resolve(NOT_BEGUN);
    const store = stores.at(path);
    const { clock, entropy } = sources;
    const performing = operation.perform(inputs, store, { clock, entropy, effectKey });
    if (durability === "process" || operation.semantics === "reads") return performing;
    return performing.then((performed) => synced(performed, store));
  },
  tookPlace: ({ change }) => change !== undefined && isChange(change),
  secondTime({ semantics, outcomes }) {
    if (semantics !== "append-only") return "same";
    return outcomes.includes("ALREADY_EXISTS") ? "adds-once" : "adds";
  },
  retriable: failuresOf,
  canRetry: ({ semantics }, { change }) =>
    semantics !== "append-only" || change === undefined || !isChange(change),
  isVisible: ({ semantics }) => semantics !== "reads",
  async probe(operation, { inputs, path, reach }, begun, { stores }) {
    const { probe } = operation;
    // Without a path it would have answered BACKEND_ERROR, on a consulted store VIOLATION.
    if (path === null || probe === undefined || !mayBegin(operation, reach))
      return { found: absent(), looked: null, lock: null };
    if (stores === null) return { because: "NO_DATA_ROOT", evidence: {} };
    const store: StoreReader = stores.at(path);
    const looked = { file: store.name, changed: await store.lastChanged() };
    return { looked, lock: await store.lockHolder(), found: await probe(inputs, store, begun) };
  },
};
