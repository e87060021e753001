/** Runs that wait, and the commands with which they go on. */

import assert from "node:assert/strict";
import { readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { nodeClock } from "../../src/platform/node-ports.ts";
import { lockTraceFile } from "../../src/platform/trace-files.ts";
import { WORKFLOW } from "../engine/trial.ts";
import { asking, twice } from "../engine/waiting.ts";
import { ENDED, lockText } from "../support/lock-text.ts";
import { takingTurns } from "../support/portion.ts";
import { checkDocument } from "./documents.ts";
import {
  beginWaiting,
  DRAWN_NOT,
  json,
  logged,
  RUN,
  traceWith,
  typedIn,
  typesIn,
  waitingWorkspace,
} from "./waiting.ts";
import { assertHint, assertRefused, assertSound, at, document, type Workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const asked = { key: "it's me", prompt: "Go on?", choices: ["yes", "no"], timeout: "P1D" };
const PAUSE = asking({ after: "PT0.2S" }, "TIME");

const bytesOf = ({ path }: Workspace, trace: string) => readFileSync(path(trace), "utf8");

test("a run that waits says what lets it go on, and goes on when that is typed", async (t) => {
  const place = waitingWorkspace(t, asking(asked));
  const said = await place.session(...RUN);
  assert.equal(said.code, 6, said.err);
  assertHint(said, /to answer "Go on\?": FILE holds "yes" or "no"$/);
  const [command = "", trace = "", ...options] = typedIn(said.err, "resume");
  assert.deepEqual([command, ...options.slice(0, 4)], ["resume", "--event", "it's me", "--answer", "FILE"]);
  json(place, "FILE", "yes");
  const resumed = await place.session(command, trace, ...options.slice(0, 4), ...DRAWN_NOT);
  assert.equal(resumed.code, 0, resumed.err);
  assert.deepEqual(logged(place), [{ done: true }]);
  await assertSound(place, trace);
});

test("where the snapshot and the data are named, the hints name them too", async (t) => {
  const place = waitingWorkspace(t, asking({ after: "PT1H" }, "TIME"));
  const other = waitingWorkspace(t, asking({ after: "PT1H" }, "TIME"));
  const named = ["--snapshot", place.path("protocol_snapshot"), "--data-root", place.path("data")];
  const said = await other.session(
    ...RUN,
    ...named,
    "--traces",
    "elsewhere",
    "--clock",
    "2026-01-31T09:00:00Z",
  );
  assert.match(said.err, /^hint: from 2026-01-31T10:00:00\.000Z on, pgs resume elsewhere/m);
  const words = typedIn(said.err.slice(said.err.indexOf("; ")), "wake");
  assert.deepEqual(words.slice(0, 7), ["wake", "--traces", "elsewhere", ...named]);
  const woken = await other.session(...words.slice(0, 7), ...DRAWN_NOT);
  assert.match(woken.out, /^SUCCESS {2}COMPLETED {2}elsewhere\//);
  assert.deepEqual(logged(place), [{ done: true }]);
});

it("an event is delivered to every run that waits for its key", async (t) => {
  const place = waitingWorkspace(t, asking({ key: "k", choices: ["yes", "no"] }));
  const traces = [await beginWaiting(place), await beginWaiting(place), await beginWaiting(place)];
  const wrong = await place.session("signal", "k", "--answer", json(place, "maybe.json", "maybe"), "--json");
  assert.equal(wrong.code, 2);
  assert.deepEqual(at(document(wrong), "runs", 0, "error", "code"), "ANSWER_REJECTED");
  assert.deepEqual(logged(place), []);
  const said = await place.session("signal", "k", "--answer", json(place, "yes.json", "yes"), ...DRAWN_NOT);
  assert.deepEqual([said.code, said.err], [0, ""]);
  assert.deepEqual(said.out.split("\n"), [...traces.map((trace) => `SUCCESS  COMPLETED  ${trace}`), ""]);
  assert.equal(logged(place).length, 3);
  for (const trace of traces) await assertSound(place, trace);
});

test("a key for which no run waits is refused; with a name, the event may have been taken before", async (t) => {
  const place = waitingWorkspace(t, twice("first", "second"));
  const trace = await beginWaiting(place);
  const none = await place.session("signal", "frist");
  assertRefused(none, 2, "NO_RUN_WAITS");
  assertHint(none, /^type one of these keys instead: first$/);
  const signal = ["signal", "first", "--event-id", "e-1", ...DRAWN_NOT];
  const taken = await place.session(...signal);
  assert.deepEqual([taken.code, taken.out], [0, `WAITING  ${trace}\n`]);
  const before = bytesOf(place, trace);
  const again = await place.session(...signal);
  assert.deepEqual([again.code, again.out], [0, ""]);
  assert.match(again.err, /^notice: no run waits for first/);
  assert.equal(bytesOf(place, trace), before);
});

test("runs are woken whose moment has come, and no others", async (t) => {
  const place = waitingWorkspace(t, asking({ key: "k", timeout: "PT1H" }));
  const early = await beginWaiting(place, "--clock", "2026-01-31T09:00:00Z");
  await beginWaiting(place, "--clock", "2026-01-31T10:00:00Z");
  const none = await place.session("wake", "--now", "2026-01-31T09:59:59.999Z", "--json");
  assert.deepEqual([none.code, document(none)], [0, { runs: [] }]);
  const said = await place.session("wake", "--now", "2026-01-31T10:00:00Z", ...DRAWN_NOT, "--json");
  const runs = document(said)["runs"] as readonly unknown[];
  assert.deepEqual([said.code, runs.length, at(runs, 0, "trace")], [0, 1, early]);
  assert.equal(at(runs, 0, "outcome"), "TIMED_OUT");
  await assertSound(place, early);
  assertRefused(await place.session("wake", "--now", "soon"), 2, "BAD_CLOCK");
  assertRefused(await place.session("wake", "--now", "2026-01-31T10:00:00Z", "--watch"), 2, "BAD_USAGE");
});

test("with --watch, runs are woken in time that begin to wait meanwhile, until an interrupt", async (t) => {
  const place = waitingWorkspace(t, PAUSE);
  let interrupt: (code: number) => void = () => assert.fail("nothing to stop");
  const onStop = (stop: typeof interrupt) => {
    interrupt = stop;
    return () => undefined;
  };
  const watching = place.sessionIn({ onStop }, "wake", "--watch", ...DRAWN_NOT);
  const traces = [await beginWaiting(place), await beginWaiting(place)];
  try {
    for (const trace of traces) await ended(place, trace);
  } finally {
    interrupt(143);
  }
  const said = await watching;
  assert.equal(said.code, 0, said.err);
  assert.equal(said.out.match(/^SUCCESS {2}COMPLETED {2}traces\//gm)?.length, 2);
});

test("with --watch, a run that another process has locked is told once, and goes on when it is free", async (t) => {
  const place = waitingWorkspace(t, PAUSE);
  const trace = await beginWaiting(place, "--clock", "2026-01-31T09:00:00Z");
  const { unlock } = lockTraceFile(place.path(trace));
  let interrupt: (code: number) => void = () => assert.fail("nothing to stop");
  const onStop = (stop: typeof interrupt) => {
    interrupt = stop;
    return () => undefined;
  };
  let looks = 0;
  const clock = {
    ...nodeClock,
    now() {
      looks++;
      return nodeClock.now();
    },
  };
  const watching = place.sessionIn({ onStop, clock }, "wake", "--watch", ...DRAWN_NOT);
  try {
    await pause(300);
    assert.ok(looks < 100, `it looked ${looks} times at what does not change`);
    unlock();
    await ended(place, trace);
  } finally {
    interrupt(143);
  }
  const said = await watching;
  assert.deepEqual([said.code, said.out], [0, `SUCCESS  COMPLETED  ${trace}\n`]);
  assert.equal(said.err.match(/^notice: another process goes on with /gm)?.length, 1);
});

async function ended(place: Workspace, trace: string): Promise<void> {
  for (let i = 0; i < 3000 && typesIn(place.path(trace)).at(-1) !== "workflow_complete"; i++) await pause(10);
}

test("with --wait, a run stays for a moment that comes in time, and no longer", async (t) => {
  const place = waitingWorkspace(t, PAUSE);
  const said = await place.session(...RUN, "--wait", "PT60S", "--json");
  const found = document(said);
  assert.deepEqual([said.code, found["status"], found["waits"]], [0, "SUCCESS", []]);
  await assertSound(place, String(at(found, "trace", "jsonl")));
  const brief = await place.session(...RUN, "--wait", "PT0.1S", "--json");
  assert.deepEqual([brief.code, document(brief)["status"]], [6, "WAITING"]);
  assertRefused(
    await place.session(...RUN, "--wait", "PT1S", "--clock", "2026-01-31T09:00:00Z"),
    2,
    "BAD_USAGE",
  );
  assertRefused(await place.session(...RUN, "--wait", "1s"), 2, "BAD_USAGE");
});

test("with --wait, a run stays for answers that others deliver, and is reported once, at its end", async (t) => {
  const place = waitingWorkspace(t, twice("first", "second"));
  const running = place.session(...RUN, "--wait", "PT60S", "--json");
  const trace = await traceWith(place, '"key":"first"');
  const resuming = place.session(
    "resume",
    trace,
    "--event",
    "first",
    "--event-id",
    "a",
    "--wait",
    "PT60S",
    ...DRAWN_NOT,
    "--json",
  );
  await traceWith(place, '"key":"second"');
  const last = await place.session(
    "resume",
    trace,
    "--event",
    "second",
    "--event-id",
    "b",
    ...DRAWN_NOT,
    "--json",
  );
  for (const said of [await running, await resuming, last]) {
    assert.deepEqual([said.code, document(said)["status"]], [0, "SUCCESS"], said.err);
  }
  await assertSound(place, trace);
});

test("a deadline counts from its own moment on, even where an answer comes in the same second", async (t) => {
  const place = waitingWorkspace(t, asking({ key: "k", timeout: "PT1H" }));
  for (const [moment, outcome] of [
    ["2026-01-31T09:59:59.999Z", "SUCCESS"],
    ["2026-01-31T10:00:00.000Z", "TIMED_OUT"],
  ] as const) {
    const trace = await beginWaiting(place, "--clock", "2026-01-31T09:00:00Z");
    const said = await place.session(
      "resume",
      trace,
      "--event",
      "k",
      "--clock",
      moment,
      ...DRAWN_NOT,
      "--json",
    );
    assert.equal(document(said)["outcome"], outcome);
    await assertSound(place, trace);
  }
});

test("a trace to which another process appends is refused, and one that is not there gets no lock", async (t) => {
  const place = waitingWorkspace(t, asking({ key: "k" }));
  const trace = await beginWaiting(place);
  const before = bytesOf(place, trace);
  const { unlock } = lockTraceFile(place.path(trace));
  for (const command of ["resume", "cancel"])
    assertRefused(await place.session(command, trace), 5, "TRACE_BUSY");
  unlock();
  assert.equal(bytesOf(place, trace), before);
  for (const command of ["resume", "cancel"])
    assertRefused(await place.session(command, "none.jsonl"), 2, "FILE_MISSING");
  writeFileSync(place.path("none.jsonl"), before);
  assert.equal(
    (await place.session("cancel", "none.jsonl", ...DRAWN_NOT)).code,
    0,
    "a copy has the name of its run",
  );
  await assertSound(place, "none.jsonl");
  assert.equal(typesIn(place.path("none.jsonl")).at(-1), "workflow_complete");
});

test("the lock of a trace is taken over from a process that is known to have died, and from no other", async (t) => {
  const place = waitingWorkspace(t, asking({ key: "k" }));
  const trace = await beginWaiting(place);
  const before = bytesOf(place, trace);
  const lock = `${place.path(trace)}.lock`;
  const elsewhere = { host: "elsewhere", boot: "00000000-0000-0000-0000-000000000000", namespace: "5.6" };
  for (const [field, value] of Object.entries(elsewhere)) {
    const text = lockText({ ...ENDED, [field]: value });
    symlinkSync(text, lock);
    for (const command of ["resume", "cancel"])
      assertRefused(await place.session(command, trace), 5, "TRACE_BUSY");
    assert.equal(readlinkSync(lock), text);
    rmSync(lock);
  }
  // Where there are no links, a lock is a file, which is empty until its text is written.
  writeFileSync(lock, "");
  assertRefused(await place.session("resume", trace), 5, "TRACE_BUSY");
  rmSync(lock);
  assert.equal(bytesOf(place, trace), before);
  symlinkSync(lockText(ENDED), lock);
  assert.equal((await place.session("cancel", trace, ...DRAWN_NOT)).code, 0);
  await assertSound(place, trace);
});

test("of many runs, those that wait are counted apart, and stop nothing", async (t) => {
  const place = waitingWorkspace(t, asking({ key: "k" }));
  writeFileSync(place.path("two.jsonl"), "{}\n{}\n");
  const said = await place.session("run", WORKFLOW, "--payloads", "two.jsonl", "--stop-on", "failure");
  assert.equal(said.code, 6, said.err);
  assert.match(said.err, /^2 lines of two\.jsonl: 0 succeeded, 2 runs wait, 0 failed, 0 refused$/m);
  for (const line of said.out.trimEnd().split("\n")) {
    const found: unknown = JSON.parse(line);
    checkDocument("run-line", found);
    assert.deepEqual([at(found, "status"), at(found, "waits", 0, "key")], ["WAITING", "k"]);
  }
  assert.equal((await place.session("signal", "k", ...DRAWN_NOT)).code, 0);
});

test("runs that wait are found without a ledger, too", async (t) => {
  const place = waitingWorkspace(t, asking({ key: "k" }));
  const traces = [await beginWaiting(place), await beginWaiting(place)];
  rmSync(place.path("traces/ledger.jsonl"));
  const said = await place.session("signal", "k", ...DRAWN_NOT, "--quiet", "--json");
  assert.equal(said.code, 0, said.err);
  for (const [i, trace] of traces.entries()) assert.equal(at(document(said), "runs", i, "trace"), trace);
});
