import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { array, string } from "../input-schema.ts";
import { isBlank, pythonKey } from "../python-json.ts";
import { transform } from "../transform.ts";

interface Group extends JsonObject {
  readonly key: Json;
  readonly records: JsonObject[];
}

export const ctGroupRecords = transform({
  code: "book_library_mgmt::CT_PURE_GROUP_RECORDS_V0",
  about:
    'The records by the value of one attribute, in order of its first appearance; a record without it is under "".',
  input: { source: array, attribute: string },
  result: ["grouped"],
  violations: ["ATTRIBUTE_BLANK", "NOT_A_RECORD"],
  run({ source, attribute }) {
    if (isBlank(attribute)) return { violation: "ATTRIBUTE_BLANK" };
    const groups = new Map<string, Group>();
    for (const [index, record] of source.entries()) {
      if (!isObject(record)) return { violation: "NOT_A_RECORD", facts: { index } };
      const key = own(record, attribute) ?? "";
      const group = groups.get(pythonKey(key)) ?? { key, records: [] };
      group.records.push(record);
      groups.set(pythonKey(key), group);
    }
    return { result: { grouped: [...groups.values()] } };
  },
  examples: [
    {
      about: "two values, and a record without the attribute",
      input: { source: [{ shelf: "A" }, { shelf: "B" }, { shelf: "A", n: 2 }, { n: 3 }], attribute: "shelf" },
      result: {
        grouped: [
          { key: "A", records: [{ shelf: "A" }, { shelf: "A", n: 2 }] },
          { key: "B", records: [{ shelf: "B" }] },
          { key: "", records: [{ n: 3 }] },
        ],
      },
    },
    {
      about: "true equals 1",
      input: { source: [{ on: 1 }, { on: true }], attribute: "on" },
      result: { grouped: [{ key: 1, records: [{ on: 1 }, { on: true }] }] },
    },
    {
      about: "an attribute without a name",
      input: { source: [], attribute: " " },
      violation: "ATTRIBUTE_BLANK",
    },
    { about: "a number is no record", input: { source: [1], attribute: "shelf" }, violation: "NOT_A_RECORD" },
  ],
});
