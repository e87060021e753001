import { pythonEqual } from "../../json/python-equal.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { array, object } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctFilterRecords = transform({
  code: "capability_transforms::CT_PURE_FILTER_RECORDS_V0",
  about: "The records that meet every criterion, in their order; entries that are no records never do.",
  input: { source: array, filter: object },
  result: ["extracted"],
  violations: ["NO_RECORD_MATCHES"],
  run({ source, filter }) {
    const extracted = source.filter((record) => isObject(record) && meets(record, filter));
    return extracted.length === 0 ? { violation: "NO_RECORD_MATCHES" } : { result: { extracted } };
  },
  examples: [
    {
      about: "one field equal, another one present",
      input: {
        source: [{ state: "open", owner: "ann" }, { state: "open", owner: null }, { state: "done" }, "open"],
        filter: { state: "open", owner: "present" },
      },
      result: { extracted: [{ state: "open", owner: "ann" }] },
    },
    {
      about: "null asks for records without the field",
      input: { source: [{ owner: "ann" }, { state: "done" }], filter: { owner: null } },
      result: { extracted: [{ state: "done" }] },
    },
    {
      about: "no record is left",
      input: { source: [{ state: "done" }], filter: { state: "open" } },
      violation: "NO_RECORD_MATCHES",
    },
  ],
});

function meets(record: JsonObject, filter: JsonObject): boolean {
  return Object.entries(filter).every(([field, criterion]) => {
    const value: Json = own(record, field) ?? null;
    return criterion === "present" ? value !== null : pythonEqual(value, criterion);
  });
}
