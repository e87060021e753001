/** How values and outcomes go through one contract, by what it and its capabilities declare. */

import { isObject, type JsonObject, objectAt, own } from "../../json/value.ts";
import type { Artifact } from "../../snapshot/artifact.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { Contract, OutputBinding, Step } from "../plan.ts";
import {
  ANYTHING,
  below,
  declaredFields,
  infer,
  type Reach,
  record,
  typed,
  type Value,
} from "./abstract-value.ts";

export interface StepFlow {
  readonly step: Step;
  /** The raw result, by what its capability declares. */
  readonly raw: Value;
  readonly mapped: ReadonlyMap<string, Value>;
  /** What the paths of its inputs, and those of its outputs, can see. */
  readonly inputReach: Reach;
  readonly outputReach: Reach;
}

export interface ContractFlow {
  readonly inputs: Value;
  readonly steps: readonly StepFlow[];
  /** Everything that some step publishes. */
  readonly published: ReadonlyMap<string, Value>;
}

/** What a contract declares of its inputs. */
export function declaredInputs({ inputs }: Contract): Value {
  return record(
    inputs.map(({ name, types, required, default: fallback }) => {
      const isSure = required || fallback !== undefined;
      return [name, isSure ? typed(...types) : { ...typed(...types), maybe: true }];
    }),
  );
}

/** With the inputs that are declared, or with those of one of its nodes. */
export function contractFlow(
  contract: Contract,
  snapshot: Snapshot,
  inputs: Value = declaredInputs(contract),
): ContractFlow {
  const steps: StepFlow[] = [];
  const published = new Map<string, Value>();
  for (const step of contract.steps) {
    const flow = stepFlow(step, inputs, [...steps], snapshot);
    steps.push(flow);
    for (const [name, value] of flow.mapped) {
      if (name === "result_status") continue;
      published.set(name, published.has(name) ? ANYTHING : value);
    }
  }
  return { inputs, steps, published };
}

function stepFlow(step: Step, inputs: Value, earlier: readonly StepFlow[], snapshot: Snapshot): StepFlow {
  const raw = rawResult(step, snapshot);
  const inputReach: Reach = (root, segments) => {
    if (root === "inputs" || root === "payload") return below(inputs, segments);
    const [name, ...rest] = segments;
    const of = earlier.find((flow) => flow.step.name === name);
    if (of === undefined) return undefined;
    if (root === "raw") return below(of.raw, rest);
    return root === "results" ? below(asRecord(of.mapped), rest) : undefined;
  };
  const outputReach: Reach = (root, segments) => {
    if (root === "capability_result") return below(raw, segments);
    if (root === "capability_value") return below(raw.fields?.get("value") ?? raw, segments);
    if (root === "capability_status")
      return step.kind === "effect" ? typed("string") : raw.fields?.get("result_status");
    return inputReach(root, segments);
  };
  const mapped = new Map(step.outputs.flatMap((output) => mappedOutput(output, raw, outputReach)));
  return { step, raw, mapped, inputReach, outputReach };
}

/** An output written the other way round goes out under the name its path has (SPEC 3). */
function mappedOutput(
  { name, source, crossed }: OutputBinding,
  raw: Value,
  reach: Reach,
): readonly (readonly [string, Value])[] {
  const value = infer(source, reach);
  if (value !== undefined) return [[name, value]];
  const other = raw.fields?.get(name);
  // A path that reaches nothing is told once, where it stands: whoever reads the output is not at fault.
  return crossed === undefined || other === undefined ? [[name, ANYTHING]] : [[crossed, other]];
}

function asRecord(fields: ReadonlyMap<string, Value>): Value {
  return { types: ["object"], fields };
}

function rawResult(step: Step, snapshot: Snapshot): Value {
  const artifact = snapshot.artifact(step.code);
  if (artifact === undefined) return ANYTHING;
  if (step.kind === "transform")
    return record(declaredFields(objectAt(artifact.frontmatter, "core"), "outputs"));
  const listed = own(operationOf(artifact, step.op), "output");
  if (!Array.isArray(listed)) return ANYTHING;
  return record(listed.flatMap((name) => (typeof name === "string" ? [[name, ANYTHING] as const] : [])));
}

/** How a side effect's artifact declares one of its operations. */
export function operationOf({ ir }: Artifact, op: string): JsonObject {
  const metadata = objectAt(ir ?? {}, "cs_metadata");
  const operation = own(objectAt(objectAt(metadata, "operations"), "operations"), op);
  return isObject(operation) ? operation : {};
}
