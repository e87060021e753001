/** Single artifacts: readable, well-formed, referenced, used. */

import type { Fault } from "../../errors/base.ts";
import { pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject, objectAt, own } from "../../json/value.ts";
import { memoize } from "../../plan/analysis/memoize.ts";
import { codeOf, isFqdn, namespaceOf, qualify } from "../../snapshot/fqdn.ts";
import type { Path } from "../../snapshot/hint.ts";
import { didYouMean } from "../../snapshot/nearest-name.ts";
import { otherReasons, reasonsOf } from "../analysis/compile-findings.ts";
import type { Entry } from "../analysis/entries.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { type Known, VOCABULARY } from "../analysis/vocabulary.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const artifactUnused = rule({
  id: "artifact-unused",
  about: "Disallow contracts, capabilities, bindings, intents, events and structures that nothing uses",
  severity: "note",
  hint: "use it, or remove it from the snapshot",
  *check(subject) {
    const named = namesUsed(subject);
    for (const word of WORDS) {
      for (const entry of subject.ofWord(word)) {
        if (named.has(entry.fqdn) || own(entry.frontmatter, "status") === "RETIRED") continue;
        if (entry.file.startsWith("governance/") || !isForWorkflows(entry)) continue;
        yield foundIn(entry, [], {}, `nothing in the snapshot names ${entry.fqdn}`);
      }
    }
  },
});

/** A structure without stores says how snapshots are built or governed. */
function isForWorkflows({ word, frontmatter }: Entry): boolean {
  return word !== "STRUCTURE" || Object.hasOwn(objectAt(frontmatter, "core"), "entity_stores");
}

/** The kinds that do nothing unless another artifact names them. */
const WORDS = ["CC", "CT", "CS", "RB", "IN", "EV", "STRUCTURE"] as const;

function namesUsed({ entries }: SnapshotModel): ReadonlySet<string> {
  return new Set([...entries.values()].flatMap(namesSaid));
}

/** Full names, and codes, which are those of artifacts in the same namespace. */
const namesSaid = memoize(({ fqdn, frontmatter }: Entry): readonly string[] => {
  const said = [...texts(frontmatter)].filter((text) => CODE.test(text) && text !== codeOf(fqdn));
  return said.map((text) => qualify(text, namespaceOf(fqdn))).filter((name) => name !== fqdn);
});

const CODE = /^[A-Za-z0-9_.]*:{0,2}[A-Z]+_[A-Z0-9_]+$/;

function* texts(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) for (const item of value) yield* texts(item);
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      yield key;
      yield* texts(member);
    }
  }
}

export const codeMismatch = rule({
  id: "code-mismatch",
  about: "Require that the Machine block of an artifact declares the same name as its file",
  severity: "error",
  invariants: ["fb.constitution::INVARIANT_IDENTITY_FQDN_CONSISTENCY_V0"],
  hint: "write the code of the file's name",
  *check({ entries }) {
    for (const entry of entries.values()) {
      const code = codeOf(entry.fqdn);
      const names = { [`${entry.word.toLowerCase()}_code`]: code, fqdn: entry.fqdn };
      for (const [field, name] of Object.entries(names)) {
        const said = own(entry.frontmatter, field);
        if (said === undefined || said === name) continue;
        const message = `${name} declares the name ${JSON.stringify(said)}`;
        yield foundIn(entry, [field], { field }, message, `change /frontmatter/${field} to ${name}`);
      }
    }
  },
});

export const corruptFile = rule({
  id: "corrupt-file",
  about:
    "Require that every file is strict JSON, has the name that it declares, and matches its sealed text and the seal",
  severity: "error",
  invariants: [
    "fb.constitution::INVARIANT_ARTIFACT_CONTENT_HASH_DECLARED_V0",
    "fb.constitution::INVARIANT_IDENTITY_FQDN_CONSISTENCY_V0",
    "fb.constitution::INVARIANT_UNIQUE_ARTIFACT_ID_V0",
    "fb.topology::INVARIANT_TOPOLOGY_IMMUTABLE_AFTER_COMPILATION_V0",
  ],
  hint: "restore the file; pgs verify reports the same",
  *check({ faults }) {
    for (const fault of faults) yield toFound(fault);
  },
});

