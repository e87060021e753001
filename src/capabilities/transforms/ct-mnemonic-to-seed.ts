import { toHex } from "../crypto/hex.ts";
import { string } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctMnemonicToSeed = transform({
  code: "capability_transforms::CT_PURE_MNEMONIC_TO_SEED_V0",
  about: "The 64 bytes of seed that an English mnemonic stands for, without a passphrase (BIP-39).",
  input: { mnemonic: string },
  result: ["seed_bytes"],
  secrets: ["mnemonic", "seed_bytes"],
  violations: ["NOT_A_MNEMONIC"],
  uses: () => import("../crypto/mnemonic.ts"),
  run({ mnemonic }, _draw, { isMnemonic, seedOf }) {
    if (!isMnemonic(mnemonic)) return { violation: "NOT_A_MNEMONIC" };
    return { result: { seed_bytes: toHex(seedOf(mnemonic, "")) } };
  },
  examples: [
    {
      about: "twelve words whose checksum holds",
      input: {
        mnemonic: "letter advice cage absurd amount doctor acoustic avoid letter advice cage above",
      },
      result: {
        seed_bytes:
          "0x77d6be9708c8218738934f84bbbb78a2e048ca007746cb764f0673e4b1812d176bbb173e1a291f31cf633f1d0bad7d3cf071c30e98cd0688b5bcce65ecaceb36",
      },
    },
    {
      about: "two spaces between two of them",
      input: {
        mnemonic: "letter advice cage absurd amount doctor  acoustic avoid letter advice cage above",
      },
      result: {
        seed_bytes:
          "0xce5f3d1be20d376d3394ae7fee266c0a845710dd8b84fea5ec27a8cb94cbbf259968c0ae3ceee7abd39147d17a6d1f3a6aa70e679ea573f72f0bdb2ea4af2528",
      },
    },
    {
      about: "the last word carries the checksum",
      input: {
        mnemonic: "letter advice cage absurd amount doctor acoustic avoid letter advice cage absurd",
      },
      violation: "NOT_A_MNEMONIC",
    },
    { about: "a word is not on the list", input: { mnemonic: "lorem ipsum" }, violation: "NOT_A_MNEMONIC" },
  ],
});
