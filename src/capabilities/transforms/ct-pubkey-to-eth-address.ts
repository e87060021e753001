import { parseHex } from "../crypto/hex.ts";
import { string } from "../input-schema.ts";
import { transform } from "../transform.ts";

const UNCOMPRESSED = 0x04;

export const ctPubkeyToEthAddress = transform({
  code: "capability_transforms::CT_PURE_PUBKEY_TO_ETH_ADDRESS_V0",
  about: "The Ethereum address of an uncompressed public key, in lower case.",
  input: { public_key_uncompressed_bytes: string },
  result: ["eth_address_hex"],
  violations: ["NOT_HEX", "NOT_UNCOMPRESSED"],
  uses: () => import("../crypto/keccak.ts"),
  run({ public_key_uncompressed_bytes }, _draw, { addressOf }) {
    const publicKey = parseHex(public_key_uncompressed_bytes);
    if (publicKey === undefined) return { violation: "NOT_HEX" };
    if (publicKey.length !== 65 || publicKey[0] !== UNCOMPRESSED) return { violation: "NOT_UNCOMPRESSED" };
    return { result: { eth_address_hex: addressOf(publicKey) } };
  },
  examples: [
    {
      about: "the sender of the example in EIP-155",
      input: {
        public_key_uncompressed_bytes:
          "0x044bc2a31265153f07e70e0bab08724e6b85e217f8cd628ceb62974247bb493382ce28cab79ad7119ee1ad3ebcdb98a16805211530ecc6cfefa1b88e6dff99232a",
      },
      result: { eth_address_hex: "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f" },
    },
    { about: "not hexadecimal", input: { public_key_uncompressed_bytes: "0x04g" }, violation: "NOT_HEX" },
    {
      about: "the same key compressed",
      input: {
        public_key_uncompressed_bytes: "0x024bc2a31265153f07e70e0bab08724e6b85e217f8cd628ceb62974247bb493382",
      },
      violation: "NOT_UNCOMPRESSED",
    },
  ],
});
