import { pythonEqual } from "../../json/python-equal.ts";
import { anything, array } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctValidateSetMembership = transform({
  code: "capability_transforms::CT_PURE_VALIDATE_SET_MEMBERSHIP_V0",
  about: "Confirms that a value is one of the allowed ones; never answers false.",
  input: { value: anything, allowed_set: array },
  result: ["is_member"],
  violations: ["NOT_A_MEMBER"],
  run({ value, allowed_set }) {
    return allowed_set.some((allowed) => pythonEqual(value, allowed))
      ? { result: { is_member: true } }
      : { violation: "NOT_A_MEMBER", facts: { value } };
  },
  examples: [
    {
      about: "one of the allowed words",
      input: { value: "open", allowed_set: ["open", "closed"] },
      result: { is_member: true },
    },
    {
      about: "case counts",
      input: { value: "Open", allowed_set: ["open", "closed"] },
      violation: "NOT_A_MEMBER",
    },
    { about: "a word is no set", input: { value: "o", allowed_set: "open" }, violation: "INPUT_TYPE" },
  ],
});
