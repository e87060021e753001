/** What contracts bind to this build's transforms and side effects. */

import { wordsOfPolicyFlaw } from "../../capabilities/remote/policy-flaw.ts";
import { policyFlaws } from "../../capabilities/remote/policy-flaws.ts";
import { pointer } from "../../json/pointer.ts";
import { objectAt, own } from "../../json/value.ts";
import type { Use } from "../../plan/analysis/compiled-snapshot.ts";
import { isCase } from "../../snapshot/conformance.ts";
import { isFqdn, kindOf } from "../../snapshot/fqdn.ts";
import { reasonsOf } from "../analysis/compile-findings.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const capabilityUnbound = rule({
  id: "capability-unbound",
  about: "Require a runtime binding for every side effect, and its operation in the artifact and in the build",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_CC_STORAGE_OP_CONFORMANCE_V0",
    "fb.topology::INVARIANT_CS_SURFACE_CLOSED_V0",
    "fb.topology::INVARIANT_CT_SURFACE_CLOSED_V0",
  ],
  hint: "bind the side effect in the workflow's RB, and name an operation that its CS declares",
  check: (subject) => reasonsOf(subject, "capability-unbound"),
});

export const implementationUndeclared = rule({
  id: "implementation-undeclared",
  about: "Require that every transform and side effect names its implementation; other runtimes depend on it",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_IMPLEMENTATION_ADMISSIBLE_V0"],
  hint: "state module and callable",
  *check({ ofWord }) {
    for (const entry of [...ofWord("CT"), ...ofWord("CS")]) {
      const above = entry.word === "CT" ? ["machine"] : [];
      const holder = entry.word === "CT" ? objectAt(entry.frontmatter, "machine") : entry.frontmatter;
      const implementation = objectAt(holder, "implementation");
      for (const field of ["module", "callable"]) {
        const said = own(implementation, field);
        if (typeof said === "string" && said !== "") continue;
        const path = [...above, "implementation", field];
        yield foundIn(entry, path, { field }, `the implementation of ${entry.fqdn} has no ${field}`);
      }
    }
  },
});

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

export const policyInvalid = rule({
  id: "policy-invalid",
  about: "Require that the policy of a side effect is one that the effect accepts; otherwise it always fails",
  severity: "error",
  hint: "correct the policy in the runtime binding",
  *check(subject) {
    const found = subject.contracts
      .flatMap(({ uses }) => uses)
      .flatMap((use) => [...policyFlawsIn(use, subject)]);
    const places = new Set<string>();
    for (const one of found) {
      const place = `${one.file} ${one.pointer}`;
      if (!places.has(place)) yield one;
      places.add(place);
    }
  },
});

function* policyFlawsIn({ workflow, node }: Use, { ofWord }: SnapshotModel): Generator<Found> {
  const name = own(workflow.artifact.frontmatter, "runtime_binding");
  const binding = ofWord("RB").find(({ fqdn }) => fqdn === name);
  if (binding === undefined) return;
  for (const step of node.contract.steps) {
    if (step.kind !== "effect") continue;
    for (const flaw of policyFlaws(step.operation, step.policy)) {
      const { what, hint } = wordsOfPolicyFlaw(flaw);
      const facts = { effect: step.code, flaw: flaw.code, member: pointer(flaw.path) };
      const path = ["core", "bindings", step.code, "policy", ...flaw.path];
      yield foundIn(binding, path, facts, `the policy of ${step.code}: ${what}`, hint);
    }
  }
}

function pathIn(binding: ReturnType<typeof objectAt>): boolean {
  return [objectAt(binding, "policy"), objectAt(binding, "config")].some((one) =>
    ["path", "root"].some((member) => typeof own(one, member) === "string"),
  );
}

export const transformUntested = rule({
  id: "transform-untested",
  about: "Require a conformance case for every transform; without one, two builds may return different results",
  severity: "note",
  hint: "add a case with inputs, outcome and expected outputs",
  *check({ ofWord, documents }) {
    const cases = [...documents].filter(([file, declared]) => isCase(file, declared));
    if (cases.length === 0) return;
    const tested = new Set(cases.map(([, declared]) => own(declared, "ct_fqdn")));
    for (const entry of ofWord("CT")) {
      if (tested.has(entry.fqdn)) continue;
      const outputs = Object.keys(objectAt(objectAt(entry.frontmatter, "core"), "outputs"));
      yield foundIn(entry, [], { outputs }, `no conformance case states what ${entry.fqdn} returns`);
    }
  },
});
