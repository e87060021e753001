/** Runs that are told to stop after the event at hand, and runs that are cancelled. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFileSync, mkdirSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { appending, contract, oneContract } from "../engine/trial.ts";
import { asking, concurrent, nested } from "../engine/waiting.ts";
import { lockText, running } from "../support/lock-text.ts";
import { takingTurns } from "../support/portion.ts";
import {
  beginWaiting,
  DRAWN_NOT,
  interruptedAfter,
  logged,
  RUN,
  traceWith,
  typedIn,
  typesIn,
  waitingWorkspace,
} from "./waiting.ts";
import { assertRefused, assertSound, at, document, exitOf, lines } from "./world.ts";

const it = takingTurns(import.meta.url);

const LOGGING = oneContract(contract([appending("one", { n: 1 }), appending("two", { n: 2 })]));

it("an interrupt lets a run finish the event at hand, at any event, and it goes on from there", async (t) => {
  const whole = waitingWorkspace(t, LOGGING);
  const last = document(await whole.session(...RUN, "--json"));
  const count = lines(String(at(last, "trace", "jsonl"))).length;
  for (let events = 1; events <= count; events++) {
    const place = waitingWorkspace(t, LOGGING);
    const said = await place.sessionIn(interruptedAfter(events), ...RUN, "--follow");
    const [trace] = place.traces() as [string];
    const types = typesIn(trace);
    if (types.at(-1) === "workflow_complete") {
      assert.deepEqual([said.code, types.length >= count - 1], [0, true], `after event ${events}`);
      continue;
    }
    assert.equal(said.code, 143, `after event ${events}: ${said.err}`);
    assert.ok(types.length - events <= 1, "what has begun is finished, and nothing else");
    assert.notEqual(types.at(-1), "side_effect_start");
    assert.match(said.out, /^INTERRUPTED {2}trial::WF_TRIAL_V0$/m);
    const [command = "", file = ""] = typedIn(said.err, "resume");
    const resumed = await place.session(command, file, ...DRAWN_NOT, "--json");
    assert.equal(document(resumed)["exit_reason_code"], last["exit_reason_code"]);
    assert.deepEqual(logged(place), logged(whole));
    await assertSound(place, file);
  }
});

it("a process that is told to stop inside an effect completes it, and ends as a signal ends it", async (t) => {
  const place = waitingWorkspace(t, LOGGING);
  mkdirSync(place.path("data"));
  const lock = place.path("data/log.jsonl.lock");
  symlinkSync(lockText(running(process.ppid)), lock);
  const child = place.start(...RUN, "--json");
  let out = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  const closed = once(child, "close");
  const trace = await traceWith(place, '"side_effect_start"');
  child.kill("SIGTERM");
  unlinkSync(lock);
  assert.equal(exitOf((await closed) as (number | null)[]), 143);
  const found = JSON.parse(out) as unknown;
  assert.deepEqual([at(found, "status"), at(found, "exit_code")], ["INTERRUPTED", 143]);
  assert.match(String(at(found, "hints", 0)), /^type pgs resume traces\/\S+\.jsonl to go on from here$/);
  assert.equal(typesIn(trace).at(-1), "side_effect_end");
  assert.equal((await place.session("resume", trace, ...DRAWN_NOT)).code, 0);
  assert.deepEqual(logged(place), [{ n: 1 }, { n: 2 }]);
  await assertSound(place, trace);
});

test("an interrupt ends the stay of --wait, and the run waits on", async (t) => {
  const place = waitingWorkspace(t, asking({ key: "k" }));
  let interrupt: (code: number) => void = () => assert.fail("nothing to stop");
  const onStop = (stop: typeof interrupt) => {
    interrupt = stop;
    return () => undefined;
  };
  const staying = place.sessionIn({ onStop }, ...RUN, "--wait", "PT60S", "--json");
  const trace = await traceWith(place, "run_suspended");
  interrupt(130);
  const said = await staying;
  assert.deepEqual([said.code, document(said)["status"]], [130, "WAITING"]);
  assert.equal((await place.session("resume", trace, "--event", "k", ...DRAWN_NOT)).code, 0);
});

it("a run that waits is cancelled with its nested runs, the innermost first", async (t) => {
  for (const protocol of [asking({ key: "a" }), nested("a"), concurrent("a", "b", "c")]) {
    const place = waitingWorkspace(t, protocol);
    const trace = await beginWaiting(place);
    const args = ["--reason", "not needed", "--actor", "trial::AC_ANN_V0"];
    const said = await place.session("cancel", trace, ...args, ...DRAWN_NOT, "--json");
    const found = document(said);
    assert.deepEqual(
      [said.code, found["status"], found["exit_code"], found["waits"]],
      [0, "CANCELLED", 0, []],
      said.err,
    );
    const events = lines(place.path(trace));
    const cancelled = events.findIndex(({ event_type }) => event_type === "run_cancelled");
    assert.deepEqual(at(events[cancelled], "payload", "reason"), "not needed");
    const rest = events.slice(cancelled + 1);
    assert.ok(rest.every((event) => at(event, "payload", "status") === "CANCELLED"));
    assert.equal(rest.at(-1)?.["run"], "0");
    assert.equal(rest.length, new Set(events.map(({ run }) => run)).size, "every open run ends once");
    await assertSound(place, trace);
    assertRefused(await place.session("cancel", trace), 2, "RUN_ENDED");
  }
});

test("a run that has one child left is cancelled, and keeps what the others did", async (t) => {
  const place = waitingWorkspace(t, concurrent("a", "b"));
  const trace = await beginWaiting(place);
  assert.equal((await place.session("resume", trace, "--event", "b", ...DRAWN_NOT)).code, 6);
  const said = await place.session("cancel", trace, ...DRAWN_NOT);
  assert.match(said.out, /^CANCELLED {2}CANCELLED {2}trial::WF_TRIAL_V0$/m);
  assert.match(said.out, /^ {2}0\.2 {2}APPEND +LOG {2}SUCCESS/m, "effects that took place are listed");
  assert.equal(logged(place).length, 1);
  await assertSound(place, trace);
});

it("a run that was interrupted at any event is cancelled there, with the picture and the Markdown made anew", async (t) => {
  const place = waitingWorkspace(t, nested("a"));
  const begun = await beginWaiting(place);
  await place.session("resume", begun, "--event", "a", ...DRAWN_NOT);
  const text = readFileSync(place.path(begun), "utf8");
  const whole = text.trimEnd().split("\n");
  for (let events = 1; events < whole.length; events++) {
    const name = `cut-${events}.jsonl`;
    writeFileSync(place.path(name), `${whole.slice(0, events).join("\n")}\n`);
    const said = await place.session("cancel", name, "--no-png", "--json");
    assert.deepEqual(
      [said.code, document(said)["status"]],
      [0, "CANCELLED"],
      `${events}: ${said.err}${said.out}`,
    );
    await assertSound(place, name);
    assert.match(readFileSync(place.path(`cut-${events}.md`), "utf8"), /CANCELLED/);
  }
  copyFileSync(place.path(begun), place.path("ended.jsonl"));
  assertRefused(await place.session("cancel", "ended.jsonl"), 2, "RUN_ENDED");
  rmSync(place.path("ended.jsonl"));
});
