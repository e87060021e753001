import { objectAt, own } from "../../json/json.ts";
import { foundIn, rule } from "../rule.ts";

export const implementationUndeclared = rule({
  id: "implementation-undeclared",
  about: "Require that every transform and side effect names its implementation; other runtimes depend on it",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_IMPLEMENTATION_ADMISSIBLE_V0"],
  hint: "state module and callable",
  *check({ ofWord }) {
    for (const entry of [...ofWord("CT"), ...ofWord("CS")]) {
      const above = entry.word === "CT" ? ["machine"] : [];
      const holder = entry.word === "CT" ? objectAt(entry.frontmatter, "machine") : entry.frontmatter;
      const implementation = objectAt(holder, "implementation");
      for (const field of ["module", "callable"]) {
        const said = own(implementation, field);
        if (typeof said === "string" && said !== "") continue;
        const path = [...above, "implementation", field];
        yield foundIn(entry, path, { field }, `the implementation of ${entry.fqdn} has no ${field}`);
      }
    }
  },
});
