/** An authored expectation in the words of the player, and what the player says back in those of the author. */

import { parsePointer, pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject, jsonEqual } from "../../json/value.ts";
import type { Expect } from "../format/authored.ts";
import type { StepLeftovers, Stored } from "../scenario.ts";
import type { Difference } from "./compare.ts";
import { readStored } from "./data.ts";
import { asAuthored, toExpected } from "./matchers.ts";

/** Members that the player knows by another name. */
const NAMES = { exit_reason: "exit_reason_code", path: "nodes" } as const;

const MEMBERS = ["status", "outcome", "exit_reason", "exit_code", "path", "results", "surface"] as const;
const MEMBERS_TOO = ["violations", "events", "refusal", "waits"] as const;

/** What is compared of the run itself. */
export function toExpectation({ stored: _, ...members }: Expect): JsonObject {
  const given = Object.entries(members).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([member, value]) => [nameOf(member), toMember(member, value)]));
}

function nameOf(member: string): string {
  return NAMES[member as keyof typeof NAMES] ?? member;
}

function toMember(member: string, value: Json): Json {
  // Pointers are told sorted, and a node that published nothing is not told at all.
  if (member === "violations" && Array.isArray(value)) return [...value].sort().map(toExpected);
  if (member === "results" && isObject(value)) {
    const named = Object.entries(value).filter(([, published]) => !jsonEqual(published, {}));
    return toExpected(Object.fromEntries(named));
  }
  return toExpected(value);
}

/** What is compared of the data, by path. */
export function toAfter(
  stored: JsonObject,
  pathOf: (name: string) => string,
): ReadonlyMap<string, Stored | null> {
  return new Map(
    Object.entries(stored).map(([name, content]) => {
      const path = pathOf(name);
      const isGone = isObject(content) && content["$absent"] === true;
      return [path, isGone ? null : { form: formOf(path, content), content: toExpected(content) }];
    }),
  );
}

function formOf(path: string, content: Json): Stored["form"] {
  if (typeof content === "string") return "text";
  return Array.isArray(content) || path.endsWith(".jsonl") ? "jsonl" : "json";
}

/** A difference at the place at which the author wrote the expectation. `nameOfPath` is how data is named there. */
export function authoredDifference(
  { at, expected, found }: Difference,
  step: number,
  nameOfPath: (path: string) => string,
): Difference {
  return {
    at: authoredPlace(at, step, nameOfPath),
    ...(expected === undefined ? {} : { expected: asAuthored(expected) }),
    ...(found === undefined ? {} : { found: asAuthored(found) }),
  };
}

function authoredPlace(at: string, step: number, nameOfPath: (path: string) => string): string {
  const [root, first = "", ...rest] = parsePointer(at);
  const base = ["steps", step];
  if (root === "data_after") return pointer([...base, "expect", "stored", nameOfPath(first), ...rest.slice(1)]);
  if (root === "given" || root === "resume") return pointer([...base, root, first, ...rest]);
  if (root !== "expect") return at;
  const member = Object.entries(NAMES).find(([, name]) => name === first)?.[0] ?? first;
  return pointer([...base, "expect", member, ...rest]);
}

/** All that an expectation may name, as it was found. `names` are those of the data, each with its path. */
export function foundIn({ observed, data }: StepLeftovers, names: ReadonlyMap<string, string>): JsonObject {
  const members = [...MEMBERS, ...MEMBERS_TOO].map((member) => [member, observed[nameOf(member)] ?? null]);
  const stored = [...names].flatMap(([name, path]) => {
    const text = data.get(path);
    return text === undefined ? [] : [[name, readStored(path.endsWith(".jsonl") ? "jsonl" : "json", text)]];
  });
  return { ...Object.fromEntries(members), stored: Object.fromEntries(stored) };
}
