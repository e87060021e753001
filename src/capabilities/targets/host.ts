/** Operations of code that reaches the host itself: a database, a program, a device. */

import type { Json } from "../../json/value.ts";
import type { EffectStart } from "../evidence.ts";
import type { Input, InputSchema } from "../input-schema.ts";
import {
  isWorthRetrying,
  type RemoteEvidence,
  type RemoteSemantics,
  remoteTarget,
  requireBackendError,
  TIME_LIMIT,
} from "../remote-effect.ts";
import { type Declared, type EffectOf, failuresOf, type OutsideTarget, type Performed } from "../target.ts";

/** What the code is given beside input and configuration. */
export interface HostCall {
  /** The same for every attempt of this step of this run. */
  readonly effectKey: string;
  /** Aborted when the time limit of the policy has passed; the run does not wait any longer. */
  readonly signal: AbortSignal;
}

type HostProbe<I, C> = (
  input: I,
  config: C,
  call: HostCall & Pick<EffectStart, "since">,
) => Promise<RemoteEvidence>;

/** An operation as it is declared. */
export interface HostDeclaration<C extends InputSchema, S extends InputSchema, O extends string>
  extends Declared<S, O> {
  readonly semantics: RemoteSemantics;
  run(input: Input<S>, config: Input<C>, call: HostCall): Promise<Performed<NoInfer<O>>>;
  /** Looks whether such an operation took place, and changes nothing; null where nothing shows it. */
  readonly probe: HostProbe<Input<S>, Input<C>> | null;
}

export interface HostOperation extends Declared {
  readonly target: "host";
  /** Of the member `config` of the runtime binding's policy. */
  readonly config: InputSchema;
  readonly semantics: RemoteSemantics;
  /** Input and configuration have the declared shapes. */
  run(input: Input<InputSchema>, config: Input<InputSchema>, call: HostCall): Promise<Performed>;
  readonly probe: HostProbe<Input<InputSchema>, Input<InputSchema>> | null;
}

export type HostEffect = EffectOf<HostOperation>;

/** @throws TypeError for an operation that does not declare `BACKEND_ERROR` */
export function hostOperation<C extends InputSchema, S extends InputSchema, const O extends string>(
  name: string,
  config: C,
  declaration: HostDeclaration<C, S, O>,
): HostOperation {
  requireBackendError(name, declaration.outcomes);
  const { about, input, outcomes, semantics, run, probe } = declaration as HostDeclaration<
    InputSchema,
    InputSchema,
    string
  >;
  return { target: "host", config, about, input, outcomes, semantics, run, probe };
}

export const hostTarget: OutsideTarget<HostOperation> = {
  ...remoteTarget,
  examplePolicy({ config }) {
    const required = Object.entries(config).filter(([, field]) => field.required);
    if (required.length === 0) return {};
    return { config: Object.fromEntries(required.map(([name, { type }]) => [name, EXAMPLES[type]])) };
  },
  async perform(operation, call, { remote }) {
    if (remote === null) throw new Error("nothing remote may be reached");
    const { performHost } = await import("../remote/perform-host.ts");
    return performHost(operation, call, remote);
  },
  tookPlace: ({ outcome, reason = {} }) => outcome === "SUCCESS" || reason["code"] === TIME_LIMIT,
  /** What the code did before it failed, nobody knows. */
  retriable: (operation) => (operation.semantics === "repeats" ? [] : failuresOf(operation)),
  canRetry: ({ semantics }, end) => semantics !== "repeats" && isWorthRetrying(end),
  async probe(operation, call, begun, ports) {
    const { probeHost } = await import("../remote/perform-host.ts");
    return probeHost(operation, call, begun, ports);
  },
};

const EXAMPLES: Readonly<Record<InputSchema[string]["type"], Json>> = {
  any: "text",
  string: "text",
  integer: 1,
  number: 1,
  boolean: false,
  object: {},
  array: [],
};
