import { targetOf } from "../../capabilities/effect.ts";
import { isObject, type Json, type JsonObject, own, pointer } from "../../json/json.ts";
import { isFqdn } from "../../snapshot/fqdn.ts";
import type { Path } from "../../snapshot/hint.ts";
import type { CheckedContract, Use } from "../analysis/snapshot-model.ts";
import { type Found, rule } from "../rule.ts";

export const callRecurses = rule({
  id: "call-recurses",
  about: "no workflow calls itself, by itself or through others: only a limit would end such a run",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_TOPOLOGY_ACYCLIC_V0"],
  hint: "call another workflow, or take the step out",
  *check({ contracts }) {
    const found = contracts.flatMap((one) => one.uses.flatMap((use) => [...callsFrom(one, use)]));
    // A workflow may run the contract at several nodes.
    const calls = [...new Map(found.map((call) => [JSON.stringify(call), call])).values()];
    const called = new Map<string, Set<string>>();
    for (const { from, to } of calls) called.set(from, (called.get(from) ?? new Set()).add(to));
    for (const { from, to, ...place } of calls) {
      const reached = new Set([to]);
      for (const one of reached) for (const next of called.get(one) ?? []) reached.add(next);
      if (!reached.has(from)) continue;
      const message = to === from ? `${from} calls itself` : `${from} calls ${to}, which leads back to it`;
      yield { ...place, facts: { from, to }, message };
    }
  },
});

interface Call extends Pick<Found, "file" | "pointer"> {
  readonly from: string;
  readonly to: string;
}

/** The workflows that the contract's steps name, or that the node gives to one of them. */
function* callsFrom({ artifact, contract, table }: CheckedContract, use: Use): Generator<Call> {
  const from = use.workflow.artifact.fqdn;
  const node = use.workflow.table.nodes.find(({ key }) => key === use.node.key);
  for (const step of contract?.steps ?? []) {
    if (step.kind !== "effect" || !targetOf(step.operation).callsWorkflows) continue;
    const inputs = table.steps[step.index]?.inputs ?? {};
    const path = ["frontmatter", "core", "pipeline", String(step.index), "inputs"];
    for (const { text, at } of texts(inputs, path)) {
      if (isFqdn(text)) yield { from, to: text, file: artifact.file, pointer: pointer(at) };
      const given = node === undefined ? undefined : givenBy(node.inputs ?? {}, text);
      if (node === undefined || given === undefined) continue;
      const { file } = use.workflow.artifact;
      for (const one of texts(given.value, ["frontmatter", ...node.path, "inputs", given.name]))
        if (isFqdn(one.text)) yield { from, to: one.text, file, pointer: pointer(one.at) };
    }
  }
}

/** What the node binds to the input that an expression of a contract reads. */
function givenBy(inputs: JsonObject, expression: string): { name: string; value: Json } | undefined {
  const name = /^\$\.(?:inputs|payload)\.(\w+)/.exec(expression)?.[1];
  const value = name === undefined ? undefined : own(inputs, name);
  return name === undefined || value === undefined ? undefined : { name, value };
}

/** Every text in the value. */
function* texts(value: Json, at: Path): Generator<{ text: string; at: Path }> {
  if (typeof value === "string") yield { text: value, at };
  else if (Array.isArray(value))
    for (const [i, item] of value.entries()) yield* texts(item, [...at, String(i)]);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) yield* texts(item, [...at, key]);
}