function toFound({ code, facts, wording }: Fault): Found {
  const { what, hint } = wording;
  const [file, line, pointer] = [own(facts, "file"), own(facts, "line"), own(facts, "pointer")];
  return {
    file: typeof file === "string" ? file : "",
    pointer: typeof pointer === "string" ? pointer : "",
    facts: { code },
    message: what,
    ...(hint === undefined ? {} : { hint }),
    ...(typeof line === "number" ? { line } : {}),
  };
}

export const fieldUnknown = rule({
  id: "field-unknown",
  about: "Disallow fields that are unknown to the kind of artifact; nothing reads them, so they have no effect",
  severity: "warning",
  invariants: [
    "fb.constitution::INVARIANT_COMPILER_NO_EXECUTION_V0",
    "fb.constitution::INVARIANT_EV_APPEND_ONLY_V0",
    "fb.topology::INVARIANT_CC_NO_IMPLICIT_CHAINING_V0",
    "fb.topology::INVARIANT_IN_NO_EXECUTION_LOGIC_V0",
    "fb.topology::INVARIANT_SCHEMA_CONFORMANCE_V0",
    "fb.topology::INVARIANT_TOPOLOGY_AUTHORITY_ORTHOGONAL_V0",
    "fb.topology::INVARIANT_TOPOLOGY_TRANSPORT_ORTHOGONAL_V0",
    "fb.transport::INVARIANT_TRANSPORT_NO_DYNAMIC_ROUTING_V0",
    "fb.transport::INVARIANT_TRANSPORT_NO_WORKFLOW_SEMANTICS_V0",
  ],
  hint: "correct the field's name, or remove it",
  *check({ entries }) {
    for (const entry of entries.values()) {
      const known = VOCABULARY.get(entry.word);
      if (known !== undefined) yield* unknownIn(entry.frontmatter, known, [], entry);
    }
  },
});

function* unknownIn(value: Json, known: Known, path: Path, entry: Entry): Generator<Found> {
  if (!isObject(value) && !Array.isArray(value)) return;
  const names = Object.keys(known);
  for (const [key, member] of Object.entries(value) as [string, Json][]) {
    const below = known["*"] === undefined ? known[key] : known["*"];
    if (below !== undefined) {
      if (below !== null) yield* unknownIn(member, below, [...path, key], entry);
      continue;
    }
    const where = path.length === 0 ? "the artifact" : path.join(".");
    const message = `${where} has a field ${key}, which nothing reads`;
    yield foundIn(entry, [...path, key], { field: key }, message, didYouMean(key, names));
  }
}

export const malformed = rule({
  id: "malformed",
  about: "Require that every field has the expected type; other values are refused or ignored",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_SCHEMA_CONFORMANCE_V0"],
  hint: "correct the field",
  *check(subject) {
    yield* otherReasons(subject);
    for (const [word, sides] of DECLARING) {
      for (const entry of subject.ofWord(word)) for (const side of sides) yield* malformedIn(entry, side);
    }
  },
});

/** Where artifacts declare values that compiling does not look at, or not closely. */
const DECLARING: readonly (readonly [word: string, sides: readonly string[]])[] = [
  ["CC", ["inputs", "outputs"]],
  ["CT", ["inputs", "outputs"]],
  ["EV", ["schema"]],
  ["IN", ["inputs"]],
];

