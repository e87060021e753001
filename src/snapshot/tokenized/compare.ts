/**
 * What a tokenized projection says, against what the artifacts declare. What they declare is written as the projection
 * would have it, with its own numbers, and compared place by place. Older forms say less, and know a node by the number of
 * its contract alone: of several nodes with one contract, what is said is right if it is so of any of them.
 */

import { isObject, type Json, type JsonObject, objectAt, own } from "../../json/value.ts";
import { dispatchOf } from "../build/projection/dispatch.ts";
import {
  bindingsOf,
  type DomainArtifact,
  type DomainModel,
  nodesOf,
  textsIn,
} from "../build/projection/domain-artifacts.ts";
import { handlersOf } from "../build/projection/handlers.ts";
import { isByAddress, type Projection } from "./projection.ts";

export type Place = readonly (string | number)[];

export type ProjectionFile = "dispatch" | "handlers";

/** One place of a projection. */
export interface Statement {
  /** Full name of the artifact that it is about; its number where no artifact has it. */
  readonly about: string;
  readonly file: ProjectionFile;
  /** In that file; of a difference, where exactly. */
  readonly path: Place;
  /** `missing`: this form says it of others, but not of this one. `silent`: this form does not say it at all. */
  readonly verdict: "same" | "differs" | "missing" | "silent";
  /** As the projection would say it; undefined where no artifact declares it. */
  readonly declared: Json | undefined;
  readonly projected: Json | undefined;
}

/** Every place that the artifacts or the projection have, in the order of the projection's members. */
export function* statementsOf(
  projection: Projection,
  artifacts: (name: string) => DomainArtifact | undefined,
): Generator<Statement> {
  const model = modelOf(projection, artifacts);
  const declared = {
    dispatch: declaredDispatch(model, projection),
    handlers: declaredHandlers(model, projection),
  };
  for (const [file, member, depth] of MEMBERS) {
    const should = objectAt(declared[file], member);
    const is = own(projection[file], member);
    for (const one of statementsIn(should, is, depth, projection)) {
      const found = member === "entry" && isNeverSaid(one, is) ? silent(one.path, one.declared) : one;
      const address = found.path[0] ?? "";
      const about = projection.names.get(Number(address)) ?? String(address);
      yield { ...found, about, file, path: [member, ...found.path] };
    }
  }
}

/** Members, and how far below them a single place is: the table of an artifact, of a node, a route of a node. */
const MEMBERS: readonly (readonly [file: ProjectionFile, member: string, depth: number])[] = [
  ["dispatch", "entry", 2],
  ["dispatch", "admission", 2],
  ["dispatch", "routing", 3],
  ["dispatch", "terminal", 3],
  ["dispatch", "emits", 3],
  ["dispatch", "bindings", 3],
  ["dispatch", "pipeline", 3],
  ["handlers", "ct", 1],
  ["handlers", "cs", 1],
  ["handlers", "rb_policy", 2],
  ["handlers", "wf_storage", 1],
];

/** The number of what the vocabulary has no number for. */
const UNNUMBERED = -1;

/** The artifacts that the vocabulary names, with the numbers that it gives them. */
function modelOf(
  { folder, names }: Projection,
  artifacts: (name: string) => DomainArtifact | undefined,
): DomainModel {
  const numbers = new Map([...names].map(([address, name]) => [name, address]));
  const known = [...numbers.keys()].sort().flatMap((name) => artifacts(name) ?? []);
  return {
    name: folder.slice(folder.lastIndexOf("/") + 1),
    artifacts: known,
    byName: new Map(known.map((one) => [one.fqdn, one])),
    addresses: { of: (name) => numbers.get(name) ?? UNNUMBERED, all: [...numbers] },
  };
}

