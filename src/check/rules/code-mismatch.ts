import { own } from "../../json/json.ts";
import { codeOf } from "../../snapshot/fqdn.ts";
import { foundIn, rule } from "../rule.ts";

export const codeMismatch = rule({
  id: "code-mismatch",
  about: "Require that the Machine block of an artifact declares the same name as its file",
  severity: "error",
  invariants: ["fb.constitution::INVARIANT_IDENTITY_FQDN_CONSISTENCY_V0"],
  hint: "write the code of the file's name",
  *check({ entries }) {
    for (const entry of entries.values()) {
      const code = codeOf(entry.fqdn);
      const field = `${entry.word.toLowerCase()}_code`;
      const said = own(entry.frontmatter, field);
      if (said === undefined || said === code) continue;
      yield foundIn(entry, [field], { field }, `${code} declares the name ${JSON.stringify(said)}`);
    }
  },
});
