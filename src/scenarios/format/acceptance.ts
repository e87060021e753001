/**
 * The acceptance documents of the protocol family, read as scenarios: an intent with its success criteria, and the
 * steps and observations that prove it. What is observed of a step is expected of that step.
 */

import { parsePointer, pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject, type MutableJson, objectAt, own } from "../../json/value.ts";
import { ScenarioFault } from "../errors.ts";
import { malformed } from "./malformed.ts";
import type { Source } from "./source.ts";

/** The document as a scenario file, its places those of the document; any other file as it is. */
export function asScenario(source: Source): Source {
  if (!Object.hasOwn(source.value, SCENARIO)) return source;
  const intent = objectAt(source.value, INTENT);
  const scenario = objectAt(source.value, SCENARIO);
  const observations = listAt(scenario, "observations").map((one, i) => observationIn(one, i, source));
  const value: JsonObject = {
    scenario: own(source.value, "scenario_code") ?? source.file,
    ...(typeof own(intent, "objective") === "string" ? { about: own(intent, "objective") as Json } : {}),
    criteria: own(intent, "success_criteria") ?? [],
    steps: listAt(scenario, "steps").map((step) => toStep(step, observations)),
  };
  return { ...source, value, lineOf: (at) => source.lineOf(placeIn(at)), changed };
}

function changed(): never {
  const message = "--update does not write into an acceptance document";
  throw new ScenarioFault("BAD_USAGE", { message, hint: "change its expectations by hand" });
}

const INTENT = "acceptance_intent";
const SCENARIO = "acceptance_scenario";

function placeIn(at: string): string {
  const [root = "", ...rest] = parsePointer(at);
  if (root === "criteria") return pointer([INTENT, "success_criteria", ...rest]);
  return root === "steps" ? pointer([SCENARIO, "steps", ...rest.map((part) => NAMES[part] ?? part)]) : at;
}

/** Members of a step that the document calls otherwise. */
const NAMES: Readonly<Record<string, string>> = { name: "step", expect: "expect_outcome" };

function toStep(step: Json, observations: readonly Observation[]): Json {
  if (!isObject(step)) return step;
  const { step: name = null, expect_outcome: outcome = "SUCCESS", payload = {}, satisfies, ...rest } = step;
  const observed = observations.filter((one) => one.step === name);
  const expect = observed.reduce((sum, { expected }) => joined(sum, expected), { outcome } as JsonObject);
  const all = [...(Array.isArray(satisfies) ? satisfies : []), ...observed.flatMap((one) => one.satisfies)];
  return { name, ...rest, payload: plain(payload), expect, satisfies: [...new Set(all)] };
}

/** A payload without the document's own marks: `{literal: …}` is the value, `{ref: …}` a reference. */
function plain(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => plain(item));
  if (!isObject(value)) return value;
  const [[name, given] = ["", null], ...others] = Object.entries(value);
  if (others.length === 0 && name === "literal") return given;
  if (others.length === 0 && name === "ref" && typeof given === "string") return referenceTo(given);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, plain(child)]));
}

function referenceTo(address: string): string {
  const [, , step, kind, ...path] = address.split(".");
  return `{{${["steps", step, kind === "store" ? "stored" : kind, ...path].join(".")}}}`;
}

interface Observation {
  readonly step: string;
  readonly expected: JsonObject;
  readonly satisfies: readonly Json[];
}

const ADDRESS = /^\$\.steps\.([A-Za-z0-9_-]+)\.(surface|store)((?:\.[^.\s]+)+)$/;

/** `$.steps.s2.store.chain.count` with its expected value, as an expectation. */
function observationIn(one: Json, index: number, source: Source): Observation {
  const at = pointer([SCENARIO, "observations", index, "address"]);
  const observation = isObject(one) ? one : {};
  const [, step = "", kind, rest = ""] = ADDRESS.exec(String(own(observation, "address"))) ?? [];
  const path = rest.split(".").slice(1);
  if (kind === undefined || path.some((part) => /^-?\d+$/.test(part))) {
    return malformed(
      source,
      at,
      "$.steps.STEP.surface.NAME… or $.steps.STEP.store.STORE.NAME…, without indexes",
    );
  }
  const isCount = path.length > 1 && COUNTS.has(path.at(-1) ?? "");
  const wanted = own(observation, "expected") ?? null;
  const names = isCount ? path.slice(0, -1) : path;
  const value = names.reduceRight((inner: Json, name) => ({ [name]: inner }), {
    [isCount ? "$count" : "$exact"]: wanted,
  });
  const satisfies = listAt(observation, "satisfies");
  return { step, expected: { [kind === "store" ? "stored" : "surface"]: value }, satisfies };
}

const COUNTS: ReadonlySet<string> = new Set(["count", "length"]);

/** Both objects' members; of one that both have, both expectations where they are objects. */
function joined(a: JsonObject, b: JsonObject): JsonObject {
  const sum: MutableJson = { ...a };
  for (const [name, value] of Object.entries(b)) {
    const known = own(a, name);
    sum[name] = isObject(known) && isObject(value) ? joined(known, value) : value;
  }
  return sum;
}

function listAt(holder: JsonObject, name: string): readonly Json[] {
  const value = own(holder, name);
  return Array.isArray(value) ? value : [];
}
