/** Writing traces for the readers of another runtime. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { portion, takingTurns } from "../support/portion.ts";
import { assertTraceEventsV0, skipWithoutSchema } from "../support/trace-event-v0.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  RELEASE,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const FORMAT = ["--format", "reference-v0"];

/** The trace of one run. */
async function runOnce(place: Workspace, name: string, ...more: readonly string[]): Promise<string> {
  const argv = [
    "run",
    "--wf",
    RELEASE,
    "--payload",
    fixture(`wf-release-change/${name}`),
    "--no-png",
    "--json",
  ];
  return at(document(await place.session(...argv, ...more)), "trace", "jsonl") as string;
}

it("the events go to standard output, or to a file with a count of what was left out", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const trace = await runOnce(place, "completed");
  const said = await place.session("export", trace, ...FORMAT);
  assert.deepEqual([said.code, said.err], [0, ""]);

  const toFile = await place.session("export", trace, ...FORMAT, "--out", "v0.jsonl");
  assert.equal(readFileSync(place.path("v0.jsonl"), "utf8"), said.out);
  assert.match(toFile.out, /^v0\.jsonl {2}\d+ events\n {2}left out: .*\b1 admission\b.*\n$/);
  const report = document(await place.session("export", trace, ...FORMAT, "--out", "v0.jsonl", "--json"));
  assert.deepEqual(
    [report["events"], report["format"]],
    [said.out.trimEnd().split("\n").length, "reference-v0"],
  );
});

const runs: readonly (readonly [name: string, data: string, ...more: readonly string[]])[] = [
  ["completed", "data"],
  ["quorum-not-met", "data"],
  ["nack-everything-wrong", "data"],
  ["admission-denied-no-change-id", "data"],
  ["violation", "data-bad-window"],
  ["backend-error", "data-broken"],
  ["completed", "data", "--max-hops", "2"],
];

for (const [name, data, ...more] of portion({ name: "exports", diagnostic: console.log }, runs, 2)) {
  const title = [name, ...more].join(" ");
  it(`${title}: what is written are events of the schema`, { skip: skipWithoutSchema }, async (t) => {
    const place = workspace(t, { data: join(FIXTURES, data) });
    assertTraceEventsV0((await place.session("export", await runOnce(place, name, ...more), ...FORMAT)).out);
  });
}

test("a trace that is not intact is not exported, for its chain would be made anew", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const text = readFileSync(await runOnce(place, "completed"), "utf8");
  writeFileSync(place.path("changed.jsonl"), text.replace('"status":"ACK"', '"status":"NACK"'));
  const said = await place.session("export", "changed.jsonl", ...FORMAT, "--out", "v0.jsonl");
  assertRefused(said, 2, "TRACE_NOT_INTACT");
  assert.match(said.err, /BAD_HASH, .* \(changed\.jsonl:\d+\)/);
  assertHint(said, /^pgs examine changed\.jsonl /);
  assert.throws(() => readFileSync(place.path("v0.jsonl")), { code: "ENOENT" });
});

test("what cannot be written, or asked for, is refused with what to type", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const trace = await runOnce(place, "completed");
  const nowhere = await place.session("export", trace, ...FORMAT, "--out", "nowhere/v0.jsonl");
  assertRefused(nowhere, 2, "EXPORT_UNWRITABLE");
  assertHint(nowhere, /--out/);
  const both = await place.session("export", trace, ...FORMAT, "--json");
  assert.deepEqual([both.code, at(document(both), "error", "code")], [2, "BAD_USAGE"]);
  assertRefused(await place.session("export", trace, "--format", "reference-v9"), 2, "BAD_USAGE");
  assertRefused(await place.session("export", trace), 2, "BAD_USAGE");
});
