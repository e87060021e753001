import { contractNodes, nodeReach } from "../analysis/bindings.ts";
import { atEntry, payloadPath } from "../analysis/reaching-outputs.ts";
import { foundIn, rule } from "../rule.ts";

export const sourceOptional = rule({
  id: "source-optional",
  about:
    "Require that the intent requires what the contracts require; otherwise an accepted request ends in a violation later",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_CC_INPUTS_SATISFIED_V0"],
  hint: "require the field in the intent, declare what its object holds, or give it a default",
  *check(subject) {
    for (const { workflow, plan, node } of contractNodes(subject)) {
      const reach = nodeReach(plan, subject);
      const insisted = atEntry(plan).must.get(node.key);
      for (const { name, source } of node.inputs) {
        const input = node.contract.inputs.find((one) => one.name === name);
        if (input?.required !== true || input.default !== undefined) continue;
        if (source.kind !== "path" || source.root !== "payload") continue;
        // Told where it is missed first.
        if (insisted?.has(payloadPath(source.segments))) continue;
        if (reach("payload", source.segments)?.maybe === undefined) continue;
        const message = `${node.key} binds the required ${name} to ${source.text}, which a payload may omit`;
        const path = ["core", "nodes", node.key, "inputs", name];
        yield foundIn(workflow.artifact, path, { path: source.text }, message);
      }
    }
  },
});
