import { pythonEqual } from "../../json/python-equal.ts";
import { isObject, type JsonObject, own } from "../../json/value.ts";
import { array, object } from "../input-schema.ts";
import { transform } from "../transform.ts";

export const ctSelectRecords = transform({
  code: "book_library_mgmt::CT_PURE_SELECT_RECORDS_V0",
  about:
    "The records that have all fields of the filter, in their order; null means that a field is null or absent.",
  input: { source: array, filter: object },
  result: ["extracted"],
  violations: [],
  run: ({ source, filter }) => ({
    result: { extracted: source.filter((record) => isObject(record) && meets(record, filter)) },
  }),
  examples: [
    {
      about: "one field equal, another one absent",
      input: { source: [{ k: "a", n: 1 }, { k: "a" }, { k: "b" }, 7], filter: { k: "a", n: null } },
      result: { extracted: [{ k: "a" }] },
    },
    {
      about: "no record is left",
      input: { source: [{ k: "a" }], filter: { k: "b" } },
      result: { extracted: [] },
    },
  ],
});

function meets(record: JsonObject, filter: JsonObject): boolean {
  return Object.entries(filter).every(([field, value]) => pythonEqual(own(record, field) ?? null, value));
}
