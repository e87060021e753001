/** Files and declarations that say again what artifacts say. */

import { counted } from "../../errors/counted.ts";
import { pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject, jsonEqual, objectAt, own } from "../../json/value.ts";
import { declaredValue, excludes, infer, typed, type Value } from "../../plan/analysis/abstract-value.ts";
import { contractNodes, flowing, nodeReach } from "../../plan/analysis/bindings.ts";
import type { AnalysedContract } from "../../plan/analysis/compiled-snapshot.ts";
import type { StepFlow } from "../../plan/analysis/contract-flow.ts";
import type { AuthoredArtifact } from "../../snapshot/build/authored.ts";
import { behaviourGraph, graphFileOf, type Ways } from "../../snapshot/build/graph.ts";
import { artifactIndex, storeIndex } from "../../snapshot/build/index-file.ts";
import { isCase } from "../../snapshot/conformance.ts";
import { codeOf, type Fqdn, namespaceOf, qualify } from "../../snapshot/fqdn.ts";
import type { Path } from "../../snapshot/hint.ts";
import { nearestName } from "../../snapshot/nearest-name.ts";
import { declaredOutcomes } from "../../snapshot/operation-names.ts";

import { asAuthored } from "../analysis/as-authored.ts";
import { findingsOf } from "../analysis/compile-findings.ts";
import type { Entry } from "../analysis/entries.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const conformanceDiffers = rule({
  id: "conformance-differs",
  about: "Require that every conformance case matches its transform's declared inputs, outputs and types",
  severity: "error",
  invariants: [
    "fb.conformance::INVARIANT_TEST_DATA_MATCH_CT_OUTPUT_V0",
    "fb.topology::INVARIANT_CT_TEST_DATA_OUTCOME_DECLARED_V0",
  ],
  hint: "generate the case again from the transform's artifact",
  *check(subject) {
    const cases = [...subject.documents].filter(([file, declared]) => isCase(file, declared));
    // Cases of releases up to 0.4 state no outcome.
    const stateOutcomes = cases.some(([, declared]) => own(declared, "expected_outcome") !== undefined);
    for (const [file, declared] of cases) yield* conformanceDifferences(file, declared, stateOutcomes, subject);
  },
});

function* conformanceDifferences(
  file: string,
  declared: JsonObject,
  isOutcomeNeeded: boolean,
  { entries }: SnapshotModel,
): Generator<Found> {
  const say = (path: readonly string[], message: string): Found => ({
    file,
    pointer: pointer(path),
    facts: { path: [...path] },
    message,
  });
  const name = String(own(declared, "ct_fqdn"));
  const transform = entries.get(name);
  if (transform === undefined) return yield say(["ct_fqdn"], `${name} is not in the snapshot`);
  const outcome = own(declared, "expected_outcome");
  const isAbsent = outcome === undefined && !isOutcomeNeeded;
  if (!isAbsent && outcome !== "SUCCESS" && outcome !== "VIOLATION") {
    yield say(["expected_outcome"], "the case does not state whether it should be SUCCESS or VIOLATION");
  }
  const { inputs, input_types: _, ...ir } = objectAt(declared, "ct_ir");
  const { inputs: specs, ...own_ir } = objectAt(transform.envelope, "ct_ir");
  if (!jsonEqual(ir, own_ir)) yield say(["ct_ir"], `the case has another ${name} than the artifact declares`);
  const core = objectAt(transform.frontmatter, "core");
  yield* misfits(isObject(inputs) ? inputs : {}, isObject(specs) ? specs : {}, ["ct_ir", "inputs"], say);
  yield* misfits(objectAt(declared, "expected"), objectAt(core, "outputs"), ["expected"], say);
  yield* misfits(objectAt(declared, "assertions"), objectAt(core, "outputs"), ["assertions"], say, false);
  if (outcome !== "SUCCESS" || !isObject(specs)) return;
  for (const [field, spec] of Object.entries(specs)) {
    const isMissing =
      isObject(spec) && own(spec, "required") === true && !(isObject(inputs) && Object.hasOwn(inputs, field));
    if (isMissing) yield say(["ct_ir", "inputs"], `the case has no ${field}, which the transform requires`);
  }
}

