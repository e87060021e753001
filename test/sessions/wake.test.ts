/** Runs that go on because somebody gave an event for all of them, or woke those whose moment had come. */

import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { asking } from "../engine/waiting.ts";
import { lockText, running } from "../support/lock-text.ts";
import { takingTurns } from "../support/portion.ts";
import { beginWaiting, DRAWN_NOT, logged, RUN, typedIn, typesIn, waitingWorkspace } from "./waiting.ts";
import { assertSound, document, lines, type Workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const EARLY = ["--clock", "2026-01-31T09:00:00Z"];
const LATE = ["--now", "2026-01-31T12:00:00Z", ...DRAWN_NOT];

const idOf = (trace: string) => trace.split("/").at(-2) as string;
const resumedIn = (place: Workspace, trace: string) =>
  typesIn(place.path(trace)).filter((type) => type === "run_resumed").length;

/** Two runs that wait, whose ledger begins behind the first one. */
async function lateLedger(t: TestContext, protocol: ReturnType<typeof asking>) {
  const place = waitingWorkspace(t, protocol);
  const before = await beginWaiting(place, ...EARLY);
  rmSync(place.path("traces/ledger.jsonl"));
  const said = await place.session(...RUN, "--clock", "2026-01-31T09:01:00Z", "--json");
  assert.match(said.err, /^notice: LEDGER_BEGINS_LATE /m);
  return { place, traces: [before, String(place.traces().at(-1)).slice(place.folder.length + 1)] };
}

const LACKS =
  /^notice: LEDGER_LACKS_TRACES the ledger does not have 1 run whose trace is there \(traces\/ledger\.jsonl\)$/m;

const WAYS = [
  { name: "an event", protocol: asking({ key: "k" }), argv: ["signal", "k", ...DRAWN_NOT] },
  { name: "a moment", protocol: asking({ after: "PT1M" }, "TIME"), argv: ["wake", ...LATE] },
];

for (const { name, protocol, argv } of WAYS) {
  test(`a run that waits for ${name} goes on though the ledger began after it, and that it lacks the run is said`, async (t) => {
    const { place, traces } = await lateLedger(t, protocol);
    const said = await place.session(...argv, "--json");
    assert.equal(said.code, 0, said.err);
    assert.match(said.err, LACKS);
    const resumed = document(said)["runs"] as readonly { readonly trace_id: string; readonly status: string }[];
    assert.deepEqual(
      resumed.map(({ trace_id, status }) => [trace_id, status]),
      traces.map((trace) => [idOf(trace), "SUCCESS"]),
    );
    assert.equal((await place.session("runs", "verify")).code, 0);
    for (const trace of traces) await assertSound(place, trace);
  });
}

test("what the notice about missing runs says ends it", async (t) => {
  const { place, traces } = await lateLedger(t, asking({ after: "PT1H" }, "TIME"));
  const early = ["wake", "--now", "2026-01-31T09:30:00Z"];
  const said = await place.session(...early);
  assert.deepEqual([said.code, said.out], [0, ""], "nothing is due");
  assert.match(said.err, LACKS);
  assert.equal((await place.session(...early, "--quiet")).err, "");
  const command = typedIn(said.err, "runs").slice(0, 3);
  assert.deepEqual(command, ["runs", "rebuild", "--missing"]);
  assert.equal((await place.session(...command)).code, 0);
  assert.equal((await place.session(...early)).err, "");
  const woken = document(await place.session("wake", ...LATE, "--json"))["runs"] as readonly object[];
  assert.equal(woken.length, traces.length);
});

test("a trace that is damaged, another's copy or being written is none that the ledger lacks", async (t) => {
  const place = waitingWorkspace(t, asking({ key: "k" }));
  const trace = place.path(await beginWaiting(place, ...EARLY));
  const made = (number: number, text: string) => {
    const id = idOf(trace).replace(/\w{8}$/, `0000000${number}`);
    cpSync(place.path(`traces/${idOf(trace)}`), place.path(`traces/${id}`), { recursive: true });
    const file = place.path(`traces/${id}/${id}.jsonl`);
    writeFileSync(file, text);
    return file;
  };
  const whole = readFileSync(trace, "utf8");
  const own = (number: number) =>
    whole.replaceAll(idOf(trace), idOf(trace).replace(/\w{8}$/, `0000000${number}`));
  made(1, whole);
  made(2, "");
  made(3, own(3).replace(/.*\n$/, "{}\n"));
  symlinkSync(lockText(running(process.ppid)), `${made(4, own(4))}.lock`);
  const said = await place.session("signal", "k", "--json", ...DRAWN_NOT);
  assert.deepEqual([said.code, said.err], [0, ""]);
  assert.equal((document(said)["runs"] as readonly object[]).length, 1);
});

const MOMENT = asking({ after: "PT1M" }, "TIME");

test("a run that another process has taken up is told, and left to that", async (t) => {
  const place = waitingWorkspace(t, MOMENT);
  const trace = await beginWaiting(place, ...EARLY);
  symlinkSync(lockText(running(process.ppid)), `${place.path(trace)}.lock`);
  const said = await place.session("wake", ...LATE);
  assert.deepEqual([said.code, said.out], [0, ""]);
  assert.equal(said.err, `notice: another process goes on with ${trace}, or has ended it\n`);
  assert.equal((await place.session("wake", ...LATE, "--quiet")).err, "");
  assert.equal(resumedIn(place, trace), 0);
  rmSync(`${place.path(trace)}.lock`);
  // It has ended, and its process was killed before the ledger had that.
  const ledger = readFileSync(place.path("traces/ledger.jsonl"), "utf8");
  assert.equal((await place.session("wake", ...LATE, "--quiet")).code, 0);
  writeFileSync(place.path("traces/ledger.jsonl"), ledger);
  const after = await place.session("wake", ...LATE);
  assert.deepEqual([after.code, after.err], [0, said.err]);
  assert.equal(resumedIn(place, trace), 1);
});

it("several processes wake at once: each run goes on once, and the ledger is whole", async (t) => {
  const place = waitingWorkspace(t, MOMENT);
  const traces: string[] = [];
  for (let i = 0; i < 3; i++) traces.push(await beginWaiting(place, ...EARLY));
  const said = await Promise.all(Array.from({ length: 3 }, () => place.binary("wake", ...LATE, "--json")));
  const woken = said.flatMap(({ code, out, err }) => {
    assert.equal(code, 0, err);
    for (const line of err.split("\n").filter(Boolean))
      assert.match(line, /^notice: another process goes on with /);
    return (JSON.parse(out) as { readonly runs: readonly { readonly trace_id: string }[] }).runs;
  });
  assert.deepEqual(woken.map(({ trace_id }) => trace_id).sort(), traces.map(idOf).sort());
  for (const trace of traces) {
    assert.equal(resumedIn(place, trace), 1);
    await assertSound(place, trace);
  }
  assert.equal(logged(place).length, traces.length);
  assert.equal((await place.session("runs", "verify")).code, 0);
  assert.equal(lines(place.path("traces/ledger.jsonl")).length, 4 * traces.length);
});
