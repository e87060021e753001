/** Operations that ask the snapshot of the run about itself: the answer follows from its root, and is recorded. */

import type { JsonObject } from "../../json/value.ts";
import type { Input, InputSchema } from "../input-schema.ts";
import {
  type Declared,
  type OutsideTarget,
  type Performed,
  READ_WITHOUT_STORE,
  type ShownEffect,
  type SnapshotQuery,
  withInput,
} from "../target.ts";

interface QueryDeclaration<S extends InputSchema, O extends string> extends Declared<S, O> {
  run(input: Input<S>, snapshot: SnapshotQuery): Promise<Performed<NoInfer<O>>>;
}

export interface QueryOperation extends Declared {
  readonly target: "snapshot";
  perform(input: JsonObject, snapshot: SnapshotQuery): Promise<Performed>;
}

export type QueryEffect = ShownEffect<QueryOperation>;

/** An operation that asks the snapshot. */
export function asking<S extends InputSchema, const O extends string>({
  run,
  ...declared
}: QueryDeclaration<S, O>): QueryOperation {
  return {
    ...declared,
    target: "snapshot",
    perform: (input, snapshot) => withInput(declared.input, input, (parsed) => run(parsed, snapshot)),
  };
}

export const snapshotTarget: OutsideTarget<QueryOperation> = {
  ...READ_WITHOUT_STORE,
  async perform(operation, { inputs }, { snapshot }) {
    if (snapshot === null) return { outcome: "BACKEND_ERROR", reason: { code: "SNAPSHOT_NOT_AT_HAND" } };
    return operation.perform(inputs, snapshot);
  },
  /** It answers the same each time. */
  retriable: () => [],
  canRetry: () => false,
};
