/** Several processes at once that go on with runs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { asking } from "../engine/waiting.ts";
import { takingTurns } from "../support/portion.ts";
import { beginWaiting, DRAWN_NOT, json, logged, typesIn, waitingWorkspace } from "./waiting.ts";
import { assertSound } from "./world.ts";

const it = takingTurns(import.meta.url);

const ASKING = asking({ key: "k", choices: ["yes", "no"] });

const resumedIn = (trace: string) => typesIn(trace).filter((type) => type === "run_resumed").length;

it("an event that is delivered eight times at once with one name is taken once", async (t) => {
  const place = waitingWorkspace(t, ASKING);
  const trace = await beginWaiting(place);
  const answer = ["--answer", json(place, "yes.json", "yes"), "--event-id", "mail-1", ...DRAWN_NOT, "--quiet"];
  const said = await Promise.all(
    Array.from({ length: 8 }, (_, i) =>
      i % 2 === 0
        ? place.binary("resume", trace, "--event", "k", ...answer)
        : place.binary("signal", "k", ...answer),
    ),
  );
  assert.deepEqual(
    said.map(({ code, err }) => [code, err]),
    said.map(() => [0, ""]),
  );
  assert.equal(resumedIn(place.path(trace)), 1);
  assert.deepEqual(logged(place), [{ done: true }]);
  await assertSound(place, trace);
});

test("of processes that resume one run at once, one goes on, and the others are refused", async (t) => {
  const place = waitingWorkspace(t, asking({ after: "PT0.01S" }, "TIME"));
  const trace = await beginWaiting(place);
  const said = await Promise.all(
    Array.from({ length: 4 }, () => place.binary("resume", trace, ...DRAWN_NOT, "--quiet")),
  );
  assert.equal(said.filter(({ code }) => code === 0).length, 1);
  for (const { code, err } of said.filter((one) => one.code !== 0)) {
    const [, refusal = err] = /^pgs: (\w+) /.exec(err) ?? [];
    assert.deepEqual(refusal, code === 5 ? "TRACE_BUSY" : "RUN_ENDED", err);
  }
  assert.equal(resumedIn(place.path(trace)), 1);
  await assertSound(place, trace);
});

it("ten runs are answered by ten processes at once, each once", async (t) => {
  const place = waitingWorkspace(t, ASKING);
  const traces: string[] = [];
  for (let i = 0; i < 10; i++) traces.push(await beginWaiting(place));
  const answer = ["--event", "k", "--answer", json(place, "yes.json", "yes"), ...DRAWN_NOT, "--quiet"];
  const said = await Promise.all(traces.map((trace) => place.binary("resume", trace, ...answer)));
  assert.deepEqual(
    said.map(({ code, err }) => [code, err]),
    said.map(() => [0, ""]),
  );
  assert.equal(logged(place).length, 10);
  for (const trace of traces) {
    assert.equal(resumedIn(place.path(trace)), 1);
    await assertSound(place, trace);
  }
});
