import { parseBytes, toHex } from "../crypto/hex.ts";
import { anything } from "../input-schema.ts";
import { transform } from "../transform.ts";

/** BIP-32's least, 128 bits; its most, 512 bits, the reference does not ask for. */
const MIN_SEED_BYTES = 16;

export const ctDeriveMasterKey = transform({
  code: "capability_transforms::CT_PURE_DERIVE_MASTER_KEY_V0",
  about: "The master private key and chain code that grow from a seed (BIP-32).",
  input: { seed_bytes: anything },
  result: ["master_private_key_bytes", "master_chain_code_bytes"],
  secrets: ["seed_bytes", "master_private_key_bytes", "master_chain_code_bytes"],
  violations: ["NOT_BYTES", "SEED_UNFIT"],
  uses: () => import("../crypto/bip32.ts"),
  run({ seed_bytes }, _draw, { masterKey }) {
    const seed = parseBytes(seed_bytes);
    if (seed === undefined) return { violation: "NOT_BYTES" };
    const key = seed.length < MIN_SEED_BYTES ? undefined : masterKey(seed);
    if (key === undefined) return { violation: "SEED_UNFIT", facts: { bytes: seed.length } };
    return {
      result: {
        master_private_key_bytes: toHex(key.privateKey),
        master_chain_code_bytes: toHex(key.chainCode),
      },
    };
  },
  examples: [
    {
      about: "the first test vector of BIP-32",
      input: { seed_bytes: "0x000102030405060708090a0b0c0d0e0f" },
      result: {
        master_private_key_bytes: "0xe8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35",
        master_chain_code_bytes: "0x873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508",
      },
    },
    {
      about: "the same seed as a list of bytes",
      input: { seed_bytes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] },
      result: {
        master_private_key_bytes: "0xe8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35",
        master_chain_code_bytes: "0x873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508",
      },
    },
    { about: "a byte too large", input: { seed_bytes: [0, 256] }, violation: "NOT_BYTES" },
    { about: "too short a seed", input: { seed_bytes: "0x0001" }, violation: "SEED_UNFIT" },
  ],
});
