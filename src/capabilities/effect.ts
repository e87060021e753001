/** How a side effect (CS) is declared: per operation its typed input, outcomes, semantics and examples. */

import type { Json, JsonObject } from "../json.ts";
import type { Change, Draw, StoreFile } from "../ports.ts";
import { type Input, parseInput, type Shape } from "./shape.ts";

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

export interface OperationDeclaration<S extends Shape, O extends string> {
  readonly about: string;
  readonly input: S;
  readonly outcomes: readonly O[];
  readonly semantics: Semantics;
  run(input: Input<S>, store: StoreFile, draw: Draw): Performed<NoInfer<O>>;
}

/** An operation as the engine sees it. */
export interface Operation {
  readonly about: string;
  readonly input: Shape;
  readonly outcomes: readonly string[];
  readonly semantics: Semantics;
  /**
   * @throws StoreFault when the storage fails: the engine answers `BACKEND_ERROR`.
   * Anything else thrown is a defect of the capability: the engine refuses the run.
   */
  perform(input: JsonObject, store: StoreFile, draw: Draw): Performed;
}

/** One example session on a fresh store; the generic capability test plays it. */
export interface EffectExample {
  readonly about: string;
  /** The store's text before, absent when there is no file. */
  readonly before?: string;
  readonly calls: readonly {
    readonly op: string;
    readonly input: JsonObject;
    readonly outcome: string;
    /** Members the result must have; what was drawn is not compared. */
    readonly result?: { readonly [name: string]: Json };
  }[];
}

export interface Effect {
  readonly code: string;
  readonly about: string;
  readonly operations: Readonly<Record<string, Operation>>;
  readonly examples: readonly EffectExample[];
}

/** One operation; `VIOLATION` with the field is the answer to an input that does not fit. */
export function operation<S extends Shape, const O extends string>(
  declaration: OperationDeclaration<S, O>,
): Operation {
  const { about, input: shape, outcomes, semantics, run } = declaration;
  return {
    about,
    input: shape,
    outcomes,
    semantics,
    perform(input, store, draw) {
      const parsed = parseInput(shape, input);
      if ("input" in parsed) return run(parsed.input, store, draw);
      const { field, constraint } = parsed.flaw;
      return { outcome: "VIOLATION", reason: { code: "INPUT_VIOLATION", field, constraint } };
    },
  };
}

export function effect(declaration: Effect): Effect {
  return declaration;
}
