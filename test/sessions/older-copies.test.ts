/** What a run has done is done once, whichever copy of its trace is in its place. */

import assert from "node:assert/strict";
import { copyFileSync, cpSync, rmSync } from "node:fs";
import { test } from "node:test";
import { appending, oneContract } from "../engine/trial.ts";
import { awaiting, waiting } from "../engine/waiting.ts";
import { beginWaiting, DRAWN_NOT, logged, waitingWorkspace } from "./waiting.ts";
import { assertRefused, type Workspace } from "./world.ts";

const PROTOCOL = oneContract(
  awaiting(
    waiting({ key: "first" }, "EVENT", "first"),
    appending("log", { done: "first" }),
    waiting({ key: "second" }, "EVENT", "second"),
  ),
);

const answer = (place: Workspace, trace: string, key: string) =>
  place.session("resume", trace, "--event", key, ...DRAWN_NOT);

test("a trace from before what the ledger has of the run neither goes on nor is cancelled", async (t) => {
  const place = waitingWorkspace(t, PROTOCOL);
  const trace = await beginWaiting(place);
  const [file, copy, later] = [place.path(trace), place.path("copy"), place.path("later")];
  copyFileSync(file, copy);
  assert.equal((await answer(place, trace, "first")).code, 6);
  copyFileSync(file, later);
  for (const said of [
    () => answer(place, trace, "first"),
    () => place.session("cancel", trace, ...DRAWN_NOT),
    () => place.session("signal", "first", "--json", ...DRAWN_NOT),
  ]) {
    copyFileSync(copy, file);
    const refused = await said();
    assert.equal(refused.code, 2, refused.err);
    assert.deepEqual(logged(place), [{ done: "first" }]);
  }
  assertRefused(await answer(place, trace, "first"), 2, "TRACE_CUT");
  copyFileSync(later, file);
  assert.equal((await answer(place, trace, "second")).code, 0);
});

test("a ledger that is made anew from the traces decides in favour of the copy that is there", async (t) => {
  const place = waitingWorkspace(t, PROTOCOL);
  const trace = await beginWaiting(place);
  copyFileSync(place.path(trace), place.path("copy"));
  await answer(place, trace, "first");
  copyFileSync(place.path("copy"), place.path(trace));
  assertRefused(await answer(place, trace, "first"), 2, "TRACE_CUT");
  assert.equal((await place.session("runs", "rebuild")).code, 0);
  assert.equal((await answer(place, trace, "first")).code, 6);
});

test("a run goes on without a ledger, and on a machine that never had one", async (t) => {
  const place = waitingWorkspace(t, PROTOCOL);
  const trace = await beginWaiting(place);
  rmSync(place.path("traces/ledger.jsonl"));
  assert.equal((await answer(place, trace, "first")).code, 6);
  cpSync(place.path(trace), place.path("elsewhere.jsonl"));
  assert.equal((await answer(place, "elsewhere.jsonl", "second")).code, 0);
});

test("the trace of one run in the place of another does not go on there", async (t) => {
  const place = waitingWorkspace(t, PROTOCOL);
  const [one, other] = [await beginWaiting(place), await beginWaiting(place)];
  copyFileSync(place.path(one), place.path(other));
  assertRefused(await answer(place, other, "first"), 2, "TRACE_REPLACED");
  assert.deepEqual(logged(place), []);
  assert.equal((await answer(place, one, "first")).code, 6);
});
