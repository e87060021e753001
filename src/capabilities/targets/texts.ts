/** Operations on the text documents below one folder of the data root: the path that the runtime binding gives. */

import type { JsonObject } from "../../json/value.ts";
import type { TextFolder, TextFolderReader } from "../../storage/text-folder.ts";
import { absent, type Evidence, isChange } from "../evidence.ts";
import type { Input, InputSchema } from "../input-schema.ts";
import {
  type Declared,
  evidenceOf,
  failuresOf,
  NOT_BEGUN,
  type OutsideTarget,
  type Performed,
  type ShownEffect,
  withInput,
} from "../target.ts";

/** Each is idempotent: a second time with the same input changes nothing. */
interface TextsDeclaration<S extends InputSchema, O extends string> extends Declared<S, O> {
  run(input: Input<S>, folder: TextFolder, isOnDevice: boolean): Promise<Performed<NoInfer<O>>>;
  /** What the folder shows of the operation, begun with this input: looks, and takes no lock. @throws StoreFault */
  probe(input: Input<S>, folder: TextFolderReader): Promise<Evidence>;
}

export interface TextsOperation extends Declared {
  readonly target: "texts";
  /** `isOnDevice`: what was written is to be on the device before it answers. */
  perform(input: JsonObject, folder: TextFolder, isOnDevice: boolean): Promise<Performed>;
  probe(input: JsonObject, folder: TextFolderReader): Promise<Evidence>;
}

export type TextsEffect = ShownEffect<TextsOperation>;

/** An operation on text documents. */
export function onTexts<S extends InputSchema, const O extends string>({
  run,
  probe,
  ...declared
}: TextsDeclaration<S, O>): TextsOperation {
  return {
    ...declared,
    target: "texts",
    perform: (input, folder, isOnDevice) =>
      withInput(declared.input, input, (parsed) => run(parsed, folder, isOnDevice)),
    probe: (input, folder) => evidenceOf(declared.input, input, (parsed) => probe(parsed, folder)),
  };
}

export const textsTarget: OutsideTarget<TextsOperation> = {
  answers: "recorded",
  needsPath: true,
  examplePolicy: () => ({}),
  hasDryRun: true,
  callsWorkflows: false,
  isReading: () => false,
  async perform(operation, { inputs, path, reach }, { stores, durability }) {
    if (path === null) return { outcome: "BACKEND_ERROR", reason: { code: "NO_PATH" } };
    if (reach === "consulted") return NOT_BEGUN;
    return operation.perform(inputs, stores.texts(path), durability === "device");
  },
  tookPlace: ({ change }) => change !== undefined && isChange(change),
  secondTime: () => "same",
  retriable: failuresOf,
  canRetry: () => true,
  isVisible: () => true,
  async probe(operation, { inputs, path, reach }, _, { stores }) {
    if (path === null || reach === "consulted") return { found: absent(), looked: null, lock: null };
    if (stores === null) return { because: "NO_DATA_ROOT", evidence: {} };
    return { found: await operation.probe(inputs, stores.texts(path)), looked: null, lock: null };
  },
};
