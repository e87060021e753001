import { objectAt, own } from "../../json/json.ts";
import { foundIn, rule } from "../rule.ts";

export const transformUntested = rule({
  id: "transform-untested",
  about: "Require a conformance case for every transform; without one, two builds may return different results",
  severity: "note",
  hint: "add a case with inputs, outcome and expected outputs",
  *check({ ofWord, documents }) {
    const cases = [...documents].filter(([file]) => file.startsWith("conformance/"));
    if (cases.length === 0) return;
    const tested = new Set(cases.map(([, declared]) => own(declared, "ct_fqdn")));
    for (const entry of ofWord("CT")) {
      if (tested.has(entry.fqdn)) continue;
      const outputs = Object.keys(objectAt(objectAt(entry.frontmatter, "core"), "outputs"));
      yield foundIn(entry, [], { outputs }, `no conformance case states what ${entry.fqdn} returns`);
    }
  },
});
