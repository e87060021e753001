import { type Json, objectAt, own } from "../../json/json.ts";
import type { Fqdn } from "../../snapshot/fqdn.ts";
import { declaredValue, excludes, infer, typed, type Value } from "../analysis/abstract-value.ts";
import { contractNodes, flowing, nodeReach } from "../analysis/bindings.ts";
import { findingsOf } from "../analysis/compile-findings.ts";
import type { StepFlow } from "../analysis/contract-flow.ts";
import type { CheckedContract, SnapshotModel } from "../analysis/snapshot-model.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const typeDiffers = rule({
  id: "type-differs",
  about:
    "Require that a bound value has the declared type of its target; otherwise it is a violation or stays unchecked",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_BINDING_SURFACE_CLOSED_V0",
    "fb.topology::INVARIANT_CT_OUTPUT_CONTRACT_MATCH_V0",
  ],
  hint: "declare the same type in both artifacts, or bind another value",
  *check(subject) {
    yield* findingsOf(subject, "SOURCE_TYPE_DIFFERS");
    for (const { workflow, plan, node } of contractNodes(subject)) {
      const reach = nodeReach(plan, subject);
      for (const { name, source } of node.inputs) {
        const wanted = node.contract.inputs.find((input) => input.name === name);
        const given = infer(source, reach);
        if (
          node.contradicted.has(name) ||
          wanted === undefined ||
          given === undefined ||
          !excludes(given, typed(...wanted.types))
        )
          continue;
        const path = ["core", "nodes", node.key, "inputs", name];
        const what = `input ${name} of ${node.contract.fqdn}`;
        yield differing(workflow.artifact, path, what, given, typed(...wanted.types));
      }
    }
    for (const one of flowing(subject)) {
      for (const flow of one.flow.steps) yield* stepTypes(one.artifact, flow, subject);
      yield* outputTypes(one, one.flow.steps);
    }
  },
});

function differing(
  artifact: { readonly file: string },
  path: readonly (string | number)[],
  what: string,
  given: Value,
  wanted: Value,
): Found {
  const [is, declared] = [given.types.join(" or "), wanted.types.join(" or ")];
  return foundIn(artifact, path, { what, is, declared }, `${what} is declared ${declared}, but gets ${is}`);
}

function* stepTypes(
  artifact: { readonly file: string },
  { step, inputReach }: StepFlow,
  subject: SnapshotModel,
): Generator<Found> {
  for (const { name, source } of step.inputs) {
    const wanted = wantedBy(step, name, subject);
    const given = infer(source, inputReach);
    if (given === undefined || !excludes(given, wanted)) continue;
    const path = ["core", "pipeline", step.index, "inputs", name];
    yield differing(artifact, path, `input ${name} of ${step.code}`, given, wanted);
  }
}

function wantedBy(step: StepFlow["step"], name: string, { snapshot }: SnapshotModel): Value {
  if (step.kind === "effect") {
    const shape = Object.hasOwn(step.operation.input, name) ? step.operation.input[name] : undefined;
    return declaredValue(shape === undefined ? undefined : { type: shape.type });
  }
  const core = objectAt(snapshot.artifact(step.code as Fqdn)?.frontmatter ?? {}, "core");
  return declaredValue(own(objectAt(core, "inputs"), name) as Json | undefined);
}

function* outputTypes({ artifact, contract }: CheckedContract, steps: readonly StepFlow[]): Generator<Found> {
  for (const { step, mapped } of steps) {
    for (const [name, value] of mapped) {
      const wanted = typed(...(contract?.outputs.get(name) ?? []));
      if (!excludes(value, wanted)) continue;
      const path = ["core", "pipeline", step.index, "outputs", name];
      yield differing(artifact, path, `output ${name}`, value, wanted);
    }
  }
}
