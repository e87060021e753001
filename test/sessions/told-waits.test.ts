/** What `pgs examine` says of a run that waits, goes on, or was cut off. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { WORKFLOW } from "../engine/trial.ts";
import { asking } from "../engine/waiting.ts";
import { takingTurns } from "../support/portion.ts";
import { waitingWorkspace } from "./waiting.ts";
import { at, document, type Workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

/** A workspace in which a run waits for the event `k`, and its trace. */
async function waiting(t: TestContext): Promise<{ readonly place: Workspace; readonly trace: string }> {
  const place = waitingWorkspace(
    t,
    asking({ key: "k", timeout: "P1D", prompt: "Go on?", choices: ["yes", "no"] }),
  );
  const said = await place.session("run", WORKFLOW, "--clock", "2026-01-31T09:00:00Z", "--json");
  assert.equal(said.code, 6, said.err);
  return { place, trace: String(at(document(said), "trace", "jsonl")) };
}

async function answer(place: Workspace, trace: string): Promise<void> {
  writeFileSync(place.path("answer.json"), '"yes"');
  const actor = ["--actor", "trial::AC_ANN_V0", "--clock", "2026-01-31T09:30:00Z"];
  const said = await place.session("resume", trace, "--event", "k", "--answer", "answer.json", ...actor);
  assert.equal(said.code, 0, said.err);
}

test("a run that waits is valid, and the verdict says what it waits for", async (t) => {
  const { place, trace } = await waiting(t);
  const said = await place.session("examine", trace);
  assert.equal(said.code, 0, said.out);
  const due = "2026-02-01T09:00:00.000Z";
  assert.ok(said.out.startsWith(`VALID  ${trace}  waits for k until ${due}\n`), said.out);
  assert.match(said.out, /^ {2}EVENT {2}- {2}waits {2}WORK\.wait$/m);
  assert.match(said.out, /^waits for\n {2}WORK\.wait {2}event k {2}until \S+ {2}Go on\?: yes \| no$/m);
  assert.match(said.out, /^hint: type pgs resume \S+\.jsonl --event k --answer FILE to answer "Go on\?"/m);
  assert.doesNotMatch(said.out, /OPEN EFFECT|after the crash/);
  const found = document(await place.session("examine", trace, "--json"));
  assert.deepEqual(
    [found["ok"], found["state"], found["open_effects"], found["advice"], at(found, "waits", 0, "key")],
    [true, "WAITING", [], null, "k"],
  );
});

test("of a run that went on, each session is told with its cause and who gave it", async (t) => {
  const { place, trace } = await waiting(t);
  await answer(place, trace);
  const said = await place.session("examine", trace);
  assert.equal(said.code, 0, said.out);
  const row =
    /^ {2}lines 8-16 {2}2026-01-31T09:30:00\.000Z {2}an event was delivered: k "yes" {2}trial::AC_ANN_V0 .*the run ended$/m;
  assert.match(said.out, row);
  const found = document(await place.session("examine", trace, "--json"));
  const causes = (found["sessions"] as readonly unknown[]).map((one) => [at(one, "cause"), at(one, "end")]);
  assert.deepEqual(causes, [
    ["BEGUN", "WAITS"],
    ["EVENT", "ENDED"],
  ]);
  assert.equal(found["state"], "COMPLETED");
});

/** As a process leaves them that is killed there: the ledger does not have the end of the run, either. */
function cutInLastEffect({ path }: Workspace, trace: string): void {
  const lines = readFileSync(trace, "utf8").split("\n");
  const cut = lines.findLastIndex((line) => line.includes('"side_effect_start"')) + 1;
  writeFileSync(trace, `${lines.slice(0, cut).join("\n")}\n`);
  const ledger = readFileSync(path("traces/ledger.jsonl"), "utf8").trimEnd().split("\n");
  writeFileSync(path("traces/ledger.jsonl"), `${ledger.slice(0, -1).join("\n")}\n`);
}

it("a run that was cut off is advised to go on from its trace, and does when that is typed", async (t) => {
  const { place, trace } = await waiting(t);
  await answer(place, trace);
  cutInLastEffect(place, trace);
  const found = document(await place.session("examine", trace, "--json"));
  assert.deepEqual([found["state"], at(found, "advice", "code")], ["INTERRUPTED", "COUNT_AS_DONE"]);
  const command = `pgs resume ${trace}`;
  assert.deepEqual(at(found, "advice", "resume"), [command]);
  assert.ok(String(at(found, "advice", "hint")).endsWith(command));
  const { out } = await place.session("examine", trace);
  assert.ok(out.includes(`hint: let the run go on, which repeats nothing that took place: ${command}\n`), out);
  const resumed = await place.session(...command.split(" ").slice(1), "--no-png");
  assert.equal(resumed.code, 0, resumed.err);
  const after = await place.session("examine", trace);
  assert.equal(after.code, 0, after.out);
  assert.match(
    after.out,
    /^settled after an interruption\n {2}APPEND {2}LOG {2}SUCCESS {2}WORK\.log {2}shown by the store$/m,
  );
  assert.equal(readFileSync(place.path("data/log.jsonl"), "utf8").trimEnd().split("\n").length, 1);
});

it("what a person said took place is named in the verdict", async (t) => {
  const { place, trace } = await waiting(t);
  await answer(place, trace);
  cutInLastEffect(place, trace);
  writeFileSync(place.path("data/log.jsonl"), "not a record\n");
  const found = document(await place.session("examine", trace, "--json"));
  const command = `pgs resume ${trace}`;
  assert.deepEqual(at(found, "advice", "resume"), [`${command} --assume done`, `${command} --assume absent`]);
  const resumed = await place.session(
    "resume",
    trace,
    "--assume",
    "done",
    "--actor",
    "trial::AC_ANN_V0",
    "--no-png",
  );
  assert.equal(resumed.code, 0, resumed.err);
  const said = await place.session("examine", trace);
  assert.equal(said.code, 0, said.out);
  assert.ok(said.out.startsWith(`VALID  ${trace}  1 effect assumed to have taken place\n`), said.out);
  assert.match(
    said.out,
    /^note {2}nobody saw APPEND by WORK\.log end: trial::AC_ANN_V0 said that it took place$/m,
  );
  assert.match(said.out, /WORK\.log {2}assumed by trial::AC_ANN_V0$/m);
});
