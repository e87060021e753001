import { foundIn, rule } from "../rule.ts";

export const outcomeNeverReturned = rule({
  id: "outcome-never-returned",
  about: "Disallow allowed outcomes with which the contract can never end",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_TOPOLOGY_CONTRACT_CLOSED_V0"],
  hint: "remove the outcome from result_status_contract.allowed, or let a step end with it",
  *check({ contracts }) {
    for (const { artifact, contract, course } of contracts) {
      if (contract === null || course === null) continue;
      const returned = new Set(course.endings.map(({ outcome }) => outcome));
      if (contract.inputs.length > 0) returned.add(contract.onInputFailure);
      for (const [i, outcome] of [...contract.allowed].entries()) {
        if (returned.has(outcome)) continue;
        const message = `${outcome} is allowed, but no step, evaluation or input failure ends with it`;
        yield foundIn(artifact, ["core", "result_status_contract", "allowed", i], { outcome }, message);
      }
    }
  },
});
