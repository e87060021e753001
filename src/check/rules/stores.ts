/** Stores and their files. */

import { targetOf } from "../../capabilities/effect.ts";
import { contractNodes } from "../../plan/analysis/bindings.ts";
import { silent } from "../../plan/analysis/compiled-snapshot.ts";
import { pathBelowRoot } from "../../plan/storage.ts";
import { ownUseOf } from "../../platform/own-names.ts";
import type { Artifact } from "../../snapshot/artifact.ts";
import { reasonsOf } from "../analysis/compile-findings.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const storeShared = rule({
  id: "store-shared",
  about:
    "Require that a file belongs to one store and one kind of side effect, and to no lock or index of pgs; any other use damages it",
  severity: "error",
  hint: "give each store its own path, and name the store of this side effect",
  *check(subject) {
    yield* twoStores(subject);
    yield* twoKinds(subject);
    yield* otherFiles(subject);
  },
});

/** Stores of one name in several structures are one store. */
function* twoStores(subject: SnapshotModel): Generator<Found> {
  const owners = new Map<string, string>();
  for (const { artifact, store, file } of declaredFiles(subject)) {
    const owner = owners.get(file) ?? store;
    owners.set(file, owner);
    if (owner === store) continue;
    const message = `the stores ${owner} and ${store} are the same file ${file}`;
    yield foundIn(artifact, ["core", "entity_stores", store, "path"], { store, file }, message);
  }
}

interface DeclaredFile {
  readonly artifact: Artifact;
  readonly store: string;
  readonly file: string;
}

function* declaredFiles(subject: SnapshotModel): Generator<DeclaredFile> {
  for (const { artifact } of subject.ofWord("STRUCTURE")) {
    if (artifact === null) continue;
    for (const [store, declared] of subject.snapshot.tables.structure(artifact, silent)) {
      const file = pathBelowRoot(declared);
      if (file !== null) yield { artifact, store, file };
    }
  }
}

/** Paths that are a file of the runner or a folder of another store: of declared stores, and of steps without one. */
function* otherFiles(subject: SnapshotModel): Generator<Found> {
  const declared = [...declaredFiles(subject)];
  const kept = keptFiles(subject);
  const files = new Set([...declared.map(({ file }) => file), ...kept.keys()]);
  for (const { artifact, store, file } of declared) {
    const use = otherUseOf(file, files);
    if (use === null) continue;
    const message = `the path ${file} of the store ${store} is ${use}`;
    yield foundIn(artifact, ["core", "entity_stores", store, "path"], { store, file }, message, OWN_PATH);
  }
  const isDeclared = new Set(declared.map(({ file }) => file));
  for (const [file, steps] of kept) {
    const use = isDeclared.has(file) ? null : otherUseOf(file, files);
    if (use === null) continue;
    for (const { contract, index, step } of steps) {
      const message = `the path ${file}, which step ${step} uses, is ${use}`;
      yield foundIn(contract, ["core", "pipeline", index], { step, file }, message, OWN_PATH);
    }
  }
}

const OWN_PATH = "choose a path that no other file has";

/** Null for a path that nothing else uses. A name like that of a lock is free where the file that it locks is no store. */
function otherUseOf(file: string, files: ReadonlySet<string>): string | null {
  const own = ownUseOf(file);
  if (own?.of === null) return own.what;
  if (own !== undefined && files.has(own.of)) return `${own.what} the store ${own.of}`;
  const below = [...files].find((one) => one.startsWith(`${file}/`));
  return below === undefined ? null : `a folder of the store ${below}`;
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

export const consultedStoreWritten = rule({
  id: "consulted-store-written",
  about: "Disallow writing to a store that the workflow only consults; such a step always ends in a violation",
  severity: "error",
  hint: "write in a workflow whose own runtime binding declares the store, or only read it",
  *check({ contracts }) {
    for (const { artifact, uses } of contracts) {
      for (const { workflow, node } of uses) {
        for (const step of node.contract.steps) {
          if (step.kind !== "effect" || step.reach !== "consulted") continue;
          if (targetOf(step.operation).isReading(step.operation)) continue;
          const facts = { workflow: workflow.artifact.fqdn, step: step.name, store: step.store };
          const message = `step ${step.name} writes to ${step.store}, which ${workflow.artifact.fqdn} only consults`;
          yield foundIn(artifact, ["core", "pipeline", step.index, "store"], facts, message);
        }
      }
    }
  },
});

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
