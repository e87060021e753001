import { keccak_256 } from "@noble/hashes/sha3.js";
import { canonicalPython } from "../python-json.ts";
import { anything } from "../shape.ts";
import { transform } from "../transform.ts";

export const ctHashBlock = transform({
  code: "blockchain::CT_PURE_HASH_BLOCK_V0",
  about: "The Keccak-256 of the block's canonical text: equal blocks, equal hash.",
  input: { block: anything },
  result: ["content_hash"],
  violations: [],
  run({ block }) {
    const digest = keccak_256(Buffer.from(canonicalPython(block), "ascii"));
    return { result: { content_hash: `0x${Buffer.from(digest).toString("hex")}` } };
  },
  examples: [
    {
      about: "members in any order",
      input: { block: { slot: 1, entries: [] } },
      result: { content_hash: "0x98413bd5e10bc3e9875ac9b9dce177dd610cbfe6329c5753364a2ba7d35dff78" },
    },
    { about: "no block", input: {}, violation: "INPUT_MISSING" },
  ],
});
