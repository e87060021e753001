import { canonicalPython } from "../../json/python-canonical.ts";
import { anything } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctHashBlock = transform({
  code: "blockchain::CT_PURE_HASH_BLOCK_V0",
  about: "The Keccak-256 of the block's canonical text: equal blocks, equal hash.",
  input: { block: anything },
  result: ["content_hash"],
  violations: [],
  uses: () => import("../crypto/keccak.ts"),
  run: ({ block }, _draw, { keccak256 }) => ({
    result: { content_hash: keccak256(Buffer.from(canonicalPython(block), "ascii")) },
  }),
  examples: [
    {
      about: "members in any order",
      input: { block: { slot: 1, entries: [] } },
      result: { content_hash: "0x98413bd5e10bc3e9875ac9b9dce177dd610cbfe6329c5753364a2ba7d35dff78" },
    },
    { about: "no block", input: {}, violation: "INPUT_MISSING" },
  ],
});
