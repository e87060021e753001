/** Runs that were killed: what they leave is a readable prefix that examine explains. */

import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, symlinkSync, unlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { at, document, FIXTURES, fixture, lines, RELEASE, workspace } from "./world.ts";

const completed = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png"];

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

test("a run killed inside an effect leaves its key, and examine says what may be half-done", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const lock = place.path("data/release_governance/releases.jsonl.lock");
  // Held by this process, which lives: the run waits inside its effect.
  symlinkSync(`${process.pid}:${hostname()}:0123456789abcdef`, lock);
  const child = place.start(...completed);
  t.after(() => kill(child));
  const begun = () =>
    place.traces().some((trace) => existsSync(trace) && readFileSync(trace, "utf8").includes('"REGISTER"'));
  for (let waited = 0; !begun(); waited += 10) {
    assert.ok(waited < 9000 && child.exitCode === null, "the run never came to its effect");
    await pause(10);
  }
  await kill(child);
  unlinkSync(lock);

  const [trace] = place.traces() as [string];
  const start = lines(trace).at(-1);
  assert.equal(start?.["event_type"], "side_effect_start");
  const said = await place.session("examine", trace, "--json");
  assert.equal(said.code, 7);
  const found = document(said);
  assert.deepEqual([at(found, "errors", 0, "code"), found["ending"]], ["NO_END", null]);
  assert.deepEqual([at(found, "allowed", "ok"), at(found, "replayed", "ok")], [true, true]);
  assert.equal(at(found, "replayed", "compared"), lines(trace).length);
  const key = at(start, "payload", "effect_key");
  assert.deepEqual(found["open_effects"], [
    {
      run: "0",
      node: "REGISTER_RELEASE",
      step: "register",
      op: "REGISTER",
      store: "RELEASES",
      line: lines(trace).length,
      effect_key: key,
      has_nested_run: false,
    },
  ]);
  const text = (await place.session("examine", trace)).out;
  for (const words of [/interrupted/, /half.done/i, new RegExp(key as string), /REGISTER_RELEASE\.register/]) {
    assert.match(text, words);
  }

  const again = await place.session(...completed);
  assert.equal(again.code, 0, "nothing of the killed run stands in the way of the next");
});

const KILLS = 20;

test("a run killed at any moment leaves a trace that examine explains, and a data root that works", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  for (let i = 0; i < KILLS; i++) {
    const known = place.traces().length;
    const child = place.start(...completed);
    while (place.traces().length === known && child.exitCode === null) await pause(1);
    await pause(i);
    await kill(child);
  }
  let interrupted = 0;
  assert.equal(place.traces().length, KILLS);
  // A run may be killed before its folder holds a file.
  for (const trace of place.traces().filter((file) => existsSync(file))) {
    const said = await place.session("examine", trace, "--json");
    const found = document(said);
    const errors = (found["errors"] as { code: string }[]).map(({ code }) => code);
    const isWhole = errors.length === 0;
    const complaint = `${trace}: ${said.out}`;
    assert.equal(said.code, isWhole ? 0 : 7, complaint);
    assert.ok(isWhole || EXPLAINED.has(errors.join()), complaint);
    if (found["replayed"] !== null) assert.equal(at(found, "replayed", "ok"), true, complaint);
    if (!isWhole) interrupted++;
  }
  t.diagnostic(`${interrupted} of ${KILLS} runs were interrupted`);
  const last = await place.session(...completed);
  assert.deepEqual([last.code, last.err], [0, ""]);
});

const EXPLAINED: ReadonlySet<string> = new Set(["EMPTY", "NO_END", "TORN_LINE", "TORN_LINE,NO_END"]);