function* malformedIn(entry: Entry, side: string): Generator<Found> {
  const declared = own(objectAt(entry.frontmatter, "core"), side) ?? {};
  if (!isObject(declared)) {
    yield foundIn(entry, ["core", side], { side }, `core.${side} should be an object`);
    return;
  }
  for (const [name, spec] of Object.entries(declared)) {
    const path = ["core", side, name];
    if (!isObject(spec)) {
      yield foundIn(entry, path, { name }, `${path.join(".")} should be an object`);
      continue;
    }
    for (const [field, isRight, expected] of SPEC) {
      if (isRight(own(spec, field))) continue;
      const message = `${field} of ${path.join(".")} should be ${expected}`;
      yield foundIn(entry, [...path, field], { name, field }, message);
    }
  }
}

const isText = (value: Json | undefined) => typeof value === "string" && /^[a-z_]+$/.test(value);

const SPEC: readonly (readonly [
  field: string,
  isRight: (value: Json | undefined) => boolean,
  expected: string,
])[] = [
  ["required", (value) => value === undefined || typeof value === "boolean", "true or false"],
  [
    "type",
    (value) =>
      value === undefined || isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText)),
    "the name of a type, or a list of them",
  ],
];

export const referenceUnresolved = rule({
  id: "reference-unresolved",
  about: "Require that every full name in an artifact refers to an artifact of the snapshot",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_BINDING_INTEGRITY_V0",
    "fb.topology::INVARIANT_CC_NO_MISSING_DEPENDENCIES_V0",
    "fb.topology::INVARIANT_PROTOCOL_SURFACE_CLOSED_V0",
    "fb.transport::INVARIANT_TRANSPORT_TARGET_EXISTS_V0",
  ],
  hint: "correct the name, or add the artifact it names",
  *check(subject) {
    const told = reasonsOf(subject, "reference-unresolved");
    yield* told;
    for (const entry of subject.entries.values()) {
      for (const found of unresolvedIn(entry, subject)) {
        // A name that compiling has looked up in vain is told where it was looked up.
        if (!told.some(({ file, message }) => file === found.file && message === found.message)) yield found;
      }
    }
  },
});

function* unresolvedIn(entry: Entry, { entries }: SnapshotModel): Generator<Found> {
  for (const { name, path } of namesOf(entry)) {
    if (entries.has(name)) continue;
    const hint = didYouMean(name, entries.keys());
    yield {
      file: entry.file,
      pointer: pointer(path),
      facts: { name },
      message: `${name} is not in the snapshot`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

const namesOf = memoize(({ frontmatter }: Entry) => [...namesIn(frontmatter, ["frontmatter"])]);

/** Every full name below a value, as a text or as a key. */
function* namesIn(value: Json, path: readonly string[]): Generator<{ name: string; path: readonly string[] }> {
  if (isFqdn(value)) yield { name: value, path };
  else if (Array.isArray(value))
    for (const [i, item] of value.entries()) yield* namesIn(item, [...path, String(i)]);
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (isFqdn(key)) yield { name: key, path: [...path, key] };
      yield* namesIn(member, [...path, key]);
    }
  }
}

export const retiredUsed = rule({
  id: "retired-used",
  about: "Disallow retired artifacts in workflows; use the artifact that replaced them",
  severity: "warning",
  hint: "use the artifact that superseded it, or retire the workflow too",
  *check({ workflows, entries }) {
    for (const { artifact, table } of workflows) {
      if (isRetired(artifact)) continue;
      for (const { code, path } of table.nodes) {
        const name = code === null ? "" : qualify(code, namespaceOf(artifact.fqdn));
        if (!isRetired(entries.get(name))) continue;
        yield foundIn(
          artifact,
          [...path, "code"],
          { artifact: name },
          `${name} is retired, but still used here`,
        );
      }
    }
  },
});

/** By its status, or because others supersede it. */
function isRetired({ frontmatter = {} }: { readonly frontmatter?: JsonObject } = {}): boolean {
  const by = own(frontmatter, "superseded_by") ?? [];
  const isSuperseded = !Array.isArray(by) || by.length > 0;
  return isSuperseded || own(frontmatter, "status") === "RETIRED";
}
