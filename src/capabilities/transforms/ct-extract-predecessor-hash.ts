import { isObject, own } from "../../json/value.ts";
import { anything } from "../input-schema.ts";
import { isTruthy } from "../python-json.ts";
import { transform } from "../transform.ts";

export const ctExtractPredecessorHash = transform({
  code: "blockchain::CT_PURE_EXTRACT_PREDECESSOR_HASH_V0",
  about: "The predecessor hash a block carries; null when it carries none or there is no block yet.",
  input: { block: anything },
  result: ["predecessor_hash"],
  violations: ["NOT_A_BLOCK"],
  run({ block }) {
    if (isObject(block)) return { result: { predecessor_hash: own(block, "predecessor_hash") ?? null } };
    return isTruthy(block) ? { violation: "NOT_A_BLOCK" } : { result: { predecessor_hash: null } };
  },
  examples: [
    {
      about: "a linked block",
      input: { block: { predecessor_hash: "0xfe", slot: 3 } },
      result: { predecessor_hash: "0xfe" },
    },
    { about: "the first block", input: { block: { slot: 0 } }, result: { predecessor_hash: null } },
    { about: "no block yet", input: { block: null }, result: { predecessor_hash: null } },
    { about: "a list is no block", input: { block: ["0xfe"] }, violation: "NOT_A_BLOCK" },
  ],
});
