import { foundIn, rule } from "../rule.ts";

export const stepUnreachable = rule({
  id: "step-unreachable",
  about: "Disallow steps and evaluations that nothing leads to; they have no effect",
  severity: "warning",
  hint: "let the previous step continue to it, name it in an action, or remove it",
  *check({ contracts }) {
    for (const { artifact, table, contract, course } of contracts) {
      if (contract === null || course === null) continue;
      for (const { name, index } of contract.steps) {
        if (course.reached.has(index)) continue;
        yield foundIn(artifact, ["core", "pipeline", index], { step: name }, `nothing leads to step ${name}`);
      }
      for (const { name, path } of table.evaluations) {
        if (course.asked.has(name)) continue;
        yield foundIn(artifact, path, { evaluation: name }, `no step uses the evaluation ${name}`);
      }
    }
  },
});
