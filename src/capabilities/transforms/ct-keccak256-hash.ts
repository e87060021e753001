import { keccak_256 } from "@noble/hashes/sha3.js";
import { string } from "../shape.ts";
import { transform } from "../transform.ts";

/** Pairs of digits, with white space allowed between them. */
const HEX = /^[ \t\n\r\v\f]*(?:[\da-f]{2}[ \t\n\r\v\f]*)*$/i;

export const ctKeccak256Hash = transform({
  code: "capability_transforms::CT_PURE_KECCAK256_HASH_V0",
  about: "The Keccak-256 of bytes written in hexadecimal, with or without 0x.",
  input: { input_bytes: string },
  result: ["hash_hex"],
  violations: ["NOT_HEX"],
  run({ input_bytes }) {
    const digits = input_bytes.replace(/^0x/i, "");
    if (!HEX.test(digits)) return { violation: "NOT_HEX" };
    const digest = keccak_256(Buffer.from(digits.replace(/\s/g, ""), "hex"));
    return { result: { hash_hex: `0x${Buffer.from(digest).toString("hex")}` } };
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
