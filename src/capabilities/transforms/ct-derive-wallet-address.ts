import { string } from "../input-schema.ts";
import { pythonStrip } from "../python-json.ts";
import { transform } from "../transform.ts";

/** The 64 bytes of an uncompressed public key, with or without the byte that says that it is one. */
const PUBLIC_KEY = /^(?:0x)?(?:04)?([\da-f]{128})$/i;

export const ctDeriveWalletAddress = transform({
  code: "blockchain::CT_PURE_DERIVE_WALLET_ADDRESS_V0",
  about: "The Ethereum address of a public key of 64 bytes, in lower case.",
  input: { key_material: string },
  result: ["address"],
  violations: ["NOT_A_PUBLIC_KEY"],
  uses: () => import("../crypto/keccak.ts"),
  run({ key_material }, _draw, { addressOf }) {
    const digits = PUBLIC_KEY.exec(pythonStrip(key_material))?.[1];
    if (digits === undefined) return { violation: "NOT_A_PUBLIC_KEY" };
    return { result: { address: addressOf(Buffer.from(`04${digits}`, "hex")) } };
  },
  examples: [
    {
      about: "the sender of the example in EIP-155, without the first byte",
      input: {
        key_material:
          " 0x4bc2a31265153f07e70e0bab08724e6b85e217f8cd628ceb62974247bb493382ce28cab79ad7119ee1ad3ebcdb98a16805211530ecc6cfefa1b88e6dff99232a",
      },
      result: { address: "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f" },
    },
    {
      about: "a compressed key",
      input: { key_material: `02${"ab".repeat(32)}` },
      violation: "NOT_A_PUBLIC_KEY",
    },
  ],
});
