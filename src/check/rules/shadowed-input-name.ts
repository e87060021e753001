import type { IntentSpec } from "../../plan/intent.ts";
import type { ContractNode, Plan } from "../../plan/plan.ts";
import { excludes, type Reach, typed } from "../analysis/abstract-value.ts";
import { contractNodes, nodeReach } from "../analysis/bindings.ts";
import { memoize } from "../analysis/memoize.ts";
import { atEntry, outputOf } from "../analysis/reaching-outputs.ts";
import { foundIn, rule } from "../rule.ts";

export const shadowedInputName = rule({
  id: "shadowed-input-name",
  about:
    "Disallow binding an input to another value when a value with the input's own name exists; this is often a mistake",
  severity: "note",
  hint: "bind the value of that name; if the other value is intended, rename the input",
  *check(subject) {
    for (const { workflow, plan, node } of contractNodes(subject)) {
      const reach = nodeReach(plan, subject);
      for (const { name, source } of node.inputs) {
        if (source.kind !== "path" || source.segments.at(-1) === name) continue;
        const other = namesake(name, source.segments, node, plan, reach);
        if (other === undefined) continue;
        const message = `${node.key} binds ${name} to ${source.text}, although there is ${other}`;
        const path = ["core", "nodes", node.key, "inputs", name];
        yield foundIn(workflow.artifact, path, { path: source.text, other }, message);
      }
    }
  },
});

/** Every field that the workflow's intent declares, nested ones too. */
const payloadPaths = memoize(({ nodes, start }: Plan): readonly (readonly string[])[] => {
  const node = nodes.get(start);
  return node?.type === "IN" && node.intent !== null ? fieldPaths(node.intent.spec) : [];
});

function fieldPaths(spec: IntentSpec): readonly (readonly string[])[] {
  return Object.entries(spec).flatMap(([name, { fields }]) => [
    [name],
    ...(fields === undefined ? [] : fieldPaths(fields).map((path) => [name, ...path])),
  ]);
}

/** By output: the nodes whose contract has a step that maps it. */
const publishers = memoize(({ nodes }: Plan): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const node of nodes.values()) {
    const outputs = node.type === "CC" ? node.contract.steps.flatMap((step) => step.outputs) : [];
    for (const name of new Set(outputs.flatMap(({ name, crossed = name }) => [name, crossed]))) {
      const known = found.get(name);
      if (known === undefined) found.set(name, [node.key]);
      else known.push(node.key);
    }
  }
  return found;
});

/** A path to a value that has the input's own name and fits it: beside the one bound, in the payload, or a result. */
function namesake(
  name: string,
  [...segments]: readonly (string | number)[],
  { key, contract }: ContractNode,
  plan: Plan,
  reach: Reach,
): string | undefined {
  const wanted = typed(...(contract.inputs.find((input) => input.name === name)?.types ?? []));
  const fits = (root: string, path: readonly (string | number)[]) => {
    const value = reach(root, path);
    return (
      value !== undefined && value.types.length > 0 && value.maybe === undefined && !excludes(value, wanted)
    );
  };
  const inPayload = [
    [...segments.slice(0, -1), name],
    ...payloadPaths(plan).filter((path) => path.at(-1) === name),
  ];
  for (const path of inPayload) if (fits("payload", path)) return `$.payload.${path.join(".")}`;
  const there = atEntry(plan).must.get(key);
  const publishing = publishers(plan).get(name) ?? [];
  const from = publishing.find((one) => there?.has(outputOf(one, name)) && fits("results", [one, name]));
  return from === undefined ? undefined : `$.results.${from}.${name}`;
}
