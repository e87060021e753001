import { isObject, type Json, pointer } from "../../json.ts";
import { isFqdn } from "../../snapshot/fqdn.ts";
import { type Found, rule } from "../rule.ts";
import type { Subject } from "../subject.ts";

export const callRecurses = rule({
  id: "call-recurses",
  about: "no workflow calls itself, by itself or through others: only the depth limit would end such a run",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_TOPOLOGY_ACYCLIC_V0"],
  hint: "call another workflow, or take the step out",
  *check(subject) {
    const calls = subject.workflows.flatMap(({ artifact }) => callsFrom(artifact.fqdn, subject));
    const called = (from: string) => calls.filter((call) => call.from === from).map(({ to }) => to);
    for (const { from, to, ...place } of calls) {
      const reached = new Set([to]);
      for (const one of reached) for (const next of called(one)) reached.add(next);
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

/** The workflows that are named where a workflow's contracts call some. */
function callsFrom(from: string, { contracts }: Subject): readonly Call[] {
  const own = contracts.filter(({ uses }) => uses.some(({ plan }) => plan.workflow.fqdn === from));
  return own.flatMap(({ artifact, contract, table }) =>
    (contract?.steps ?? []).flatMap((step) => {
      if (step.kind !== "effect" || step.operation.reaches !== "workflows") return [];
      const path = ["frontmatter", "core", "pipeline", String(step.index), "inputs"];
      return [...names(table.steps[step.index]?.inputs ?? {}, path)].map(({ name, at }) => {
        return { from, to: name, file: artifact.file, pointer: pointer(at) };
      });
    }),
  );
}

function* names(value: Json, at: readonly string[]): Generator<{ name: string; at: readonly string[] }> {
  if (isFqdn(value)) yield { name: value, at };
  else if (Array.isArray(value))
    for (const [i, item] of value.entries()) yield* names(item, [...at, String(i)]);
  else if (isObject(value)) for (const [key, item] of Object.entries(value)) yield* names(item, [...at, key]);
}
