import { otherReasons } from "../compiled.ts";
import { rule } from "../rule.ts";

export const malformed = rule({
  id: "malformed",
  about: "every field has the shape that reading it expects: what cannot be read is refused",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_SCHEMA_CONFORMANCE_V0"],
  hint: "correct the field",
  check: (subject) => otherReasons(subject),
});
