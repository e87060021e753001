/** Stores and their files. */

import { targetOf } from "../../capabilities/effect.ts";
import { pathBelowRoot } from "../../plan/storage.ts";
import type { Artifact } from "../../snapshot/artifact.ts";
import { contractNodes } from "../analysis/bindings.ts";
import { reasonsOf } from "../analysis/compile-findings.ts";
import { type SnapshotModel, silent } from "../analysis/snapshot-model.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const storeShared = rule({
  id: "store-shared",
  about: "Require that a file belongs to one store and one kind of side effect; any other kind damages it",
  severity: "error",
  hint: "give each store its own path, and name the store of this side effect",
  *check(subject) {
    yield* twoStores(subject);
    yield* twoKinds(subject);
  },
});

/** Stores of one name in several structures are one store. */
function* twoStores(subject: SnapshotModel): Generator<Found> {
  const owners = new Map<string, string>();
  for (const { artifact } of subject.ofWord("STRUCTURE")) {
    if (artifact === null) continue;
    for (const [store, declared] of subject.snapshot.tables.structure(artifact, silent)) {
      const file = pathBelowRoot(declared);
      if (file === null) continue;
      const owner = owners.get(file) ?? store;
      owners.set(file, owner);
      if (owner === store) continue;
      const message = `the stores ${owner} and ${store} are the same file ${file}`;
      yield foundIn(artifact, ["core", "entity_stores", store, "path"], { store, file }, message);
    }
  }
}

interface Kept {
  readonly contract: Artifact;
  readonly index: number;
  readonly step: string;
  readonly kind: string;
}

/** Found at the steps of whichever kind is rarer. */
function* twoKinds(subject: SnapshotModel): Generator<Found> {
  for (const [file, steps] of keptFiles(subject)) {
    const kinds = [...new Set(steps.map(({ kind }) => kind))];
    if (kinds.length < 2) continue;
    const count = (kind: string) => steps.filter((one) => one.kind === kind).length;
    const main = kinds.reduce((most, kind) => (count(kind) > count(most) ? kind : most));
    for (const { contract, index, step, kind } of steps) {
      if (kind === main) continue;
      const message = `step ${step} uses the file ${file} as ${kind}, other steps use it as ${main}`;
      yield foundIn(contract, ["core", "pipeline", index], { step, file, kind }, message);
    }
  }
}

function keptFiles(subject: SnapshotModel): ReadonlyMap<string, readonly Kept[]> {
  const files = new Map<string, Map<string, Kept>>();
  for (const { node } of contractNodes(subject)) {
    const contract = subject.contract(node.contract.fqdn)?.artifact;
    for (const step of node.contract.steps) {
      if (contract === undefined || step.kind !== "effect" || step.path === null) continue;
      const steps = files.get(step.path) ?? new Map<string, Kept>();
      files.set(step.path, steps);
      const kept = { contract, index: step.index, step: step.name, kind: step.code };
      steps.set(`${contract.fqdn} ${step.index}`, kept);
    }
  }
  return new Map([...files].map(([file, steps]) => [file, [...steps.values()]]));
}

export const storeUndeclared = rule({
  id: "store-undeclared",
  about: "Require a declared store below the data root for every side effect; otherwise it always fails",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_RB_BINDING_POLICY_CONFORMANCE_V0"],
  hint: "name a store of the RB's STRUCTURE in the step, or give the RB's policy a path",
  *check(subject) {
    yield* reasonsOf(subject, "store-undeclared");
    for (const { workflow, node } of subject.contracts.flatMap(({ uses }) => uses)) {
      for (const step of node.contract.steps) {
        if (step.kind !== "effect" || !targetOf(step.operation).needsPath || step.path !== null) continue;
        const message = `step ${step.name} of ${node.contract.fqdn} has no store, and the runtime binding has no path for it`;
        const facts = { contract: node.contract.fqdn, step: step.name };
        yield foundIn(workflow.artifact, ["runtime_binding"], facts, message);
      }
    }
  },
});
