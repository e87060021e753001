import { isObject, type Json, type JsonObject, jsonEqual, objectAt, own, pointer } from "../../json/json.ts";
import { declaredValue, excludes, infer, type Value } from "../analysis/abstract-value.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { type Found, rule } from "../rule.ts";

export const conformanceDiffers = rule({
  id: "conformance-differs",
  about: "Require that every conformance case matches its transform's declared inputs, outputs and types",
  severity: "error",
  invariants: [
    "fb.conformance::INVARIANT_TEST_DATA_MATCH_CT_OUTPUT_V0",
    "fb.topology::INVARIANT_CT_TEST_DATA_OUTCOME_DECLARED_V0",
  ],
  hint: "generate the case again from the transform's artifact",
  *check(subject) {
    for (const [file, declared] of subject.documents) {
      if (file.startsWith("conformance/")) yield* differences(file, declared, subject);
    }
  },
});

function* differences(file: string, declared: JsonObject, { entries }: SnapshotModel): Generator<Found> {
  const say = (path: readonly string[], message: string): Found => ({
    file,
    pointer: pointer(path),
    facts: { path: [...path] },
    message,
  });
  const name = String(own(declared, "ct_fqdn"));
  const transform = entries.get(name);
  if (transform === undefined) return yield say(["ct_fqdn"], `${name} is not in the snapshot`);
  const outcome = own(declared, "expected_outcome");
  if (outcome !== "SUCCESS" && outcome !== "VIOLATION") {
    yield say(["expected_outcome"], "the case does not state whether it should be SUCCESS or VIOLATION");
  }
  const { inputs, input_types: _, ...ir } = objectAt(declared, "ct_ir");
  const { inputs: specs, ...own_ir } = objectAt(transform.envelope, "ct_ir");
  if (!jsonEqual(ir, own_ir)) yield say(["ct_ir"], `the case has another ${name} than the artifact declares`);
  const core = objectAt(transform.frontmatter, "core");
  yield* misfits(isObject(inputs) ? inputs : {}, isObject(specs) ? specs : {}, ["ct_ir", "inputs"], say);
  yield* misfits(objectAt(declared, "expected"), objectAt(core, "outputs"), ["expected"], say);
  yield* misfits(objectAt(declared, "assertions"), objectAt(core, "outputs"), ["assertions"], say, false);
  if (outcome !== "SUCCESS" || !isObject(specs)) return;
  for (const [field, spec] of Object.entries(specs)) {
    const isMissing =
      isObject(spec) && own(spec, "required") === true && !(isObject(inputs) && Object.hasOwn(inputs, field));
    if (isMissing) yield say(["ct_ir", "inputs"], `the case has no ${field}, which the transform requires`);
  }
}

function* misfits(
  values: JsonObject,
  specs: JsonObject,
  path: readonly string[],
  say: (path: readonly string[], message: string) => Found,
  isTyped = true,
): Generator<Found> {
  for (const [field, value] of Object.entries(values)) {
    const spec = own(specs, field);
    if (spec === undefined) yield say([...path, field], `the transform declares no ${field}`);
    else if (isTyped && value !== null && excludes(valueOfJson(value), declaredValue(spec))) {
      yield say([...path, field], `${field} has another type than the transform declares`);
    }
  }
}

function valueOfJson(value: Json): Value {
  return infer({ kind: "literal", value }, () => undefined) as Value;
}
