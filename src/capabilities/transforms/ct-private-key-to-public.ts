import { parseBytes, toHex } from "../crypto/hex.ts";
import { anything } from "../input-schema.ts";
import { transform } from "../transform.ts";

const KEY_BYTES = 32;

export const ctPrivateKeyToPublic = transform({
  code: "capability_transforms::CT_PURE_PRIVATE_KEY_TO_PUBLIC_V0",
  about: "The uncompressed public key of a private one, on secp256k1 or secp256r1.",
  input: { private_key_bytes: anything, curve: anything },
  result: ["public_key_uncompressed_bytes"],
  secrets: ["private_key_bytes"],
  violations: ["NOT_BYTES", "CURVE_UNFIT", "KEY_UNFIT"],
  uses: () => import("../crypto/secp256k1.ts"),
  run({ private_key_bytes, curve }, _draw, { isCurve, publicKeyOf }) {
    if (!isCurve(curve)) return { violation: "CURVE_UNFIT" };
    const bytes = parseBytes(private_key_bytes);
    if (bytes === undefined) return { violation: "NOT_BYTES" };
    const publicKey = publicKeyOf(filled(bytes), curve);
    if (publicKey === undefined) return { violation: "KEY_UNFIT" };
    return { result: { public_key_uncompressed_bytes: toHex(publicKey) } };
  },
  examples: [
    {
      about: "the key of the example in EIP-155",
      input: {
        private_key_bytes: "0x4646464646464646464646464646464646464646464646464646464646464646",
        curve: "secp256k1",
      },
      result: {
        public_key_uncompressed_bytes:
          "0x044bc2a31265153f07e70e0bab08724e6b85e217f8cd628ceb62974247bb493382ce28cab79ad7119ee1ad3ebcdb98a16805211530ecc6cfefa1b88e6dff99232a",
      },
    },
    {
      about: "twice the generator of the other curve; leading zeros may be left out",
      input: { private_key_bytes: "0x02", curve: "secp256r1" },
      result: {
        public_key_uncompressed_bytes:
          "0x047cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc4766997807775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1",
      },
    },
    {
      about: "a number is no bytes",
      input: { private_key_bytes: 2, curve: "secp256r1" },
      violation: "NOT_BYTES",
    },
    {
      about: "a curve that is not offered",
      input: { private_key_bytes: "0x02", curve: "ed25519" },
      violation: "CURVE_UNFIT",
    },
    {
      about: "zero is no private key",
      input: { private_key_bytes: "0x00", curve: "secp256k1" },
      violation: "KEY_UNFIT",
    },
    {
      about: "a byte too many",
      input: {
        private_key_bytes: "0x004646464646464646464646464646464646464646464646464646464646464646",
        curve: "secp256k1",
      },
      violation: "KEY_UNFIT",
    },
  ],
});

/** A shorter scalar gets its leading zeros; a longer one stays and is no key. */
function filled(scalar: Uint8Array): Uint8Array {
  const zeros = new Uint8Array(Math.max(0, KEY_BYTES - scalar.length));
  return Buffer.concat([zeros, scalar]);
}
