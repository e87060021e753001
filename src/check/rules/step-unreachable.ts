import { foundIn, rule } from "../rule.ts";

export const stepUnreachable = rule({
  id: "step-unreachable",
  about: "every step can be run and every evaluation asked: what nothing leads to has no effect",
  severity: "warning",
  hint: "let the step before continue to it, name it in an action, or remove it",
  *check({ contracts }) {
    for (const { artifact, table, contract, course } of contracts) {
      if (contract === null || course === null) continue;
      for (const { name, index } of contract.steps) {
        if (course.reached.has(index)) continue;
        yield foundIn(artifact, ["core", "pipeline", index], { step: name }, `nothing leads to step ${name}`);
      }
      for (const { name, path } of table.evaluations) {
        if (course.asked.has(name)) continue;
        yield foundIn(artifact, path, { evaluation: name }, `no step asks the evaluation ${name}`);
      }
    }
  },
});
