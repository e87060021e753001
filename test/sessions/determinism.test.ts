/** With --clock and --seed the same run leaves the same bytes. */

import assert from "node:assert/strict";
import { cpSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { firstDifference, type Json, type JsonObject } from "../../src/json/value.ts";
import { OBSERVATIONAL } from "../../src/trace/observational.ts";
import { takingTurns } from "../support/portion.ts";
import { FIXTURES, fixture, lines, RELEASE, tracesIn, tree, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const ROLLBACK = "release_governance::WF_ROLLBACK_RELEASE_V0";

/** A release and its rollback, on a fresh copy of the data root, into a traces folder of their own. */
async function runBoth(place: Workspace, name: string, seed: string): Promise<void> {
  cpSync(join(FIXTURES, "data"), place.path(`${name}-data`), { recursive: true });
  const fixed = ["--clock", "2026-03-02T10:00:00Z", "--seed", seed, "--quiet"];
  const where = ["--data-root", `${name}-data`, "--traces", `${name}-traces`];
  for (const [workflow, payload] of [
    [RELEASE, "wf-release-change/completed"],
    [ROLLBACK, "wf-rollback-release/completed"],
  ] as const) {
    const argv = ["run", "--wf", workflow, "--payload", fixture(payload), ...fixed, ...where];
    assert.deepEqual(await place.session(...argv), { code: 0, out: "", err: "" });
  }
}

/** What is remembered of files has the times of the files. */
const isIndex = (file: string) => file.includes(".pgs/");

function bytes(folder: string): Readonly<Record<string, string>> {
  const files = tree(folder).filter((file) => lstatSync(join(folder, file)).isFile() && !isIndex(file));
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, file), "base64")]));
}

it("the same clock, seed, payload and data root leave the same jsonl, md, png and data, byte for byte", async (t) => {
  const place = workspace(t);
  await runBoth(place, "first", "a seed");
  await runBoth(place, "second", "a seed");
  const traces = bytes(place.path("first-traces"));
  // Of each run three, and the protocol that it was on; of both, the ledger.
  assert.equal(Object.keys(traces).length, 2 * 4 + 1);
  assert.deepEqual(bytes(place.path("second-traces")), traces);
  assert.deepEqual(bytes(place.path("second-data")), bytes(place.path("first-data")));
});

test("another seed differs in what is drawn from it, and nowhere else", async (t) => {
  const place = workspace(t);
  await runBoth(place, "first", "a seed");
  await runBoth(place, "second", "another seed");
  const [release, rollback] = tracesIn(place.path("first-traces")).map(lines);
  const [otherRelease, otherRollback] = tracesIn(place.path("second-traces")).map(lines);
  assert.deepEqual(release, otherRelease, "the release draws nothing");
  assert.ok(JSON.stringify(rollback).includes("$suppressed"), "the rollback salts a digest");
  assert.notDeepEqual(rollback, otherRollback);
  assert.equal(firstDifference(blank(rollback as Json), blank(otherRollback as Json)), undefined);
});

/** The record without what hangs on entropy: hashes of the chain, salted digests. */
function blank(value: Json): Json {
  if (Array.isArray(value)) return value.map(blank);
  if (typeof value === "string") return /^(?:sha256:[0-9a-f]{64}|[0-9a-f]{32})$/.test(value) ? "" : value;
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value as JsonObject).filter(
    ([key]) => !HANGING.has(key) && !OBSERVATIONAL.has(key),
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, blank(item)]));
}

const HANGING = new Set(["hash", "prev_hash", "payload_digest", "execution_id", "effect_key"]);
