/** What artifacts and graphs of a tree of modules say of a contract's steps, as the compiler of that tree writes it. */

import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { codeOf, isFqdn } from "../fqdn.ts";
import { type AuthoredArtifact, pipeline, section } from "./authored.ts";
import { domainOfFile } from "./domain.ts";
import { withSortedKeys } from "./print.ts";

type ByName = ReadonlyMap<Json, AuthoredArtifact>;

/** How many names are listed of each kind. */
const LISTED = 5;

/** One step for each capability of the pipeline, in order of their first use. */
export function contractProjection(contract: AuthoredArtifact, byName: ByName): JsonObject {
  const steps = new Map<string, JsonObject>();
  for (const step of pipeline(contract)) {
    const name = own(step, "transform") ?? own(step, "side_effect");
    if (typeof name !== "string" || steps.has(name)) continue;
    const isTransform = own(step, "transform") !== undefined;
    steps.set(name, isTransform ? transformStep(contract, name, step, byName) : effectStep(name, byName));
  }
  return { steps: [...steps.values()] };
}

function transformStep(contract: AuthoredArtifact, name: string, step: JsonObject, byName: ByName): JsonObject {
  const transform = byName.get(name);
  const namesAt = (key: string) => {
    const names = transform === undefined ? [] : Object.keys(section(transform, "core", key));
    // That compiler reads what another domain has made, where the members are sorted.
    return transform !== undefined && isImported(transform, contract) ? names.sort() : names;
  };
  const [inputs, outputs] = [namesAt("inputs"), namesAt("outputs")];
  const bindings = Object.entries(own(step, "inputs") ?? {}).flatMap(([input, source]) => {
    const short = shortened(source);
    return short === undefined ? [] : [[input, short] as const];
  });
  return {
    id: codeIn(name),
    fqdn: name,
    kind: "CT",
    inputs: inputs.slice(0, LISTED),
    outputs: outputs.slice(0, LISTED),
    bindings: Object.fromEntries(bindings.slice(0, LISTED)),
    ...(inputs.length > LISTED ? { inputs_truncated: true } : {}),
    ...(outputs.length > LISTED ? { outputs_truncated: true } : {}),
  };
}

function isImported(used: AuthoredArtifact, user: AuthoredArtifact): boolean {
  return domainOfFile(used.file) !== domainOfFile(user.file);
}

function effectStep(name: string, byName: ByName): JsonObject {
  const effect = byName.get(name);
  const declared = effect === undefined ? undefined : own(section(effect, "core", "policy"), "operations");
  const operations: readonly Json[] = Array.isArray(declared) ? declared : [];
  return {
    id: codeIn(name),
    fqdn: name,
    kind: "CS",
    ops: operations.slice(0, LISTED),
    ...(operations.length > LISTED ? { ops_truncated: true } : {}),
    outputs: ["result_status"],
  };
}

function codeIn(name: string): string {
  return isFqdn(name) ? codeOf(name) : name;
}

/** `$.inputs.x` as `in.x`, `$.results.step.field` as `step.field`; nothing else is listed. */
function shortened(source: Json): string | undefined {
  if (typeof source !== "string") return undefined;
  const [, root, rest] = /^\$\.(inputs|results)\.(.+)$/.exec(source) ?? [];
  if (rest === undefined) return undefined;
  return root === "inputs" ? `in.${rest}` : rest;
}

/**
 * A CC node of the graph; that compiler does not look up a contract that is named in full. The one of assembled snapshots
 * reads blocks whose members it has sorted.
 */
export function moduleNode(
  key: string,
  given: JsonObject,
  contract: AuthoredArtifact,
  byName: ByName,
  isSorted: boolean,
): JsonObject {
  const node = isSorted ? withSortedKeys(given) : given;
  const code = own(node, "code") ?? null;
  const isFull = typeof code === "string" && code.includes("::");
  const inputs = own(node, "inputs");
  const bindings = Object.entries(isObject(inputs) ? inputs : {}).map(([name, source]) => [
    name,
    atBoundary(source),
  ]);
  return {
    id: key,
    type: "CC",
    cc_code: code,
    ...(isFull ? {} : capabilityOf(contract, byName, isSorted)),
    ...(bindings.length === 0
      ? {}
      : { input_bindings: { type: "wf_boundary", bindings: Object.fromEntries(bindings) } }),
  };
}

function capabilityOf(contract: AuthoredArtifact, byName: ByName, isSorted: boolean): JsonObject {
  const [first = {}] = pipeline(contract);
  const transform = own(first, "transform");
  const projection = contractProjection(contract, byName);
  return {
    capability: transform ?? own(first, "side_effect") ?? null,
    capability_type: transform === undefined ? "CS" : "CT",
    projection: isSorted ? withSortedKeys(projection) : projection,
  };
}

/** `$.payload.x` as `IN.x`, `$.results.NODE.f` as `NODE.f`, anything else as it is. */
function atBoundary(source: Json): Json {
  if (typeof source !== "string") return source;
  return source.replace(/^\$\.payload\./, "IN.").replace(/^\$\.results\./, "");
}
