/** How a side effect of a package that reaches something other than a store is declared. */

import type { JsonObject } from "../json/value.ts";
import type { EffectStart, Evidence } from "./evidence.ts";
import type { Input, InputSchema } from "./input-schema.ts";
import type { Declared, Performed } from "./target.ts";

/** `http`: a server, through a client that the runner gives. `host`: whatever the package's own code reaches. */
export type Reach = "http" | "host";

interface OutsideOperation<S extends InputSchema, O extends string> extends Declared<S, O> {
  /** What a second time does: nothing more than the first, or the same once more. `reads`: nothing is changed at all. */
  readonly semantics: "reads" | "idempotent" | "repeats";
  run(input: Input<S>, reach: unknown, policy: JsonObject): Promise<Performed<NoInfer<O>>>;
  /** What can be seen of an operation that began and is not known to have ended; null where nothing can. */
  readonly probe:
    | ((input: Input<S>, begun: EffectStart, reach: unknown, policy: JsonObject) => Promise<Evidence>)
    | null;
}

export interface OutsideEffect<
  S extends Readonly<Record<string, InputSchema>>,
  O extends Readonly<Record<string, string>>,
> {
  /** The FQDN that artifacts bind to. */
  readonly code: string;
  /** One sentence: what the caller gets. */
  readonly about: string;
  readonly reaches: Reach;
  readonly operations: { readonly [N in keyof S]: OutsideOperation<S[N], O[N & keyof O]> } & {
    readonly [N in keyof O]: { readonly outcomes: readonly O[N][] };
  };
}

export function effect<
  S extends Readonly<Record<string, InputSchema>>,
  const O extends Readonly<Record<string, string>>,
>(declaration: OutsideEffect<S, O>): OutsideEffect<S, O> {
  return declaration;
}
