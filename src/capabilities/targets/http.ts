/** Operations that send requests over HTTP, to the origins that the runtime binding's policy allows. */

import type { JsonObject } from "../../json/value.ts";
import type { EffectStart } from "../evidence.ts";
import type { Input, InputSchema } from "../input-schema.ts";
import type { HttpClient } from "../remote/http-client.ts";
import {
  isWorthRetrying,
  type RemoteEvidence,
  type RemoteSemantics,
  remoteTarget,
  requireBackendError,
} from "../remote-effect.ts";
import { type Declared, type EffectOf, failuresOf, type OutsideTarget, type Performed } from "../target.ts";

type HttpProbe<I> = (
  input: I,
  http: HttpClient,
  policy: JsonObject,
  begun: Pick<EffectStart, "since">,
) => Promise<RemoteEvidence>;

/** An operation as it is declared. */
export interface HttpDeclaration<S extends InputSchema, O extends string> extends Declared<S, O> {
  readonly semantics: RemoteSemantics;
  run(input: Input<S>, http: HttpClient, policy: JsonObject): Promise<Performed<NoInfer<O>>>;
  /** Asks by GET or HEAD whether such an operation took place; null where no request shows it. */
  readonly probe: HttpProbe<Input<S>> | null;
}

export interface HttpOperation extends Declared {
  readonly target: "http";
  readonly semantics: RemoteSemantics;
  /** The input has the declared shape. */
  run(input: Input<InputSchema>, http: HttpClient, policy: JsonObject): Promise<Performed>;
  readonly probe: HttpProbe<Input<InputSchema>> | null;
}

export type HttpEffect = EffectOf<HttpOperation>;

/** @throws TypeError for an operation that does not declare `BACKEND_ERROR` */
export function httpOperation<S extends InputSchema, const O extends string>(
  name: string,
  declaration: HttpDeclaration<S, O>,
): HttpOperation {
  requireBackendError(name, declaration.outcomes);
  const { about, input, outcomes, semantics, run, probe } = declaration as HttpDeclaration<InputSchema, string>;
  return { target: "http", about, input, outcomes, semantics, run, probe };
}

export const httpTarget: OutsideTarget<HttpOperation> = {
  ...remoteTarget,
  examplePolicy: () => ({ allowed_origins: ["https://example.com"] }),
  async perform(operation, call, { remote }) {
    if (remote === null) throw new Error("nothing remote may be reached");
    const { performHttp } = await import("../remote/perform-http.ts");
    return performHttp(operation, call, remote);
  },
  /** A request that nothing answered may have been carried out. */
  tookPlace: ({ outcome, requests = [] }) =>
    outcome === "SUCCESS" || requests.some(({ sent, status }) => sent && status === undefined),
  retriable: failuresOf,
  /** What counts every time, only where nothing of it was sent. */
  canRetry({ semantics }, { requests = [], ...end }) {
    return (semantics !== "repeats" || requests.every(({ sent }) => !sent)) && isWorthRetrying(end);
  },
  async probe(operation, call, begun, ports) {
    const { probeHttp } = await import("../remote/perform-http.ts");
    return probeHttp(operation, call, begun, ports);
  },
};
