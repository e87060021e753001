import { leadingTo } from "../analysis/graph.ts";
import { foundIn, rule } from "../rule.ts";

export const failureCompletes = rule({
  id: "failure-completes",
  about: "Disallow routes from a failure to an EXIT that reports success; the caller would not see the failure",
  severity: "warning",
  hint: "route the outcome to an EXIT with reason FAILED or EXITED, or to a node that records it",
  *check({ workflows }) {
    for (const { artifact, table } of workflows) {
      const completing = table.nodes.filter(({ type, reason }) => type === "EXIT" && reason === "COMPLETED");
      const ends = leadingTo(
        completing.map(({ key }) => key),
        table,
      );
      for (const { key, path, next } of table.nodes) {
        for (const [outcome, to] of next) {
          // What storage failed to do is not made good by going on; a violation may be, by recording it.
          const end = ends.get(to);
          if (end === undefined || !(outcome === "BACKEND_ERROR" || (FAILURES.has(outcome) && end === to)))
            continue;
          const message = `${key} leads ${outcome} ${to === end ? "" : "on "}to ${end}, which ends every run with COMPLETED`;
          yield foundIn(artifact, [...path, "next", outcome], { node: key, outcome }, message);
        }
      }
    }
  },
});

/** Outcomes that say by their name that something was not done (SPEC 4.7). */
const FAILURES: ReadonlySet<string> = new Set(["VIOLATION", "BACKEND_ERROR", "NACK"]);
