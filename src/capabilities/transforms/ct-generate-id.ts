import { canonicalPython } from "../../json/python-canonical.ts";
import { sha256Hex } from "../../json/sha256.ts";
import { isObject, type Json } from "../../json/value.ts";
import { anything, string } from "../input-schema.ts";
import { transform } from "../transform.ts";

/**
 * The published artifact names Keccak-256, the ids in published data are SHA-256: the ids decide, since
 * whoever computes another one does not find the stored records again.
 */
export const ctGenerateId = transform({
  code: "capability_transforms::CT_PURE_GENERATE_ID_V0",
  about: "The prefix, an underscore and 16 hexadecimal digits that depend on the data alone.",
  input: { prefix: string, data: anything },
  result: ["id"],
  violations: [],
  run: ({ prefix, data }) => ({ result: { id: `${prefix}_${fingerprint(data)}` } }),
  examples: [
    {
      about: "two spellings of one record have one id",
      input: { prefix: "ORD", data: { quantity: 2, item: "lamp" } },
      result: { id: "ORD_07e1d50c3109ad71" },
    },
    {
      about: "data that is no record",
      input: { prefix: "ORD", data: "lamp" },
      result: { id: "ORD_b911de7895eee856" },
    },
    { about: "a prefix that is no text", input: { prefix: 7, data: "lamp" }, violation: "INPUT_TYPE" },
    { about: "no data at all", input: { prefix: "ORD" }, violation: "INPUT_MISSING" },
  ],
});

/** Anything but a record is hashed as the record `{"value": …}`. */
function fingerprint(data: Json): string {
  const text = canonicalPython(isObject(data) ? data : { value: data });
  return sha256Hex(text).slice(0, 16);
}
