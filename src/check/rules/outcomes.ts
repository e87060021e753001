/** Outcomes of steps, contracts and nodes. */

import { outcomesOf } from "../../plan/analysis/exits.ts";
import { findingsOf } from "../analysis/compile-findings.ts";
import { foundIn, rule } from "../rule.ts";

export const outcomeNeverAnswered = rule({
  id: "outcome-never-answered",
  about: "Disallow handlers for outcomes that the capability of the step cannot return",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_TOPOLOGY_CONTRACT_CLOSED_V0"],
  hint: "remove the outcome from the step's on_result, or correct its name",
  *check({ contracts }) {
    for (const { artifact, contract } of contracts) {
      for (const step of contract?.steps ?? []) {
        const possible = outcomesOf(step);
        for (const outcome of step.onResult.keys()) {
          if (possible === null || possible.has(outcome)) continue;
          const message = `step ${step.name} handles ${outcome}, which ${step.code} never returns`;
          const path = ["core", "pipeline", step.index, "on_result", outcome];
          yield foundIn(artifact, path, { step: step.name, outcome }, message);
        }
      }
    }
  },
});

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

export const outcomeNotAllowed = rule({
  id: "outcome-not-allowed",
  about:
    "Require that a contract ends only with outcomes that it allows; with any other outcome, the run is refused",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_TOPOLOGY_CONTRACT_CLOSED_V0"],
  hint: "add the outcome to result_status_contract.allowed, and route it in the nodes that run the contract",
  *check(subject) {
    yield* findingsOf(subject, "INPUT_FAILURE_NOT_ALLOWED");
    for (const { artifact, contract, course } of subject.contracts) {
      if (contract === null || course === null) continue;
      for (const { outcome, step, evaluation } of course.endings) {
        if (contract.allowed.has(outcome)) continue;
        const by = evaluation === null ? `step ${step.name}` : `evaluation ${evaluation}`;
        const message = `after ${by} the contract ends with ${outcome}, which it does not allow`;
        const path =
          evaluation === null
            ? ["core", "pipeline", step.index, "on_result", outcome]
            : ["core", "evaluation", evaluation];
        yield foundIn(artifact, path, { step: step.name, evaluation, outcome }, message);
      }
    }
  },
});

export const outcomeNotHandled = rule({
  id: "outcome-not-handled",
  about: "Require that a step handles every outcome of its capability; an unhandled outcome refuses the run",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_TOPOLOGY_ROUTING_COMPLETE_V0",
    "governance::INVARIANT_OUTCOMES_ROUTED_V0",
  ],
  hint: "add the outcome to the step's on_result",
  check: (subject) => findingsOf(subject, "STEP_OUTCOME_UNHANDLED"),
});

export const outcomeNotRouted = rule({
  id: "outcome-not-routed",
  about: "Require a route for every outcome with which a node can end; without a route, the run is refused",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_TOPOLOGY_ROUTING_COMPLETE_V0",
    "governance::INVARIANT_OUTCOMES_ROUTED_V0",
  ],
  hint: "add the outcome to the node's next, or remove it from the contract's allowed outcomes",
  check: (subject) => findingsOf(subject, "OUTCOME_WITHOUT_ROUTE"),
});
