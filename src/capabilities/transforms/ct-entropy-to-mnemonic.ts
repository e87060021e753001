import { isStrength } from "../crypto/entropy.ts";
import { parseHex } from "../crypto/hex.ts";
import { string } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctEntropyToMnemonic = transform({
  code: "capability_transforms::CT_PURE_ENTROPY_TO_MNEMONIC_V0",
  about: "The entropy as 12 to 24 English words with a checksum (BIP-39).",
  input: { entropy_bytes: string },
  result: ["mnemonic"],
  secrets: ["entropy_bytes", "mnemonic"],
  violations: ["NOT_HEX", "ENTROPY_UNFIT"],
  uses: () => import("../crypto/mnemonic.ts"),
  run({ entropy_bytes }, _draw, { mnemonicOf }) {
    const entropy = parseHex(entropy_bytes);
    if (entropy === undefined) return { violation: "NOT_HEX" };
    if (!isStrength(8 * entropy.length))
      return { violation: "ENTROPY_UNFIT", facts: { bytes: entropy.length } };
    return { result: { mnemonic: mnemonicOf(entropy) } };
  },
  examples: [
    {
      about: "twelve words for 128 bits",
      input: { entropy_bytes: "0x80808080808080808080808080808080" },
      result: {
        mnemonic: "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
      },
    },
    { about: "bytes that are no hexadecimal", input: { entropy_bytes: "0x8080808g" }, violation: "NOT_HEX" },
    { about: "too short", input: { entropy_bytes: "0x80808080" }, violation: "ENTROPY_UNFIT" },
  ],
});
