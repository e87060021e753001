/** Single changes to the artifacts of a snapshot, generated: what somebody may break while editing it. */

import type { Entry } from "../../src/check/analysis/entries.ts";
import { isObject, type Json, type JsonObject, objectAt } from "../../src/json/value.ts";

export interface Mutation {
  readonly kind: string;
  /** Full name of the artifact. */
  readonly artifact: string;
  /** What was done, where: the same words for the same mutation. */
  readonly what: string;
  /** The frontmatter afterwards; null when the artifact is removed. */
  frontmatter(): JsonObject | null;
}

/** A place in a Machine block, and what to make of the value there; `undefined` removes it. */
interface Site {
  readonly path: readonly (string | number)[];
  readonly value: Json | undefined;
  /** The key that the value then stands under. */
  readonly key?: string;
}

/** Answers each site of one kind of mutation; `other` picks one of several by chance. */
type Generate = (entry: Entry, other: <T>(of: readonly T[]) => T, all: readonly Entry[]) => readonly Site[];

/** All mutations of `entries`, by kind. `random` answers numbers from 0 up to 1. */
export function mutationsOf(
  entries: readonly Entry[],
  random: () => number,
): ReadonlyMap<string, readonly Mutation[]> {
  const other = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const kinds = Object.entries(KINDS).map(([kind, generate]) => {
    const made = entries.flatMap((entry) =>
      generate(entry, other, entries).map((site) => mutation(kind, entry, site)),
    );
    return [kind, made] as const;
  });
  return new Map([...kinds, ["remove artifact", entries.filter(isRead).map(removed)]]);
}

function removed({ fqdn }: Entry): Mutation {
  return { kind: "remove artifact", artifact: fqdn, what: "removed", frontmatter: () => null };
}

function isRead({ word }: Entry): boolean {
  return word !== "AC";
}

function mutation(kind: string, { fqdn, frontmatter }: Entry, site: Site): Mutation {
  const { path, value, key } = site;
  const to = key !== undefined ? `renamed ${key}` : value === undefined ? "removed" : JSON.stringify(value);
  return {
    kind,
    artifact: fqdn,
    what: `${path.join("/")}: ${to}`,
    frontmatter: () => changed(frontmatter, site),
  };
}

/** A copy with the site's value; what a compiler adds to a block is left out. */
function changed(block: JsonObject, { path, value, key }: Site): JsonObject {
  const copy = JSON.parse(JSON.stringify(block, (name, member) => (name === "fqdn_id" ? undefined : member)));
  let holder = copy;
  for (const part of path.slice(0, -1)) holder = holder[part];
  const last = path.at(-1) as string | number;
  if (key !== undefined) {
    const members = Object.entries(holder).map(([name, member]) => [name === last ? key : name, member]);
    for (const name of Object.keys(holder)) delete holder[name];
    Object.assign(holder, Object.fromEntries(members));
  } else if (value !== undefined) holder[last] = value;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  return copy;
}

// ---- reading blocks ----

type Named = readonly (readonly [string, JsonObject])[];

function objectsAt(of: JsonObject, ...keys: readonly string[]): Named {
  let found = of;
  for (const key of keys) found = objectAt(found, key);
  return Object.entries(found).filter((entry): entry is [string, JsonObject] => isObject(entry[1]));
}

const nodesOf = ({ word, frontmatter }: Entry): Named =>
  word === "WF" ? objectsAt(frontmatter, "core", "nodes") : [];

const stepsOf = ({ word, frontmatter }: Entry): readonly JsonObject[] => {
  const steps = word === "CC" ? objectAt(frontmatter, "core")["pipeline"] : [];
  return Array.isArray(steps) ? steps.filter(isObject) : [];
};

const routes = (entry: Entry) =>
  nodesOf(entry).flatMap(([key, node]) =>
    Object.keys(objectAt(node, "next")).map((outcome) => ["core", "nodes", key, "next", outcome]),
  );

const members = (entry: Entry, side: "inputs" | "outputs" | "on_result") =>
  stepsOf(entry).flatMap((step, i) =>
    Object.keys(objectAt(step, side)).map((name) => ["core", "pipeline", i, side, name] as const),
  );

/** The texts that are paths, wherever they stand below the given places. */
function* pathsBelow(
  value: Json,
  at: readonly (string | number)[],
): Generator<{ path: typeof at; text: string }> {
  if (typeof value === "string" && value.startsWith("$.")) yield { path: at, text: value };
  else if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* pathsBelow(item, [...at, i]);
  else if (isObject(value))
    for (const [key, item] of Object.entries(value)) yield* pathsBelow(item, [...at, key]);
}

