import { objectAt, own } from "../../json/json.ts";
import { isFqdn, kindOf } from "../../snapshot/fqdn.ts";
import { foundIn, rule } from "../rule.ts";

export const policyIncomplete = rule({
  id: "policy-incomplete",
  about:
    "Require that all runtime bindings give a side effect the same policy; a path that only one binding omits is missing there",
  severity: "warning",
  invariants: [
    "fb.topology::INVARIANT_RB_BINDING_POLICY_CONFORMANCE_V0",
    "fb.topology::INVARIANT_RB_CS_ONLY_V0",
  ],
  hint: "give the side effect the policy that the other runtime bindings give it, or name a store in every step",
  *check(subject) {
    const bindings = subject.ofWord("RB").flatMap((entry) => {
      const bound = objectAt(objectAt(entry.frontmatter, "core"), "bindings");
      return Object.keys(bound).map((effect) => ({ entry, effect, hasPath: pathIn(objectAt(bound, effect)) }));
    });
    for (const { entry, effect, hasPath } of bindings) {
      const path = ["core", "bindings", effect];
      if (!isFqdn(effect) || kindOf(effect) !== "CS") {
        yield foundIn(entry, path, { effect }, `${effect} is not the full name of a side effect`);
      }
      const same = bindings.filter((one) => one.effect === effect);
      const withPath = same.filter((one) => one.hasPath).length;
      if (hasPath || withPath * 2 <= same.length) continue;
      const message = `the policy of ${effect} has no path, which ${withPath} of ${same.length} runtime bindings give it`;
      yield foundIn(entry, path, { effect }, message);
    }
  },
});

function pathIn(binding: ReturnType<typeof objectAt>): boolean {
  return [objectAt(binding, "policy"), objectAt(binding, "config")].some(
    (one) => typeof own(one, "path") === "string",
  );
}
