import { objectAt, own } from "../../json/json.ts";
import { foundIn, rule } from "../rule.ts";

export const transformUntested = rule({
  id: "transform-untested",
  about:
    "every transform has a conformance case: without one, two builds may answer differently and both be right",
  severity: "note",
  hint: "add a case with inputs, outcome and expected outputs",
  *check({ ofWord, documents }) {
    const cases = [...documents].filter(([file]) => file.startsWith("conformance/"));
    if (cases.length === 0) return;
    const tested = new Set(cases.map(([, declared]) => own(declared, "ct_fqdn")));
    for (const entry of ofWord("CT")) {
      if (tested.has(entry.fqdn)) continue;
      const outputs = Object.keys(objectAt(objectAt(entry.frontmatter, "core"), "outputs"));
      yield foundIn(entry, [], { outputs }, `no conformance case says what ${entry.fqdn} answers`);
    }
  },
});
