/** How a side effect of a package that reaches something other than a store is declared. */

import type { InputSchema } from "./input-schema.ts";
import type { EffectOf } from "./target.ts";
import { type HostDeclaration, type HostEffect, type HostOperation, hostOperation } from "./targets/host.ts";
import { type HttpDeclaration, type HttpEffect, httpOperation } from "./targets/http.ts";

type Schemas = Readonly<Record<string, InputSchema>>;
type Outcomes = Readonly<Record<string, string>>;

/** `http`: a server, through a client that the runner gives. `host`: whatever the package's own code reaches. */
export type Reach = "http" | "host";

/** A side effect over http: operations by name, each with its input and outcomes. */
export interface HttpEffectDeclaration<S extends Schemas, O extends Outcomes> {
  /** The FQDN that artifacts bind to. */
  readonly code: string;
  /** One sentence: what the caller gets. */
  readonly about: string;
  readonly reaches: "http";
  readonly operations: { readonly [N in keyof S]: HttpDeclaration<S[N], O[N & keyof O]> } & {
    readonly [N in keyof O]: { readonly outcomes: readonly O[N][] };
  };
}

/** A side effect of code of the host; its configuration is the member `config` of the runtime binding's policy. */
export interface HostEffectDeclaration<C extends InputSchema, S extends Schemas, O extends Outcomes> {
  /** The FQDN that artifacts bind to. */
  readonly code: string;
  /** One sentence: what the caller gets. */
  readonly about: string;
  readonly reaches: "host";
  readonly config: C;
  readonly operations: { readonly [N in keyof S]: HostDeclaration<C, S[N], O[N & keyof O]> } & {
    readonly [N in keyof O]: { readonly outcomes: readonly O[N][] };
  };
}

/** @throws TypeError for an operation that does not declare `BACKEND_ERROR` */
export function effect<S extends Schemas, const O extends Outcomes>(
  declaration: HttpEffectDeclaration<S, O>,
): HttpEffect;
export function effect<C extends InputSchema, S extends Schemas, const O extends Outcomes>(
  declaration: HostEffectDeclaration<C, S, O>,
): HostEffect;
export function effect(
  declaration: HttpEffectDeclaration<Schemas, Outcomes> | HostEffectDeclaration<InputSchema, Schemas, Outcomes>,
): HttpEffect | HostEffect {
  const { code, about } = declaration;
  return declaration.reaches === "http"
    ? { code, about, operations: mapped(declaration.operations, httpOperation) }
    : { code, about, operations: hostOperations(declaration) };
}

function hostOperations({
  config,
  operations,
}: HostEffectDeclaration<InputSchema, Schemas, Outcomes>): HostEffect["operations"] {
  return mapped(operations, (name, one): HostOperation => hostOperation(name, config, one));
}

function mapped<D, O>(
  operations: Readonly<Record<string, D>>,
  toOperation: (name: string, declared: D) => O,
): EffectOf<O>["operations"] {
  const named = Object.entries(operations).map(([name, one]) => [name, toOperation(name, one)] as const);
  return Object.fromEntries(named);
}