function declaredSpecs(entry: Entry): readonly { path: readonly string[]; spec: JsonObject }[] {
  const sides: Readonly<Record<string, readonly string[]>> = { CC: ["inputs"], IN: ["inputs"], EV: ["schema"] };
  return (sides[entry.word] ?? []).flatMap((side) =>
    objectsAt(entry.frontmatter, "core", side).map(([name, spec]) => ({ path: ["core", side, name], spec })),
  );
}

const TYPES = ["string", "integer", "boolean", "object", "array"] as const;

const OUTCOMES = [
  "SUCCESS",
  "VIOLATION",
  "NOT_FOUND",
  "BACKEND_ERROR",
  "ALREADY_EXISTS",
  "PARTIAL_FAILURE",
] as const;

/** Another of the list than the one that is there. */
function else_<T>(list: readonly T[], than: T): readonly T[] {
  return list.filter((one) => one !== than);
}

const KINDS: Readonly<Record<string, Generate>> = {
  "drop edge": (entry) => routes(entry).map((path) => ({ path, value: undefined })),
  "retarget edge": (entry, other) =>
    nodesOf(entry).flatMap(([key, node]) =>
      Object.entries(objectAt(node, "next")).map(([outcome, to]) => {
        const nodes = else_(
          nodesOf(entry).map(([name]) => name),
          String(to),
        );
        return { path: ["core", "nodes", key, "next", outcome], value: other(nodes) };
      }),
    ),
  "rename node outcome": (entry, other) =>
    routes(entry).map((path) => ({
      path,
      value: undefined,
      key: other(else_<string>(OUTCOMES, path.at(-1) as string)),
    })),
  "remove node binding": (entry) =>
    nodesOf(entry).flatMap(([key, node]) =>
      Object.keys(objectAt(node, "inputs")).map((name) => ({
        path: ["core", "nodes", key, "inputs", name],
        value: undefined,
      })),
    ),
  "retarget node path": (entry, other) => {
    const all = nodesOf(entry).flatMap(([key, node]) => [
      ...pathsBelow(objectAt(node, "inputs"), ["core", "nodes", key, "inputs"]),
    ]);
    return all.map(({ path, text }) => ({
      path,
      value: other(
        else_(
          all.map((one) => one.text),
          text,
        ),
      ),
    }));
  },
  "misspell path": (entry) =>
    [
      ...nodesOf(entry).flatMap(([key, node]) => [
        ...pathsBelow(objectAt(node, "inputs"), ["core", "nodes", key, "inputs"]),
      ]),
      ...stepsOf(entry).flatMap((step, i) =>
        (["inputs", "outputs"] as const).flatMap((side) => [
          ...pathsBelow(objectAt(step, side), ["core", "pipeline", i, side]),
        ]),
      ),
    ].map(({ path, text }) => ({ path, value: `${text}x` })),
  "rename field": (entry) =>
    [
      ...nodesOf(entry).map(([key, node]) => ({ at: ["core", "nodes", key] as (string | number)[], of: node })),
      ...stepsOf(entry).map((step, i) => ({ at: ["core", "pipeline", i], of: step })),
      ...declaredSpecs(entry).map(({ path, spec }) => ({ at: [...path], of: spec })),
    ].flatMap(({ at, of }) =>
      Object.keys(of)
        .filter((key) => key !== "fqdn_id" && key !== "description")
        .map((key) => ({ path: [...at, key], value: undefined, key: `${key}_` })),
    ),
  "drop step outcome": (entry) => members(entry, "on_result").map((path) => ({ path, value: undefined })),
  "rename step outcome": (entry, other) =>
    members(entry, "on_result").map((path) => ({
      path,
      value: undefined,
      key: other(else_<string>(OUTCOMES, path[4])),
    })),
  "change action": (entry, other) =>
    stepsOf(entry).flatMap((step, i) =>
      Object.entries(objectAt(step, "on_result")).map(([outcome, action]) => {
        const words = ["continue", "exit", "stop", ...stepsOf(entry).map((one) => String(one["step"]))];
        // Behind the last step, going on is ending.
        const isLast = i === stepsOf(entry).length - 1 && (action === "continue" || action === "exit");
        const others = else_(words, String(action)).filter(
          (word) => !isLast || !["continue", "exit"].includes(word),
        );
        return { path: ["core", "pipeline", i, "on_result", outcome], value: other(others) };
      }),
    ),
  "remove step": (entry) => stepsOf(entry).map((_, i) => ({ path: ["core", "pipeline", i], value: undefined })),
  "remove step binding": (entry) => members(entry, "inputs").map((path) => ({ path, value: undefined })),
  "remove output": (entry) => members(entry, "outputs").map((path) => ({ path, value: undefined })),
  "change declared type": (entry, other) =>
    declaredSpecs(entry).map(({ path, spec }) => ({
      path: [...path, "type"],
      value: other(else_<string>(TYPES, String(spec["type"]))),
    })),
  "remove declared field": (entry) => declaredSpecs(entry).map(({ path }) => ({ path, value: undefined })),
  "change allowed outcomes": (entry, other) => {
    const status = objectAt(objectAt(entry.frontmatter, "core"), "result_status_contract");
    const allowed = status["allowed"];
    if (!Array.isArray(allowed)) return [];
    const path = ["core", "result_status_contract", "allowed"];
    const more = OUTCOMES.filter((one) => !allowed.includes(one));
    return [
      ...allowed.map((_, i) => ({ path: [...path, i], value: undefined })),
      { path: [...path, allowed.length], value: other(more) },
    ];
  },
  "change capability": (entry, other, all) =>
    stepsOf(entry).flatMap((step, i) =>
      (["transform", "side_effect"] as const).flatMap((side) => {
        const word = side === "transform" ? "CT" : "CS";
        const codes: readonly string[] = all.filter((one) => one.word === word).map(({ fqdn }) => fqdn);
        const said = step[side];
        if (typeof said !== "string") return [];
        return [{ path: ["core", "pipeline", i, side], value: other(else_(codes, said)) }];
      }),
    ),
  "change operation or store": (entry, other) =>
    stepsOf(entry).flatMap((step, i) =>
      (["op", "store"] as const).flatMap((side) =>
        typeof step[side] === "string"
          ? [
              {
                path: ["core", "pipeline", i, side],
                value: other(else_(["DRAIN", `${step[side]}S`, "READ"], step[side] as string)),
              },
            ]
          : [],
      ),
    ),
  "change condition": (entry, other) =>
    entry.word !== "CC"
      ? []
      : objectsAt(entry.frontmatter, "core", "evaluation").flatMap(([name, one]) => {
          const path = ["core", "evaluation", name];
          const condition = String(one["condition"]);
          return [
            {
              path: [...path, "condition"],
              value: other([condition.replace(/^\$\.\w+/, "$&_"), `not ${condition}`]),
            },
            { path: [...path, "on_true"], value: other(else_<string>(OUTCOMES, String(one["on_true"]))) },
            { path: [...path, "on_false"], value: other(else_<string>(OUTCOMES, String(one["on_false"]))) },
          ];
        }),
  "unbind storage": ({ word, frontmatter }) => {
    if (word === "STRUCTURE") {
      return objectsAt(frontmatter, "core", "entity_stores").flatMap(([store]) => [
        { path: ["core", "entity_stores", store], value: undefined },
        { path: ["core", "entity_stores", store, "path"], value: "../elsewhere.json" },
      ]);
    }
    if (word !== "RB") return [];
    const bound = objectsAt(frontmatter, "core", "bindings").map(([effect]) => ["core", "bindings", effect]);
    return [...bound, ["core", "storage_structure"]].map((path) => ({ path, value: undefined }));
  },
  "change admission or event": ({ word, frontmatter }) => {
    const admission = objectAt(objectAt(frontmatter, "core"), "admission");
    const rules = (["requires", "forbids"] as const).flatMap((side) => {
      const events = admission[side];
      return (Array.isArray(events) ? events : []).map((event, i) => ({
        path: ["core", "admission", side, i],
        value: `${String(event).replace(/_V0$/, "")}_TWICE_V0`,
      }));
    });
    const fields = objectsAt(admission, "bindings").flatMap(([event, bound]) =>
      Object.keys(bound).map((field) => ({
        path: ["core", "admission", "bindings", event, field],
        value: `${field}_`,
      })),
    );
    const schema = objectsAt(frontmatter, "core", "schema").map(([field]) => field);
    const renamed =
      word === "EV"
        ? schema.map((field) => ({ path: ["core", "schema", field], value: undefined, key: `${field}_` }))
        : [];
    return [...rules, ...fields, ...renamed];
  },
  "change record": (entry) =>
    stepsOf(entry).flatMap((step, i) => {
      const record = objectAt(objectAt(step, "inputs"), "record");
      return Object.keys(record).map((field) => ({
        path: ["core", "pipeline", i, "inputs", "record", field],
        value: undefined,
        key: `${field}_`,
      }));
    }),
};
