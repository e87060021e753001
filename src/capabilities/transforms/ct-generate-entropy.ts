import { isStrength } from "../crypto/entropy.ts";
import { integer } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctGenerateEntropy = transform({
  code: "capability_transforms::CT_PURE_GENERATE_ENTROPY_V0",
  about: "So many random bits, in hexadecimal.",
  input: { entropy_bits: integer },
  result: ["entropy_bytes"],
  violations: ["STRENGTH_UNFIT"],
  draws: "secret",
  secrets: ["entropy_bytes"],
  run({ entropy_bits: bits }, sources) {
    if (!isStrength(bits)) return { violation: "STRENGTH_UNFIT", facts: { entropy_bits: bits } };
    return { result: { entropy_bytes: `0x${sources.entropy(bits / 8)}` } };
  },
  examples: [
    {
      about: "as many bytes as asked for",
      input: { entropy_bits: 160 },
      result: { entropy_bytes: "0x5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a" },
    },
    { about: "too few for a wallet", input: { entropy_bits: 96 }, violation: "STRENGTH_UNFIT" },
    { about: "not a multiple of 32", input: { entropy_bits: 136 }, violation: "STRENGTH_UNFIT" },
    { about: "a strength in words", input: { entropy_bits: "strong" }, violation: "INPUT_TYPE" },
  ],
});
