/** How differences in meaning between two traces are told. */

import { GROUPS, type TraceDifference } from "../examine/diff/diff-traces.ts";
import { isObject, type Json, type JsonObject } from "../json/value.ts";
import { groupText, type Sides, sidesOf } from "./compared-view.ts";
import type { Place } from "./differences.ts";

const HEADINGS: Readonly<Record<TraceDifference["group"], string>> = {
  path: "where the paths diverge",
  ending: "how they ended",
  run: "what was run",
  payload: "payload",
  inputs: "inputs of nodes",
  steps: "steps",
  evaluations: "evaluations",
  outputs: "outputs of nodes",
  violations: "violations",
  errors: "refusals",
  events: "announced events",
};

export function groupsText(differences: readonly TraceDifference[], sides: Sides): string {
  const groups = GROUPS.map((name) => {
    const own = differences.filter(({ group }) => group === name);
    return groupText(HEADINGS[name], toPlaces(own, sides));
  });
  return groups.join("");
}

export function toPlaces(differences: readonly TraceDifference[], sides: Sides): readonly Place[] {
  return differences.map(({ at, a, b }) => ({ at, sides: sidesOf(wayText(a), wayText(b), sides) }));
}

/** Nodes in a row as a way from one to the next; everything else as it is. */
function wayText(value: Json | undefined): Json | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isNode)) return value;
  const nodes = value as readonly JsonObject[];
  const left = nodes.map(({ node, outcome }) => (outcome === null ? node : `${node} --${outcome}-->`));
  return [...left, ...(nodes.at(-1)?.["next"] === null ? [] : [nodes.at(-1)?.["next"]])].join(" ");
}

const isNode = (value: unknown) => isObject(value) && ["node", "outcome", "next"].every((key) => key in value);