/** In the form that the projection has. */
function declaredDispatch(model: DomainModel, projection: Projection): JsonObject {
  const { dispatch } = projection;
  const declared = dispatchOf(model);
  const routing = objectAt(declared, "routing");
  const isBare = Object.values(objectAt(dispatch, "routing")).some((nodes) =>
    Object.values(isObject(nodes) ? nodes : {}).some((routes) =>
      Object.values(isObject(routes) ? routes : {}).some((target) => typeof target === "number"),
    ),
  );
  const form = {
    ...declared,
    routing: isBare ? mapRoutes(routing) : routing,
    entry: declaredEntries(declared, model),
  };
  const grouped = ["routing", "emits", "bindings"].flatMap((member) => {
    const said = objectAt(dispatch, member);
    if (!isByAddress(said, projection)) return [];
    return [[member, byContract(objectAt(form, member), said, member !== "bindings", model)] as const];
  });
  return { ...form, ...Object.fromEntries(grouped) };
}

/** A workflow that starts with a node of no artifact has no number to start with. */
function declaredEntries(declared: JsonObject, { artifacts, addresses }: DomainModel): JsonObject {
  const bare = artifacts.filter(
    (one) => one.kind === "WF" && textsIn(own(one.frontmatter, "superseded_by")).length === 0,
  );
  const without = Object.fromEntries(bare.map(({ fqdn }) => [String(addresses.of(fqdn)), { start: null }]));
  return { ...without, ...objectAt(declared, "entry") };
}

/** Routes as numbers alone. */
function mapRoutes(routing: JsonObject): JsonObject {
  const each = (value: Json, change: (one: Json) => Json): JsonObject =>
    Object.fromEntries(Object.entries(isObject(value) ? value : {}).map(([key, one]) => [key, change(one)]));
  const number = (route: Json) => (isObject(route) ? (own(route, "addr") ?? null) : route);
  return each(routing, (nodes) => each(nodes, (routes) => each(routes, number)));
}

/** A table by nodes as one by the numbers of their contracts: of nodes with one contract, what is as the projection says. */
function byContract(table: JsonObject, said: JsonObject, isEach: boolean, model: DomainModel): JsonObject {
  const workflows = model.artifacts.filter(({ kind }) => kind === "WF");
  const entries = workflows.flatMap((workflow) => {
    const address = String(model.addresses.of(workflow.fqdn));
    const nodes = own(table, address);
    if (!isObject(nodes)) return [];
    const groups = new Map<string, JsonObject[]>();
    for (const { key, fqdn } of nodesOf(workflow)) {
      const one = own(nodes, key);
      if (fqdn === null || !isObject(one)) continue;
      const contract = String(model.addresses.of(fqdn));
      groups.set(contract, [...(groups.get(contract) ?? []), one]);
    }
    const chosen = [...groups].map(([contract, alike]) => {
      const one = own(objectAt(said, address), contract);
      return [contract, isEach ? chosenEach(alike, one) : chosenWhole(alike, one)] as const;
    });
    return [[address, Object.fromEntries(chosen)] as const];
  });
  return Object.fromEntries(entries);
}

function chosenWhole(alike: readonly JsonObject[], said: Json | undefined): JsonObject {
  return alike.find((one) => unlike(one, said, NO_NAMES) === undefined) ?? alike[0] ?? {};
}

function chosenEach(alike: readonly JsonObject[], said: Json | undefined): JsonObject {
  const keys = new Set(alike.flatMap((one) => Object.keys(one)));
  return Object.fromEntries(
    [...keys].map((key) => {
      const values = alike.map((one) => own(one, key)).filter((one) => one !== undefined);
      const is = isObject(said) ? own(said, key) : undefined;
      return [key, values.find((one) => unlike(one, is, NO_NAMES) === undefined) ?? values[0] ?? null];
    }),
  );
}

const NO_NAMES: Projection["names"] = new Map();

/** Older forms have the whole binding, and add to the policy only where a structure is declared. */
function declaredHandlers(model: DomainModel, { handlers }: Projection): JsonObject {
  const declared = handlersOf(model);
  const policies = model.artifacts
    .filter(({ kind }) => kind === "RB")
    .map((binding) => {
      const address = String(model.addresses.of(binding.fqdn));
      const full = objectAt(objectAt(declared, "rb_policy"), address);
      const said = objectAt(objectAt(handlers, "rb_policy"), address);
      const bound = bindingsOf(binding).map(([effect, one]) => {
        const number = String(model.addresses.of(effect));
        return [number, boundAs(objectAt(full, number), one, objectAt(said, number))] as const;
      });
      return [address, Object.fromEntries(bound)] as const;
    });
  return { ...declared, rb_policy: Object.fromEntries(policies) };
}

