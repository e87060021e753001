import { isChildIndex } from "../crypto/derivation-path.ts";
import { parseBytes, toHex } from "../crypto/hex.ts";
import { anything } from "../input-schema.ts";
import { asInteger } from "../python-json.ts";
import { transform } from "../transform.ts";

export const ctDeriveChildKey = transform({
  code: "capability_transforms::CT_PURE_DERIVE_CHILD_KEY_V0",
  about:
    "The child's private key and chain code at an index below the parent's, hardened from 2^31 on (BIP-32).",
  input: { parent_private_key_bytes: anything, parent_chain_code_bytes: anything, index: anything },
  result: ["child_private_key_bytes", "child_chain_code_bytes"],
  secrets: [
    "parent_private_key_bytes",
    "parent_chain_code_bytes",
    "child_private_key_bytes",
    "child_chain_code_bytes",
  ],
  violations: ["NOT_32_BYTES", "INDEX_UNFIT", "KEY_UNFIT"],
  uses: () => import("../crypto/bip32.ts"),
  run(input, _draw, { extendedKey, deriveKey }) {
    const privateKey = parseBytes(input.parent_private_key_bytes);
    if (privateKey?.length !== 32)
      return { violation: "NOT_32_BYTES", facts: { field: "parent_private_key_bytes" } };
    const chainCode = parseBytes(input.parent_chain_code_bytes);
    if (chainCode?.length !== 32)
      return { violation: "NOT_32_BYTES", facts: { field: "parent_chain_code_bytes" } };
    const index = asInteger(input.index);
    if (!isChildIndex(index)) return { violation: "INDEX_UNFIT" };
    const parent = extendedKey(privateKey, chainCode);
    const child = parent && deriveKey(parent, [index]);
    if (child === undefined) return { violation: "KEY_UNFIT" };
    return {
      result: {
        child_private_key_bytes: toHex(child.privateKey),
        child_chain_code_bytes: toHex(child.chainCode),
      },
    };
  },
  examples: [
    {
      about: "m/0' of the first test vector of BIP-32",
      input: {
        parent_private_key_bytes: "0xe8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35",
        parent_chain_code_bytes: "0x873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508",
        index: 2147483648,
      },
      result: {
        child_private_key_bytes: "0xedb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea",
        child_chain_code_bytes: "0x47fdacbd0f1097043b78c63c20c34ef4ed9a111d980047ad16282c7ae6236141",
      },
    },
    {
      about: "its child m/0'/1, which is not hardened",
      input: {
        parent_private_key_bytes: "0xedb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea",
        parent_chain_code_bytes: "0x47fdacbd0f1097043b78c63c20c34ef4ed9a111d980047ad16282c7ae6236141",
        index: 1,
      },
      result: {
        child_private_key_bytes: "0x3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368",
        child_chain_code_bytes: "0x2a7857631386ba23dacac34180dd1983734e444fdbf774041578e9b6adb37c19",
      },
    },
    {
      about: "half a key",
      input: {
        parent_private_key_bytes: "0xe8f32e723decf4051aefac8e2c93c9c5",
        parent_chain_code_bytes: "0x873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508",
        index: 0,
      },
      violation: "NOT_32_BYTES",
    },
    {
      about: "an index of 33 bits",
      input: {
        parent_private_key_bytes: "0xe8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35",
        parent_chain_code_bytes: "0x873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508",
        index: 4294967296,
      },
      violation: "INDEX_UNFIT",
    },
    {
      about: "zero is no private key",
      input: {
        parent_private_key_bytes: "0x0000000000000000000000000000000000000000000000000000000000000000",
        parent_chain_code_bytes: "0x873dff81c02f525623fd1fe5167eac3a55a049de3d314bb42ee227ffed37d508",
        index: 0,
      },
      violation: "KEY_UNFIT",
    },
  ],
});
