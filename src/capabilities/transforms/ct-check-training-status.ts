import { boolean } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctCheckTrainingStatus = transform({
  code: "capability_transforms::CT_PURE_CHECK_TRAINING_STATUS_V0",
  about: "Eligible when the training is completed.",
  input: { training_completed: boolean },
  result: ["is_eligible"],
  violations: [],
  run: ({ training_completed }) => ({ result: { is_eligible: training_completed } }),
  examples: [
    { about: "completed", input: { training_completed: true }, result: { is_eligible: true } },
    { about: "not yet", input: { training_completed: false }, result: { is_eligible: false } },
    { about: "a word is no truth value", input: { training_completed: "yes" }, violation: "INPUT_TYPE" },
  ],
});
