import { own } from "../../json/json.ts";
import { codeOf } from "../../snapshot/fqdn.ts";
import { foundIn, rule } from "../rule.ts";

export const codeMismatch = rule({
  id: "code-mismatch",
  about:
    "an artifact calls itself in its Machine block what its file is called: else people and programs mean two things",
  severity: "error",
  invariants: ["fb.constitution::INVARIANT_IDENTITY_FQDN_CONSISTENCY_V0"],
  hint: "write the code of the file's name",
  *check({ entries }) {
    for (const entry of entries.values()) {
      const code = codeOf(entry.fqdn);
      const field = `${entry.word.toLowerCase()}_code`;
      const said = own(entry.frontmatter, field);
      if (said === undefined || said === code) continue;
      yield foundIn(entry, [field], { field }, `${code} calls itself ${JSON.stringify(said)}`);
    }
  },
});
