import { own } from "../../json/value.ts";
import { object, string } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctLookup = transform({
  code: "capability_transforms::CT_PURE_LOOKUP_V0",
  about: "The value that stands under a key of a map.",
  input: { key: string, map: object },
  result: ["result"],
  violations: ["KEY_NOT_FOUND"],
  run({ key, map }) {
    const result = own(map, key);
    return result === undefined ? { violation: "KEY_NOT_FOUND", facts: { key } } : { result: { result } };
  },
  examples: [
    {
      about: "a list stands under the key",
      input: { key: "basic", map: { basic: ["read"], full: ["read", "write"] } },
      result: { result: ["read"] },
    },
    { about: "null is a value", input: { key: "limit", map: { limit: null } }, result: { result: null } },
    { about: "nothing stands there", input: { key: "gold", map: { basic: [] } }, violation: "KEY_NOT_FOUND" },
    {
      about: "what every object inherits is not in the map",
      input: { key: "constructor", map: {} },
      violation: "KEY_NOT_FOUND",
    },
  ],
});
