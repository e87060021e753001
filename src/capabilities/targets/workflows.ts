/** Operations that run other workflows of the same snapshot, inside the run that calls them (SPEC 4.9). */

import type { JsonObject } from "../../json/value.ts";
import type { Input, InputSchema } from "../input-schema.ts";
import {
  type ChildCalls,
  type ChildResult,
  type Declared,
  type EffectOf,
  type Performed,
  type RunTarget,
  withInput,
} from "../target.ts";
import type { ExampleCall } from "./store.ts";

interface CallDeclaration<S extends InputSchema, O extends string> extends Declared<S, O> {
  /** A `VIOLATION` that is not among the outcomes refuses the run, as any undeclared outcome does. */
  run(input: Input<S>, calls: ChildCalls): Promise<Performed<NoInfer<O> | "VIOLATION">>;
}

export interface CallOperation extends Declared {
  readonly target: "workflows";
  perform(input: JsonObject, calls: ChildCalls): Promise<Performed>;
}

export interface CallEffect extends EffectOf<CallOperation> {
  readonly examples: readonly CallExample[];
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

/** An operation that runs other workflows. */
export function calling<S extends InputSchema, const O extends string>({
  run,
  ...declared
}: CallDeclaration<S, O>): CallOperation {
  return {
    ...declared,
    target: "workflows",
    perform: (input, calls) => withInput(declared.input, input, (parsed) => run(parsed, calls)),
  };
}

/** What it changes is changed by the effects of the called runs: after a crash they say how far it came. */
export const workflowsTarget: RunTarget<CallOperation> = {
  answers: "worked-out",
  needsPath: false,
  examplePolicy: () => ({}),
  hasDryRun: true,
  callsWorkflows: true,
  isReading: () => false,
  perform: (operation, inputs, calls) => operation.perform(inputs, calls),
};
