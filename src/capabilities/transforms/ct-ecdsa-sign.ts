import { parseHex, toHex } from "../crypto/hex.ts";
import { anything, optional, string } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctEcdsaSign = transform({
  code: "capability_transforms::CT_PURE_ECDSA_SIGN_V0",
  about: "The recoverable ECDSA signature of a message hash on secp256k1; equal input, equal signature.",
  input: { private_key_bytes: string, message_hash: string, curve: optional(anything) },
  result: ["v", "r", "s", "signed_bytes"],
  secrets: ["private_key_bytes"],
  violations: ["CURVE_UNFIT", "NOT_32_BYTES", "KEY_UNFIT"],
  uses: () => import("../crypto/secp256k1.ts"),
  run({ private_key_bytes, message_hash, curve = "secp256k1" }, _draw, { sign }) {
    if (curve !== "secp256k1") return { violation: "CURVE_UNFIT" };
    const privateKey = parseHex(private_key_bytes);
    if (privateKey?.length !== 32) return { violation: "NOT_32_BYTES", facts: { field: "private_key_bytes" } };
    const hash = parseHex(message_hash);
    if (hash?.length !== 32) return { violation: "NOT_32_BYTES", facts: { field: "message_hash" } };
    const signature = sign(hash, privateKey);
    if (signature === undefined) return { violation: "KEY_UNFIT" };
    const { recovery: v, r, s } = signature;
    const signed = Buffer.concat([r, s, Uint8Array.of(v)]);
    return { result: { v, r: toHex(r), s: toHex(s), signed_bytes: toHex(signed) } };
  },
  examples: [
    {
      about: "the example of EIP-155, whose v is 37 for recovery 0 on chain 1",
      input: {
        private_key_bytes: "0x4646464646464646464646464646464646464646464646464646464646464646",
        message_hash: "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53",
      },
      result: {
        v: 0,
        r: "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
        s: "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
        signed_bytes:
          "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa63627667cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d8300",
      },
    },
    {
      about: "a hash above the order of the curve, with a small s",
      input: {
        private_key_bytes: "0x4646464646464646464646464646464646464646464646464646464646464646",
        message_hash: "0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe",
      },
      result: {
        v: 1,
        r: "0x91f171026a9745d4b2429ced8273af0965363a3ee0cfd8b7807fe67d736ee4b6",
        s: "0x00449518ed50193727964f7f886156f5fa99fe7d155f87ac453cdf4f09d897e9",
        signed_bytes:
          "0x91f171026a9745d4b2429ced8273af0965363a3ee0cfd8b7807fe67d736ee4b600449518ed50193727964f7f886156f5fa99fe7d155f87ac453cdf4f09d897e901",
      },
    },
    {
      about: "another curve",
      input: {
        private_key_bytes: "0x4646464646464646464646464646464646464646464646464646464646464646",
        message_hash: "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53",
        curve: "secp256r1",
      },
      violation: "CURVE_UNFIT",
    },
    {
      about: "the message instead of its hash",
      input: {
        private_key_bytes: "0x4646464646464646464646464646464646464646464646464646464646464646",
        message_hash: "0x706773",
      },
      violation: "NOT_32_BYTES",
    },
    {
      about: "zero is no private key",
      input: {
        private_key_bytes: "0x0000000000000000000000000000000000000000000000000000000000000000",
        message_hash: "0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53",
      },
      violation: "KEY_UNFIT",
    },
  ],
});
