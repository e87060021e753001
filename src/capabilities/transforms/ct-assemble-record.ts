import { anything } from "../input-schema.ts";
import { transform } from "../transform.ts";

/** The fields arrive resolved by the contract, so there is nothing left to do; like the reference it takes any value. */
export const ctAssembleRecord = transform({
  code: "capability_transforms::CT_PURE_ASSEMBLE_RECORD_V0",
  about: "One record made of the given fields.",
  input: { fields: anything },
  result: ["record"],
  violations: [],
  run: ({ fields }) => ({ result: { record: fields } }),
  examples: [
    {
      about: "fields of several types",
      input: { fields: { id: "R1", tags: ["new"], closed_at: null } },
      result: { record: { id: "R1", tags: ["new"], closed_at: null } },
    },
    { about: "no fields", input: {}, violation: "INPUT_MISSING" },
  ],
});