function boundAs(full: JsonObject, bound: JsonObject, said: JsonObject): JsonObject {
  const others = Object.entries(bound).filter(([key]) => key !== "policy" && Object.hasOwn(said, key));
  const policy = objectAt(full, "policy");
  const isAdded =
    Object.hasOwn(policy, "storage_structure_artifact") ||
    Object.hasOwn(objectAt(said, "policy"), "module_data_root");
  const declared = own(bound, "policy");
  const asPolicy = isAdded ? { policy } : declared === undefined ? {} : { policy: declared };
  return { ...Object.fromEntries(others), ...asPolicy };
}

type Found = Omit<Statement, "about" | "file">;

function* statementsIn(
  should: JsonObject,
  is: Json | undefined,
  depth: number,
  projection: Projection,
): Generator<Found> {
  if (is !== undefined) return yield* compared(should, is, depth, [], projection);
  for (const [address, declared] of Object.entries(should)) yield* silence(declared, depth - 1, [address]);
}

/** Each place of which a form says nothing. */
function* silence(declared: Json, depth: number, path: Place): Generator<Found> {
  if (depth === 0 || !hasMembers(declared) || isEmpty(declared)) return yield silent(path, declared);
  for (const [key, below] of Object.entries(declared as JsonObject))
    yield* silence(below, depth - 1, [...path, key]);
}

/** Members of an entry that older forms do not have. */
const LATER: readonly unknown[] = ["start_key", "actor"];

/** Whether no workflow's entry has this field. */
function isNeverSaid({ verdict, path }: Found, entries: Json | undefined): boolean {
  const [, field] = path;
  if (verdict !== "missing" || !LATER.includes(field) || !isObject(entries)) return false;
  return Object.values(entries).every((one) => isObject(one) && !Object.hasOwn(one, String(field)));
}

const silent = (path: Place, declared: Json | undefined): Found => ({
  path,
  verdict: "silent",
  declared,
  projected: undefined,
});

function* compared(
  declared: Json | undefined,
  projected: Json | undefined,
  depth: number,
  path: Place,
  projection: Projection,
): Generator<Found> {
  const isSplit = depth > 0 && hasMembers(declared) && hasMembers(projected);
  if (!isSplit) return yield single(declared, projected, path, projection);
  const keys = new Set([...Object.keys(declared as JsonObject), ...Object.keys(projected as JsonObject)]);
  for (const key of keys) {
    const below = [declared, projected].map((one) => own(one as JsonObject, key));
    yield* compared(below[0], below[1], depth - 1, [...path, key], projection);
  }
}

function hasMembers(value: Json | undefined): boolean {
  return isObject(value) || Array.isArray(value);
}

function single(
  declared: Json | undefined,
  projected: Json | undefined,
  path: Place,
  { names }: Projection,
): Found {
  const at = { path, declared, projected };
  const isNothing = isEmpty(declared) && isEmpty(projected);
  const wrong = isNothing ? undefined : unlike(declared ?? null, projected, names);
  if (wrong === undefined) return { ...at, verdict: "same" };
  if (projected === undefined) return { ...at, verdict: "missing" };
  return { ...at, path: [...path, ...wrong], verdict: "differs" };
}

/** Where a projected value is not the declared one; an address may stand for a full name. */
function unlike(
  declared: Json,
  projected: Json | undefined,
  names: Projection["names"],
  path: Place = [],
): Place | undefined {
  if (typeof declared === "string" && typeof projected === "number")
    return names.get(projected) === declared ? undefined : path;
  if (hasMembers(declared) && hasMembers(projected) && Array.isArray(declared) === Array.isArray(projected)) {
    const keys = new Set([...Object.keys(declared as JsonObject), ...Object.keys(projected as JsonObject)]);
    for (const key of keys) {
      const [should, is] = [own(declared as JsonObject, key), own(projected as JsonObject, key)];
      const wrong = should === undefined ? [...path, key] : unlike(should, is, names, [...path, key]);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  return declared === projected ? undefined : path;
}

/** Nothing may be written in three ways. */
function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || (isObject(value) && Object.keys(value).length === 0);
}
