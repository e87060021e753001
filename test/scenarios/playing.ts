/** Small vectors on the project's own snapshot, changed at a place, and played in this process. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { scenarioEnvironment } from "../../src/cli/environment.ts";
import { parsePointer } from "../../src/json/pointer.ts";
import { isObject, type Json, type JsonObject, type MutableJson } from "../../src/json/value.ts";
import { realPlatform } from "../../src/main.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { type Catalogue, catalogue } from "../../src/scenarios/catalogue.ts";
import type { ScenarioEnvironment } from "../../src/scenarios/environment.ts";
import { runScenario, type ScenarioResult } from "../../src/scenarios/runner.ts";
import { parseScenario, type Scenario } from "../../src/scenarios/scenario.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { ownRegistry } from "../support/own-registry.ts";

const root = join(import.meta.dirname, "../..");

export const OWN_SNAPSHOT = join(root, "protocol_snapshot");

export const surroundings: ScenarioEnvironment = scenarioEnvironment(
  realPlatform(join(root, "src/render/fonts")),
);

export async function ownWorkflows(): Promise<Catalogue> {
  return catalogue(await openSnapshot(OWN_SNAPSHOT, nodeFiles), ownRegistry);
}

/** A vector of `test/vectors/good` with none but the named steps, in the order of the file. */
export function vector(file: string, ...steps: readonly string[]): JsonObject {
  const path = join(root, "test/vectors/good", `${file}.json`);
  const whole = JSON.parse(readFileSync(path, "utf8")) as JsonObject;
  const chosen = (whole["steps"] as readonly JsonObject[]).filter(({ name }) => steps.includes(name as string));
  assert.equal(chosen.length, steps.length);
  return { ...whole, steps: chosen };
}

/** The vector with other values at some JSON Pointers; undefined takes the member away. */
export function changed(whole: JsonObject, at: Readonly<Record<string, Json | undefined>>): JsonObject {
  const copy = structuredClone(whole);
  for (const [pointer, value] of Object.entries(at)) {
    const parts = [...parsePointer(pointer)];
    const last = parts.pop() as string;
    const parent = parts.reduce<unknown>((found, part) => (found as JsonObject)[part], copy);
    assert.ok(isObject(parent) || Array.isArray(parent), pointer);
    if (value === undefined) delete (parent as MutableJson)[last];
    else (parent as MutableJson)[last] = value;
  }
  return copy;
}

export function scenario(value: Json): Scenario {
  return parseScenario({ file: "v.json", text: JSON.stringify(value, null, 2) }, value);
}

export async function playAll(
  value: Json,
  on: ScenarioEnvironment = surroundings,
): Promise<readonly ScenarioResult[]> {
  const played: ScenarioResult[] = [];
  for await (const one of runScenario(scenario(value), await ownWorkflows(), on)) played.push(one);
  return played;
}

/** The places at which the played steps differ, one list for each step. */
export async function placesOf(
  value: Json,
  on: ScenarioEnvironment = surroundings,
): Promise<readonly (readonly string[])[]> {
  return (await playAll(value, on)).map(({ differences }) => differences.map(({ at }) => at));
}