function* misfits(
  values: JsonObject,
  specs: JsonObject,
  path: readonly string[],
  say: (path: readonly string[], message: string) => Found,
  isTyped = true,
): Generator<Found> {
  for (const [field, value] of Object.entries(values)) {
    const spec = own(specs, field);
    if (spec === undefined) yield say([...path, field], `the transform declares no ${field}`);
    else if (isTyped && value !== null && excludes(valueOfJson(value), declaredValue(spec))) {
      yield say([...path, field], `${field} has another type than the transform declares`);
    }
  }
}

function valueOfJson(value: Json): Value {
  return infer({ kind: "literal", value }, () => undefined) as Value;
}

export const graphDiffers = rule({
  id: "graph-differs",
  about: "Require that the graph file of a workflow matches its artifact",
  severity: "warning",
  hint: "generate the graph again from the workflow's artifact",
  *check(subject) {
    if (![...subject.documents.keys()].some((file) => file.endsWith(SUFFIX))) return;
    const artifacts = asAuthored(subject);
    const isOlder = [...subject.documents.keys()].some((file) => file.startsWith(OLDER_GRAPHS));
    const expected = artifacts
      .filter(({ kind }) => kind === "WF")
      .map((workflow) => graphOf(workflow, artifacts))
      .map((one) => (isOlder ? { ...one, file: one.file.replace(/^[^/]+\//, OLDER_GRAPHS) } : one));
    for (const { workflow, file, graph } of expected) {
      const found = subject.documents.get(file);
      if (found === undefined) {
        yield {
          file: workflow.file,
          pointer: "",
          facts: { file },
          message: `there is no ${file} for the workflow`,
        };
      } else if (graph !== null) yield* graphDifferences(file, graph, found);
    }
    const files = new Set(expected.map(({ file }) => file));
    for (const file of subject.documents.keys()) {
      if (!file.endsWith(SUFFIX) || files.has(file)) continue;
      yield { file, pointer: "", facts: {}, message: "the graph belongs to no workflow in the snapshot" };
    }
  },
});

const SUFFIX = ".graph.json";
/** The folder of the graphs in releases up to 0.4. */
const OLDER_GRAPHS = "visualization/";

/** The graph is null where the routes cannot be drawn: other rules say why. */
function graphOf(workflow: AuthoredArtifact, artifacts: readonly AuthoredArtifact[]) {
  const made = behaviourGraph(workflow, artifacts);
  return {
    workflow,
    file: graphFileOf(workflow),
    graph: "flaws" in made ? null : { parts: made.graph, ways: made.ways },
  };
}

/** What the kept graph says of the entry, the nodes, the edges and the ways through, whatever their order. */
function* graphDifferences(file: string, { parts, ways }: Expected, found: JsonObject): Generator<Found> {
  for (const [part, read] of PARTS) {
    const difference = Object.hasOwn(parts, part)
      ? listDifference(read(own(found, part)), read(own(parts, part)))
      : waysDifference(own(found, part), ways);
    if (difference === null) continue;
    yield { file, pointer: `/${part}`, facts: { part }, message: `${part} of the graph: ${difference}` };
  }
}

interface Expected {
  readonly parts: JsonObject;
  readonly ways: Ways;
}

function listDifference(is: readonly string[], should: readonly string[]): string | null {
  if (jsonEqual(is, should)) return null;
  const [there, wanted] = [new Set(is), new Set(should)];
  const missing = said(
    "missing",
    should.filter((one) => !there.has(one)),
  );
  const extra = said(
    "not the workflow's",
    is.filter((one) => !wanted.has(one)),
  );
  return [missing, extra].filter((one) => one !== "").join("; ");
}

/** Of ways that are too many to be listed: whether each that is listed is one, and none is left out. */
function waysDifference(listed: Json | undefined, ways: Ways): string | null {
  if (!Array.isArray(listed)) return null;
  const extra = listed.filter((one: Json) => !Array.isArray(one) || !ways.has(one));
  if (extra.length > 0) return said("not the workflow's", extra.map(wayText));
  const count = new Set(listed.map(wayText)).size;
  return count === ways.count ? null : `${count} of ${counted(ways.count, "path")} listed`;
}

const wayText = (one: Json) => (Array.isArray(one) ? one.join(" > ") : "");

function said(how: string, what: readonly string[]): string {
  if (what.length === 0) return "";
  const more = what.length > 3 ? ` and ${what.length - 3} more` : "";
  return `${how} ${what.slice(0, 3).join(", ")}${more}`;
}

type Read = (value: Json | undefined) => readonly string[];

const each =
  (read: (one: Json) => string): Read =>
  (value) =>
    [...new Set((Array.isArray(value) ? value : []).map(read))].sort();
const field = (one: Json, name: string) => String(isObject(one) ? own(one, name) : null);

/** The contract of a node, by its code: some compilers write it in full. */
function contractIn(one: Json): string {
  const code = isObject(one) ? own(one, "cc_code") : undefined;
  return typeof code === "string" ? ` ${code.slice(code.lastIndexOf("::") + 1).replace(/^:/, "")}` : "";
}

const PARTS: readonly (readonly [part: string, read: Read])[] = [
  ["entry", (value) => [String(value)]],
  ["nodes", each((one) => `${field(one, "id")} ${field(one, "type")}${contractIn(one)}`)],
  ["edges", each((one) => `${field(one, "from")} --${field(one, "condition")}--> ${field(one, "to")}`)],
  ["execution_paths", each(wayText)],
];

export const indexDiffers = rule({
  id: "index-differs",
  about: "Require that the index lists exactly the existing artifacts and stores, with their files and users",
  severity: "warning",
  hint: "generate the index again from the artifacts",
  *check(subject) {
    const artifacts = asAuthored(subject);
    for (const [file, list, count, expected] of [
      ["artifact_index/index.json", "artifacts", "artifact_count", artifactIndex],
      ["artifact_index/stores.json", "stores", "store_count", usersByStep],
    ] as const) {
      const found = subject.documents.get(file);
      if (found !== undefined) yield* indexDifferences(file, list, count, expected(artifacts), found);
    }
  },
});

/** Whichever tree the snapshot was made from: a store belongs to the steps that name it. */
function usersByStep(artifacts: readonly AuthoredArtifact[]): JsonObject {
  return storeIndex(artifacts, "own");
}

function* indexDifferences(
  file: string,
  list: string,
  count: string,
  expected: JsonObject,
  found: JsonObject,
): Generator<Found> {
  const [should, is] = [objectAt(expected, list), objectAt(found, list)];
  if (own(found, count) !== own(expected, count)) {
    const message = `${count} is ${String(own(found, count))}, but should be ${String(own(expected, count))}`;
    yield { file, pointer: pointer([count]), facts: { count }, message };
  }
  for (const name of [...new Set([...Object.keys(should), ...Object.keys(is)])].sort()) {
    const at = pointer([list, name]);
    const [wanted, entry] = [own(should, name), own(is, name)];
    if (wanted === undefined)
      yield { file, pointer: at, facts: { name }, message: `${name} is not in the snapshot` };
    else if (entry === undefined)
      yield { file, pointer: pointer([list]), facts: { name }, message: `${name} is not listed` };
    else {
      const wrong = unlike(wanted, entry, [list, name]);
      if (wrong === undefined) continue;
      const message = `${name} is listed with another ${wrong.at(-1)} than its artifact declares`;
      yield { file, pointer: pointer(wrong), facts: { name }, message };
    }
  }
}

/** Where something wanted is not there. Another compiler may list more, and lists in another order. */
function unlike(wanted: Json, found: Json, path: readonly string[]): readonly string[] | undefined {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || wanted.length !== found.length) return path;
    const lost = wanted.find((one) => !found.some((other) => unlike(one, other, path) === undefined));
    if (lost === undefined) return undefined;
    const same = found.findIndex((other) => isObject(lost) && isObject(other) && shares(lost, other));
    return same === -1 ? path : unlike(lost, found[same] as Json, [...path, String(same)]);
  }
  if (!isObject(wanted)) return jsonEqual(wanted, found) ? undefined : path;
  if (!isObject(found)) return path;
  for (const [key, member] of Object.entries(wanted)) {
    const wrong = unlike(member, own(found, key) ?? null, [...path, key]);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Whether two entries of a list are about the same. */
function shares(a: JsonObject, b: JsonObject): boolean {
  return ["declared_by", "rb"].some((key) => own(a, key) !== undefined && own(a, key) === own(b, key));
}

export const intentDiffers = rule({
  id: "intent-differs",
  about: "Require that an intent and the workflow that starts with it name each other, one to one",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_IN_WORKFLOW_BINDING_V0",
    "fb.topology::INVARIANT_IN_SCHEMA_REQUIRED_V0",
    "fb.transport::INVARIANT_TRANSPORT_CANONICAL_NORMALIZATION_V0",
    "fb.transport::INVARIANT_TRANSPORT_TARGET_EXISTS_V0",
  ],
  hint: "name the workflow whose start node has this intent as its code",
  *check(subject) {
    for (const { artifact, table } of subject.workflows) {
      const start = table.nodes.find(({ key, type }) => key === table.start && type === "IN");
      if (start === undefined || start.code !== null) continue;
      const message = `${start.key} names no intent, so it accepts every payload`;
      const [intent = "IN_NAME_V0", ...others] = subject.ofWord("IN").map(({ fqdn }) => codeOf(fqdn));
      const named = others.length === 0 ? intent : "the code of an intent";
      const hint = `add /frontmatter${pointer([...start.path, "code"])}: ${named}`;
      yield foundIn(artifact, start.path, { node: start.key }, message, hint);
    }
    const starts = subject.workflows.flatMap(({ artifact, table }) => {
      const start = table.nodes.find(({ key }) => key === table.start);
      return start?.code ? [{ artifact, start, intent: qualify(start.code, namespaceOf(artifact.fqdn)) }] : [];
    });
    for (const entry of [...subject.ofWord("IN"), ...subject.ofWord("TI").filter(callsWorkflow)]) {
      const core = objectAt(entry.frontmatter, "core");
      const { at, named } = workflowNamedBy(entry);
      const name = typeof named === "string" ? qualify(named, namespaceOf(entry.fqdn)) : null;
      if (name === null || !subject.entries.has(name)) {
        const started = starts.find(({ intent }) => intent === entry.fqdn);
        const hint = workflowHint(name, at, started?.artifact.fqdn, subject.snapshot.names("WF"));
        const code = codeOf(entry.fqdn);
        const message =
          named === undefined
            ? `${code} names no workflow`
            : `${code} names the workflow ${String(named)}, which is not in the snapshot`;
        yield foundIn(entry, at, { workflow: String(named) }, message, hint);
      }
      const acceptsAny =
        own(core, "additional") !== false && Object.keys(objectAt(core, "inputs")).length === 0;
      if (entry.word === "IN" && acceptsAny) {
        yield foundIn(
          entry,
          ["core", "inputs"],
          {},
          "the intent declares no field, so it accepts every payload",
        );
      }
    }
    for (const { artifact, start, intent } of starts) {
      const core = objectAt(subject.entries.get(intent)?.frontmatter ?? {}, "core");
      const named = own(core, "workflow");
      const isSame = typeof named === "string" && qualify(named, namespaceOf(artifact.fqdn)) === artifact.fqdn;
      if (isObject(core) && typeof named === "string" && !isSame) {
        const message = `${artifact.fqdn} starts with ${intent}, which names the workflow ${named}`;
        yield foundIn(artifact, [...start.path, "code"], { intent, workflow: named }, message);
      }
    }
  },
});

/** The handler of a transport may ask for something else than a run. */
function callsWorkflow({ frontmatter }: Entry): boolean {
  const kind = own(objectAt(frontmatter, "handler"), "kind");
  return kind === undefined || kind === "WF_INVOCATION";
}

/** A transport of later releases names its workflow in its handler. */
function workflowNamedBy({ frontmatter, word }: Entry): {
  readonly at: Path;
  readonly named: Json | undefined;
} {
  const handler = own(frontmatter, "handler");
  const within = word === "TI" && isObject(handler) ? handler : objectAt(frontmatter, "core");
  return { at: [within === handler ? "handler" : "core", "workflow"], named: own(within, "workflow") };
}

/** The workflow that an intent names: the one that starts with it, or the one whose name is nearest. */
function workflowHint(
  given: string | null,
  path: Path,
  started: Fqdn | undefined,
  workflows: readonly Fqdn[],
): string | undefined {
  const at = `/frontmatter${pointer(path)}`;
  const nearest = given === null ? null : nearestName(given, workflows);
  const meant = started ?? workflows.find((one) => one === nearest);
  if (meant === undefined) return undefined;
  return given === null ? `add ${at}: ${codeOf(meant)}` : `change ${at} to ${codeOf(meant)}`;
}

export const listDiffers = rule({
  id: "list-differs",
  about: "Require that an invariant lists the same for its readers and for its checker",
  severity: "warning",
  hint: "list the same in core and in assert_projection",
  *check({ ofWord }) {
    for (const entry of ofWord("INVARIANT")) {
      const core = objectAt(entry.frontmatter, "core");
      const projection = objectAt(entry.frontmatter, "assert_projection");
      for (const name of listsIn(core).filter((one) => listsIn(projection).includes(one))) {
        const [said, checked] = [sorted(core, name), sorted(projection, name)];
        if (jsonEqual(said, checked)) continue;
        const message = `core lists ${said.length} ${name}, assert_projection ${checked.length}`;
        yield foundIn(entry, ["core", name], { list: name }, message);
      }
    }
  },
});

function listsIn(value: JsonObject): readonly string[] {
  return Object.keys(value).filter((key) => Array.isArray(value[key]));
}

function sorted(value: JsonObject, name: string): readonly string[] {
  const list = own(value, name);
  return Array.isArray(list)
    ? list
        .filter((one) => !isObject(one))
        .map(String)
        .sort()
    : [];
}

export const surfaceDiffers = rule({
  id: "surface-differs",
  about:
    "Require that result_surface of a step lists the outcomes that the step handles and that its capability declares",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_TOPOLOGY_SURFACE_CANONICAL_V0"],
  hint: "list the same outcomes in result_surface, on_result, the SURFACE_CONTRACT and the capability's artifact",
  *check(subject) {
    const surfaces = subject.ofWord("SURFACE");
    for (const { artifact, table } of subject.contracts) {
      for (const { name, path, transform, sideEffect, op, onResult } of table.steps) {
        const stated = surfaceAt(artifact.frontmatter, Number(path.at(-1)));
        if (stated === undefined) continue;
        const said = [...path, "result_surface"];
        const surface = texts(stated);
        if (surface === null) {
          yield foundIn(
            artifact,
            said,
            { step: name },
            `result_surface of step ${name} should be a list of strings`,
          );
          continue;
        }
        const handled = [...onResult.keys()];
        if (!same(surface, handled)) {
          const message = `step ${name} states ${list(surface)}, but handles ${list(handled)}`;
          yield foundIn(artifact, said, { step: name, than: "on_result" }, message);
        }
        const code = (transform ?? sideEffect ?? "") as Fqdn;
        const governing = surfaces.find((one) =>
          governs(one.frontmatter, codeOf(code), transform === null ? op : "TRANSFORM"),
        );
        const canonical = texts(own(governing?.frontmatter ?? {}, "canonical_surface"));
        if (governing === undefined || canonical === null || same(surface, canonical)) continue;
        const message = `step ${name} states ${list(surface)}, but ${governing.fqdn} states ${list(canonical)}`;
        yield foundIn(artifact, said, { step: name, than: governing.fqdn }, message);
      }
    }
    for (const surface of surfaces) yield* againstOperations(surface, subject);
  },
});

function* againstOperations({ frontmatter, fqdn, file }: Entry, { ofWord, snapshot }: SnapshotModel) {
  const op = own(frontmatter, "op");
  const canonical = texts(own(frontmatter, "canonical_surface")) ?? [];
  const governed = texts(own(frontmatter, "governs")) ?? [];
  const operations = ofWord("CS").flatMap(({ fqdn: effect, artifact }) =>
    governed.includes(codeOf(effect)) && artifact !== null
      ? [{ effect, declared: snapshot.tables.effect(artifact) }]
      : [],
  );
  for (const { effect, declared } of operations) {
    const outcomes = declaredOutcomes(declared, String(op));
    if (outcomes === undefined) {
      const message = `${fqdn} governs ${String(op)} of ${effect}, which declares no such operation`;
      yield foundIn({ file }, ["op"], { effect, op: String(op) }, message);
    } else if (!same(outcomes, canonical)) {
      const message = `${fqdn} states ${list(canonical)}, but ${effect} declares ${list(outcomes)} for ${String(op)}`;
      yield foundIn({ file }, ["canonical_surface"], { effect, op: String(op) }, message);
    }
  }
}

function surfaceAt(frontmatter: JsonObject, index: number): Json | undefined {
  const core = own(frontmatter, "core");
  const steps = isObject(core) ? own(core, "pipeline") : undefined;
  const step = Array.isArray(steps) ? (steps[index] as Json | undefined) : undefined;
  return isObject(step) ? own(step, "result_surface") : undefined;
}

function governs(surface: JsonObject, code: string, op: string | null): boolean {
  if (own(surface, "op") !== op) return false;
  const prefix = own(surface, "capability_id_prefix");
  return (
    (texts(own(surface, "governs")) ?? []).includes(code) ||
    (typeof prefix === "string" && code.startsWith(prefix))
  );
}

function texts(value: Json | undefined): readonly string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === "string")
    ? (value as readonly string[])
    : null;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}

function list(outcomes: readonly string[]): string {
  return [...outcomes].sort().join(", ") || "none";
}

export const typeDiffers = rule({
  id: "type-differs",
  about:
    "Require that a bound value has the declared type of its target; otherwise it is a violation or stays unchecked",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_BINDING_SURFACE_CLOSED_V0",
    "fb.topology::INVARIANT_CT_OUTPUT_CONTRACT_MATCH_V0",
  ],
  hint: "declare the same type in both artifacts, or bind another value",
  *check(subject) {
    yield* findingsOf(subject, "SOURCE_TYPE_DIFFERS");
    for (const { workflow, plan, node } of contractNodes(subject)) {
      const reach = nodeReach(plan, subject);
      for (const { name, source } of node.inputs) {
        const wanted = node.contract.inputs.find((input) => input.name === name);
        const given = infer(source, reach);
        if (
          node.contradicted.has(name) ||
          wanted === undefined ||
          given === undefined ||
          !excludes(given, typed(...wanted.types))
        )
          continue;
        const path = ["core", "nodes", node.key, "inputs", name];
        const what = `input ${name} of ${node.contract.fqdn}`;
        yield differing(workflow.artifact, path, what, given, typed(...wanted.types));
      }
    }
    for (const one of flowing(subject)) {
      for (const flow of one.flow.steps) yield* stepTypes(one.artifact, flow, subject);
      yield* outputTypes(one, one.flow.steps);
    }
  },
});

