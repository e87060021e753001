import { isObject, own } from "../../json/value.ts";
import { anything, array } from "../input-schema.ts";
import { asInteger } from "../python-json.ts";
import { transform } from "../transform.ts";

export const ctSelectProposer = transform({
  code: "blockchain::CT_PURE_SELECT_PROPOSER_V0",
  about: "The actor whose turn it is in a round: the validators take turns in their order.",
  input: { eligible_validators: array, round_number: anything },
  result: ["proposer_id"],
  violations: ["NO_VALIDATORS", "NOT_A_ROUND", "NO_ACTOR_ID"],
  run({ eligible_validators: validators, round_number }) {
    if (validators.length === 0) return { violation: "NO_VALIDATORS" };
    const round = asInteger(round_number);
    if (round === undefined || round < 0) return { violation: "NOT_A_ROUND", facts: { round_number } };
    const place = round % validators.length;
    const validator = validators[place];
    if (!isObject(validator)) throw new Error("the selected validator is not an object");
    const proposer = own(validator, "actor_id");
    if (proposer === undefined) return { violation: "NO_ACTOR_ID", facts: { place } };
    return { result: { proposer_id: proposer } };
  },
  examples: [
    {
      about: "the turn comes round again",
      input: { eligible_validators: [{ actor_id: "A_1" }, { actor_id: "A_2" }], round_number: 5 },
      result: { proposer_id: "A_2" },
    },
    {
      about: "nobody may propose",
      input: { eligible_validators: [], round_number: 5 },
      violation: "NO_VALIDATORS",
    },
    {
      about: "rounds count from 0",
      input: { eligible_validators: [{ actor_id: "A_1" }], round_number: -1 },
      violation: "NOT_A_ROUND",
    },
    {
      about: "a validator that is nobody",
      input: { eligible_validators: [{ stake: 32 }], round_number: 0 },
      violation: "NO_ACTOR_ID",
    },
  ],
});
