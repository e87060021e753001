import { own } from "../../json/json.ts";
import { namespaceOf, qualify } from "../../snapshot/fqdn.ts";
import { foundIn, rule } from "../rule.ts";

export const retiredUsed = rule({
  id: "retired-used",
  about: "Disallow retired artifacts in workflows; use the artifact that replaced them",
  severity: "warning",
  hint: "use the artifact that superseded it, or retire the workflow too",
  *check({ workflows, entries }) {
    for (const { artifact, table } of workflows) {
      if (own(artifact.frontmatter, "status") === RETIRED) continue;
      for (const { code, path } of table.nodes) {
        const name = code === null ? "" : qualify(code, namespaceOf(artifact.fqdn));
        if (own(entries.get(name)?.frontmatter ?? {}, "status") !== RETIRED) continue;
        yield foundIn(
          artifact,
          [...path, "code"],
          { artifact: name },
          `${name} is retired, but still used here`,
        );
      }
    }
  },
});

const RETIRED = "RETIRED";
