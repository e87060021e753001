import { isObject, type JsonObject, jsonEqual, objectAt, own } from "../../json/json.ts";
import { foundIn, rule } from "../rule.ts";

export const listDiffers = rule({
  id: "list-differs",
  about: "Require that an invariant lists the same for its readers and for its checker",
  severity: "warning",
  hint: "list the same in core and in assert_projection",
  *check({ ofWord }) {
    for (const entry of ofWord("INVARIANT")) {
      const core = objectAt(entry.frontmatter, "core");
      const projection = objectAt(entry.frontmatter, "assert_projection");
      for (const name of listsIn(core).filter((one) => listsIn(projection).includes(one))) {
        const [said, checked] = [sorted(core, name), sorted(projection, name)];
        if (jsonEqual(said, checked)) continue;
        const message = `core lists ${said.length} ${name}, assert_projection ${checked.length}`;
        yield foundIn(entry, ["core", name], { list: name }, message);
      }
    }
  },
});

function listsIn(value: JsonObject): readonly string[] {
  return Object.keys(value).filter((key) => Array.isArray(value[key]));
}

function sorted(value: JsonObject, name: string): readonly string[] {
  const list = own(value, name);
  return Array.isArray(list)
    ? list
        .filter((one) => !isObject(one))
        .map(String)
        .sort()
    : [];
}
