/** How a transform (CT) is declared: code, typed input, results, reasons and examples in one file. */

import type { Json, JsonObject } from "../json/value.ts";
import type { Sources } from "../ports.ts";
import { type Input, type InputSchema, parseInput } from "./input-schema.ts";

/** What a transform answers: its result fields, or why there are none. */
export type Answer<R extends string = string, V extends string = string> =
  | { readonly result: { readonly [K in R]: Json } }
  | { readonly violation: V; readonly facts?: JsonObject };

/**
 * `secret` is entropy that becomes a key and leaves the transform in no result: what was drawn is recorded as a
 * digest, and a replay takes the recorded answer (SPEC 4.10).
 */
export type DrawnSources = "clock" | "entropy" | "secret";

export interface Declaration<S extends InputSchema, R extends string, V extends string, U> {
  /** The FQDN that artifacts bind to. */
  readonly code: string;
  /** FQDNs that other releases give to the same transform. */
  readonly otherCodes?: readonly string[];
  /**
   * The module that an artifact names in its `handler_ref`. Where one name means two things, it decides; the transform
   * without a module is meant by every artifact that names another one, or none.
   */
  readonly implementation?: string;
  /** One sentence: what the caller gets. */
  readonly about: string;
  readonly input: S;
  /** Names of the result's fields, all of them always present. */
  readonly result: readonly R[];
  /** Every reason with which it may refuse, besides those of its door. */
  readonly violations: readonly V[];
  /** What it may draw besides its input; absent for a pure function. */
  readonly draws?: DrawnSources;
  /** Fields of its input or result that are key material: no trace shows them, whatever the contract suppresses. */
  readonly secrets?: readonly (NoInfer<R> | (keyof S & string))[];
  /** Imports the libraries that `run` needs: a program that binds no such transform does not pay for them. */
  readonly uses?: () => Promise<U>;
  run(input: Input<S>, sources: Sources, uses: NoInfer<U>): Answer<NoInfer<R>, NoInfer<V>>;
  readonly examples: readonly Example[];
}

/** Documentation and test at once: the generic capability test runs every one. */
export type Example = {
  readonly about: string;
  readonly input: JsonObject;
} & ({ readonly result: JsonObject } | { readonly violation: string });

/** A transform as the engine sees it: names and types erased to JSON. */
export interface Transform {
  readonly code: string;
  readonly otherCodes?: readonly string[];
  readonly implementation?: string;
  readonly about: string;
  readonly input: InputSchema;
  readonly result: readonly string[];
  readonly violations: readonly string[];
  readonly draws?: DrawnSources;
  readonly secrets: readonly string[];
  readonly examples: readonly Example[];
  /** Loads what the transform uses; absent when it uses nothing. Compiling a workflow awaits it once. */
  prepare?(): Promise<void>;
  /** Anything thrown is a defect of the capability: the engine refuses the run (SPEC 4.5). */
  answer(input: JsonObject, sources: Sources): Answer;
}

export function transform<S extends InputSchema, const R extends string, const V extends string, U = undefined>(
  declaration: Declaration<S, R, V, U>,
): Transform {
  const {
    code,
    otherCodes,
    implementation,
    about,
    result,
    violations,
    draws,
    secrets = [],
    examples,
    input: shape,
    uses,
    run,
  } = declaration;
  let loaded = uses === undefined ? { uses: undefined as U } : undefined;
  return {
    code,
    ...(otherCodes === undefined ? {} : { otherCodes }),
    ...(implementation === undefined ? {} : { implementation }),
    about,
    input: shape,
    result,
    violations,
    ...(draws === undefined ? {} : { draws }),
    secrets,
    examples,
    ...(uses && {
      prepare: async () => {
        loaded = { uses: await uses() };
      },
    }),
    answer(input, sources) {
      if (loaded === undefined) throw new Error(`${code} is not prepared`);
      const parsed = parseInput(shape, input);
      if ("input" in parsed) return run(parsed.input, sources, loaded.uses);
      const { field, constraint } = parsed.flaw;
      return { violation: constraint === "required" ? "INPUT_MISSING" : "INPUT_TYPE", facts: { field } };
    },
  };
}
