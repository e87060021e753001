/** Explaining a trace in sentences. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { takingTurns } from "../support/portion.ts";
import { assertRefused, at, document, FIXTURES, fixture, RELEASE, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

async function released(t: TestContext): Promise<{ readonly place: Workspace; readonly trace: string }> {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const payload = ["--payload", fixture("wf-release-change/completed")];
  const ran = await place.session("run", "--wf", RELEASE, ...payload, "--no-png", "--no-md", "--json");
  return { place, trace: String(at(document(ran), "trace", "jsonl")) };
}

it("the whole run is told, with the hash of the trace", async (t) => {
  const { place, trace } = await released(t);
  const { code, out, err } = await place.session("explain", trace);
  assert.deepEqual([code, err], [0, ""]);
  assert.match(out, /^The workflow release_governance::WF_RELEASE_CHANGE_V0 was run on /);
  assert.match(out, /decided: \$\.frozen was false, so the condition was not met\. The outcome was SUCCESS\./);
  assert.match(out, /\nThe run ended with COMPLETED, which is a success\. It had 4 side effects; /);
  const { hash } = JSON.parse(readFileSync(trace, "utf8").trimEnd().split("\n").at(-1) ?? "") as {
    readonly hash: string;
  };
  assert.ok(out.endsWith(`whose last event has the hash ${hash}.\n`), out);
});

test("one node is told alone, as text and as JSON; another name is refused with the nearest one", async (t) => {
  const { place, trace } = await released(t);
  const { out } = await place.session("explain", trace, "CHECK_FREEZE_WINDOW");
  assert.match(out, /^CHECK_FREEZE_WINDOW ended with SUCCESS\./);
  assert.doesNotMatch(out, /REGISTER_RELEASE/);
  const json = document(await place.session("explain", trace, "CHECK_FREEZE_WINDOW", "--json"));
  assert.deepEqual(
    (json["paragraphs"] as readonly { readonly node: string }[]).map(({ node }) => node),
    ["CHECK_FREEZE_WINDOW"],
  );
  const near = await place.session("explain", trace, "CHECK_FREEZE");
  assertRefused(near, 2, "NODE_NOT_ENTERED");
  assert.match(near.err, /hint: did you mean CHECK_FREEZE_WINDOW\?/);
  const far = await place.session("explain", trace, "X");
  assert.match(far.err, /hint: its nodes: IN_RELEASE_REQUESTED, EVALUATE_QUORUM, /);
});

test("an interrupted run is told as far as it came, and a damaged trace is refused", async (t) => {
  const { place, trace } = await released(t);
  const lines = readFileSync(trace, "utf8").split("\n");
  writeFileSync(place.path("cut.jsonl"), `${lines.slice(0, 12).join("\n")}\n{"torn`);
  const { code, out } = await place.session("explain", "cut.jsonl");
  assert.equal(code, 0);
  assert.match(out, /\nThe run was interrupted: its end is not recorded\./);
  writeFileSync(place.path("changed.jsonl"), lines.join("\n").replace("CHG-2041", "CHG-2042"));
  assertRefused(await place.session("explain", "changed.jsonl"), 2, "TRACE_NOT_INTACT");
});
