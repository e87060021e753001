import { flowing } from "../analysis/bindings.ts";
import { foundIn, rule } from "../rule.ts";

export const outputNeverSet = rule({
  id: "output-never-set",
  about: "Require that some step publishes every output that the contract declares",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_CT_OUTPUT_CONTRACT_MATCH_V0"],
  hint: "publish it in a step's outputs, or remove it from core.outputs",
  *check(subject) {
    for (const { artifact, contract, flow } of flowing(subject)) {
      for (const name of contract.outputs.keys()) {
        // Every contract ends in an outcome, whatever it publishes.
        if (name === "result_status" || flow.published.has(name)) continue;
        const message = `no step publishes the declared output ${name}`;
        yield foundIn(artifact, ["core", "outputs", name], { output: name }, message);
      }
    }
  },
});
