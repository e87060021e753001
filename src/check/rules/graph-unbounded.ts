import { circlesOf } from "../analysis/graph.ts";
import { foundIn, rule } from "../rule.ts";

export const graphUnbounded = rule({
  id: "graph-unbounded",
  about: "Disallow routes back to an earlier node; only the hop limit would end such a run",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_TOPOLOGY_ACYCLIC_V0",
    "fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0",
  ],
  hint: "route the outcome to an EXIT, or to a node of its own",
  *check({ workflows }) {
    for (const { artifact, table } of workflows) {
      const circles = circlesOf(table);
      for (const { key, type, next, path } of table.nodes) {
        for (const [outcome, to] of next) {
          const isBack = to === key || (type !== "EXIT" && circles.get(to) === circles.get(key));
          if (!isBack) continue;
          const message = `${key} routes ${outcome} to ${to}, from where a path leads back to ${key}`;
          yield foundIn(artifact, [...path, "next", outcome], { node: key, outcome, to }, message);
        }
      }
    }
  },
});
