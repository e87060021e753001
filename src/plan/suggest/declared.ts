/** Which names paths may use, as far as the artifacts declare them, and the nearest one for a wrong name. */

import { nearestName } from "../../snapshot/nearest-name.ts";
import type { PathWithin, Segment } from "../expression.ts";
import type { FieldSpec, IntentSpec } from "../intent.ts";
import { spell } from "../path.ts";
import type { Contract, Plan, Step } from "../plan.ts";

/** Names below a place; null where anything may follow. */
export type Names = { readonly [name: string]: Names | null };

const named = (names: Iterable<string>): Names => Object.fromEntries([...names].map((name) => [name, null]));

/** By root, what the inputs of a workflow's nodes may name. */
export function nodeNames({ nodes, start }: Pick<Plan, "nodes" | "start">): Names {
  const intent = nodes.get(start);
  const results = [...nodes.values()].flatMap((node) => {
    if (node.type === "EXIT") return [];
    const outputs = node.type === "CC" ? node.contract.steps.flatMap(outputNames) : [];
    return [[node.key, named([...outputs, "result_status"])] as const];
  });
  const payload = intent?.type === "IN" && intent.intent !== null ? fieldNames(intent.intent.spec) : null;
  return { payload, results: Object.fromEntries(results) };
}

function fieldNames(spec: IntentSpec): Names {
  return Object.fromEntries(Object.entries(spec).map(([name, field]) => [name, memberNames(field)]));
}

function memberNames({ fields }: FieldSpec): Names | null {
  return fields === undefined ? null : fieldNames(fields);
}

/** By root, what the inputs of a contract's steps may name. */
export function stepNames({ inputs, steps }: Pick<Contract, "inputs" | "steps">): Names {
  const own = named(inputs.map(({ name }) => name));
  const results = steps.map((step) => [step.name, named([...outputNames(step), "capability_result"])] as const);
  return { inputs: own, payload: own, results: Object.fromEntries(results) };
}

/** By root, what a step's outputs may name of the raw result. */
export function resultNames(step: Step): Names {
  return { capability_result: step.kind === "transform" ? named(step.transform.result) : null };
}

/** By root, what the conditions of a contract may name. */
export function conditionNames({ inputs, steps }: Published): Names {
  const own = named(inputs.map(({ name }) => name));
  return { ...named(steps.flatMap(outputNames)), capability_result: null, inputs: own };
}

/** A contract as far as its names go. */
interface Published {
  readonly inputs: readonly Named[];
  readonly steps: readonly { readonly outputs: readonly Named[] }[];
}

interface Named {
  readonly name: string;
}

function outputNames({ outputs }: Published["steps"][number]): readonly string[] {
  return outputs.map(({ name }) => name).filter((name) => name !== "result_status");
}

/** The declared text with the corrected path; undefined if the path is right or no correction is near. */
export function suggestedPath(found: PathWithin, names: Names): string | undefined {
  const { text, root, segments, whole } = found;
  if (!text.startsWith(`$.${root}`)) return undefined;
  const written = suggestPath([root, ...segments], names) ?? text;
  return written === text ? undefined : whole.replace(text, written);
}

/** The declared path that is equal or nearest to this one; undefined if none is near. */
export function suggestPath(path: readonly Segment[], names: Names): string | undefined {
  const nearest = respelt(names, path) ?? only(names, path);
  return nearest && spell(nearest);
}

/** The path with each wrong name replaced by the nearest right one. */
function respelt(names: Names | null, [first, ...rest]: readonly Segment[]): readonly Segment[] | undefined {
  if (first === undefined) return [];
  if (names === null) return [first, ...rest];
  const name = Object.hasOwn(names, first) ? String(first) : nearestName(String(first), Object.keys(names));
  if (name === null) return undefined;
  const below = respelt(names[name] ?? null, rest);
  return below === undefined ? undefined : [name, ...below];
}

/** The only path below the same root that ends with the same name. */
function only(names: Names, path: readonly Segment[]): readonly Segment[] | undefined {
  const root = String(path[0]);
  const [end, ...others] = endsWith(
    String(path.at(-1)),
    Object.hasOwn(names, root) ? (names[root] ?? null) : null,
  );
  return end === undefined || others.length > 0 ? undefined : [root, ...end];
}

function endsWith(last: string, names: Names | null): readonly (readonly Segment[])[] {
  return Object.entries(names ?? {}).flatMap(([name, below]) => [
    ...(name === last ? [[name]] : []),
    ...endsWith(last, below).map((path) => [name, ...path]),
  ]);
}
