import { parseHex } from "../crypto/hex.ts";
import { string } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctKeccak256Hash = transform({
  code: "capability_transforms::CT_PURE_KECCAK256_HASH_V0",
  about: "The Keccak-256 of bytes written in hexadecimal, with or without 0x.",
  input: { input_bytes: string },
  result: ["hash_hex"],
  violations: ["NOT_HEX"],
  uses: () => import("../crypto/keccak.ts"),
  run({ input_bytes }, _draw, { keccak256 }) {
    const bytes = parseHex(input_bytes, "0x or 0X");
    return bytes === undefined ? { violation: "NOT_HEX" } : { result: { hash_hex: keccak256(bytes) } };
  },
  examples: [
    {
      about: "the bytes of `pgs`",
      input: { input_bytes: "0x706773" },
      result: { hash_hex: "0xbf82aa59fe7751097c73d495f2470dcf42966a81f8cd65efe59db3986ea1276f" },
    },
    { about: "half a byte is left over", input: { input_bytes: "0x706" }, violation: "NOT_HEX" },
    { about: "not hexadecimal", input: { input_bytes: "pgs" }, violation: "NOT_HEX" },
  ],
});
