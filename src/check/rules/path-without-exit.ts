import { leadingTo } from "../analysis/graph.ts";
import { foundIn, rule } from "../rule.ts";

export const pathWithoutExit = rule({
  id: "path-without-exit",
  about:
    "Require a path from every node to an EXIT, and no route out of an EXIT; a run that cannot end is refused",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0"],
  hint: "route an outcome towards an EXIT; an EXIT has no next",
  *check({ workflows }) {
    for (const { artifact, table } of workflows) {
      const exits = table.nodes.filter(({ type }) => type === "EXIT").map(({ key }) => key);
      const ending = leadingTo(exits, table);
      for (const { key, type, next, path } of table.nodes) {
        if (type === "EXIT" && next.size > 0) {
          yield foundIn(artifact, [...path, "next"], { node: key }, `${key} is an EXIT and has routes`);
        }
        if (!ending.has(key))
          yield foundIn(artifact, path, { node: key }, `no path leads from ${key} to an EXIT`);
      }
    }
  },
});