function differing(
  artifact: { readonly file: string },
  path: readonly (string | number)[],
  what: string,
  given: Value,
  wanted: Value,
): Found {
  const [is, declared] = [given.types.join(" or "), wanted.types.join(" or ")];
  return foundIn(artifact, path, { what, is, declared }, `${what} is declared ${declared}, but gets ${is}`);
}

function* stepTypes(
  artifact: { readonly file: string },
  { step, inputReach }: StepFlow,
  subject: SnapshotModel,
): Generator<Found> {
  for (const { name, source } of step.inputs) {
    const wanted = wantedBy(step, name, subject);
    const given = infer(source, inputReach);
    if (given === undefined || !excludes(given, wanted)) continue;
    const path = ["core", "pipeline", step.index, "inputs", name];
    yield differing(artifact, path, `input ${name} of ${step.code}`, given, wanted);
  }
}

function wantedBy(step: StepFlow["step"], name: string, { snapshot }: SnapshotModel): Value {
  if (step.kind === "effect") {
    const shape = Object.hasOwn(step.operation.input, name) ? step.operation.input[name] : undefined;
    return declaredValue(shape === undefined ? undefined : { type: shape.type });
  }
  const core = objectAt(snapshot.artifact(step.code)?.frontmatter ?? {}, "core");
  return declaredValue(own(objectAt(core, "inputs"), name) as Json | undefined);
}

function* outputTypes({ artifact, contract }: AnalysedContract, steps: readonly StepFlow[]): Generator<Found> {
  for (const { step, mapped } of steps) {
    for (const [name, value] of mapped) {
      const wanted = typed(...(contract?.outputs.get(name) ?? []));
      if (!excludes(value, wanted)) continue;
      const path = ["core", "pipeline", step.index, "outputs", name];
      yield differing(artifact, path, `output ${name}`, value, wanted);
    }
  }
}
