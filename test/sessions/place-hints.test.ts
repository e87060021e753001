/** Hints name the folders that the command line named: followed to the letter, they are right there. */

import assert from "node:assert/strict";
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { asking } from "../engine/waiting.ts";
import { RUN, typedIn, waitingWorkspace } from "./waiting.ts";
import {
  assertRefused,
  at,
  document,
  PROJECT,
  type Said,
  tracesIn,
  type Workspace,
  workspace,
} from "./world.ts";

const FOLDER = "other traces";
const OPTIONS = ["--workspace", "--snapshot", "--data-root", "--traces"];
const PLACES: Readonly<Record<string, readonly string[]>> = {
  "--traces": ["--traces", FOLDER],
  "--workspace": ["--workspace", "."],
  "--workspace and --traces": ["--workspace", ".", "--traces", FOLDER],
};

/** A workspace in which some runs wait, in the folder that the options name. */
async function begun(t: TestContext, options: readonly string[], runs: number) {
  const place = waitingWorkspace(t, asking({ key: "k" }));
  for (let i = 0; i < runs; i++) assert.equal((await place.session(...RUN, ...options)).code, 6);
  const folder = options.includes(FOLDER) ? FOLDER : "traces";
  return { place, traces: tracesIn(place.path(folder)), ledger: place.path(`${folder}/ledger.jsonl`) };
}

/** Types the first command of the hint that begins so, with the folders that it names; `more` follows them. */
function follow(place: Workspace, { out, err }: Said, command: string, ...more: string[]): Promise<Said> {
  const words = typedIn(`${err}${out}`, command);
  const last = words.findLastIndex((word) => OPTIONS.includes(word));
  assert.notEqual(last, -1, `${err}${out}`);
  return place.session(...words.slice(0, last + 2), ...more);
}

for (const [option, options] of Object.entries(PLACES)) {
  test(`with ${option}, a ledger that is gone is made again where it was`, async (t) => {
    const { place, ledger } = await begun(t, options, 1);
    rmSync(ledger);
    const refused = await place.session("runs", ...options);
    assertRefused(refused, 5, "LEDGER_ABSENT");
    const inJson = await place.session("runs", ...options, "--json");
    assert.match(String(at(document(inJson), "error", "hint")), /pgs runs --\w+ .* rebuild makes /);
    assert.equal((await follow(place, refused, "runs", "rebuild")).code, 0);
    assert.match((await place.session("runs", ...options)).out, /^WAITING /m);
  });

  test(`with ${option}, runs that the ledger does not have are added to it`, async (t) => {
    const { place, ledger } = await begun(t, options, 2);
    const [opening = "", first = ""] = readFileSync(ledger, "utf8").split("\n");
    writeFileSync(ledger, `${opening}\n${first}\n`);
    const noticed = await place.session("wake", ...options);
    assert.match(noticed.err, /^notice: LEDGER_LACKS_TRACES /m);
    const found = await place.session("runs", "verify", ...options);
    assert.match(found.out, /^TRACE_UNLISTED /m);
    assert.equal((await follow(place, found, "runs", "rebuild", "--missing")).code, 0);
    assert.doesNotMatch((await place.session("wake", ...options)).err, /notice/);
    assert.equal((await place.session("runs", "verify", ...options)).code, 0);
    writeFileSync(ledger, `${opening}\n${first}\n`);
    assert.equal((await follow(place, noticed, "runs", "rebuild", "--missing")).code, 0);
    assert.equal((await place.session("runs", "verify", ...options)).code, 0);
  });

  test(`with ${option}, a run is found by its id, and goes on by it`, async (t) => {
    const { place } = await begun(t, options, 1);
    const refused = await place.session("runs", "2099", ...options);
    assertRefused(refused, 2, "RUN_UNKNOWN");
    const listed = await follow(place, refused, "runs");
    const [id = ""] = /\S+__\S+/.exec(listed.out) ?? assert.fail(listed.out);
    const shown = await place.session("runs", id, ...options);
    assert.equal((await follow(place, shown, "resume")).code, 6, shown.out);
  });
}

test("a ledger beside the trace that a command names is made again there", async (t) => {
  const { place, traces, ledger } = await begun(t, PLACES["--traces"] ?? [], 2);
  const [trace = ""] = traces;
  rmSync(ledger);
  const resumed = await place.session("resume", trace, "--event", "k", "--no-png", "--no-md");
  assert.equal(resumed.code, 0, resumed.err);
  assert.match(resumed.err, /^notice: LEDGER_BEGINS_LATE /m);
  assert.equal((await follow(place, resumed, "runs", "rebuild")).code, 0);
  assert.equal((await place.session("runs", "verify", "--traces", FOLDER)).code, 0);
  const unset = await place.session("mark", trace, "incident", "--remove");
  assertRefused(unset, 2, "MARK_UNSET");
  assert.equal((await follow(place, unset, "runs")).code, 0);
});

test("in the folder of the workspace, no option is named, also where the workspace is found from below", async (t) => {
  const { place, ledger } = await begun(t, [], 1);
  rmSync(ledger);
  const refused = await place.session("runs");
  assert.match(refused.err, /; else pgs runs rebuild makes one/);
  writeFileSync(place.path("pgs.json"), '{"traces": "moved"}\n');
  renameSync(place.path("traces"), place.path("moved"));
  const moved = await place.session("runs");
  assert.match(moved.err, /; else pgs runs rebuild makes one/);
});

test("the seal of the snapshot that was named is made anew, and the workflows of that one are listed", async (t) => {
  const place = workspace(t, { snapshot: null });
  cpSync(`${PROJECT}/protocol_snapshot`, place.path("their snapshot"), { recursive: true });
  writeFileSync(place.path("their snapshot/notes.txt"), "mine");
  const options = ["--snapshot", "their snapshot"];
  const found = await place.session("verify", ...options);
  assert.match(found.err, /^pgs: FILE_NOT_SEALED /m);
  const inJson = document(await place.session("verify", ...options, "--json"));
  assert.match(String(at(inJson, "findings", 0, "hint")), /pgs seal --snapshot 'their snapshot' if/);
  const gate = await place.session("gate", ...options);
  for (const said of [found, gate]) assert.equal((await follow(place, said, "seal")).code, 0, said.out);
  assert.equal((await place.session("verify", ...options)).code, 0);
  const unnamed = await place.session("run", ...options);
  assert.match((await follow(place, unnamed, "list")).out, /WF_RELEASE_CHANGE_V0/);
});

test("the snapshot of the workspace that was named is compiled", async (t) => {
  const place = workspace(t, { snapshot: null });
  const options = ["--workspace", "travel"];
  assert.equal((await place.session("init", "travel")).code, 0);
  const stale = await place.session("compile", "--check", ...options);
  assert.equal(stale.code, 7, stale.err);
  assert.equal((await follow(place, stale, "compile")).code, 0);
  assert.equal((await place.session("compile", "--check", ...options)).code, 0);
  assert.ok(!existsSync(place.path("protocol_snapshot")));
});

test("help, and the making of a workspace, need no folder", async (t) => {
  const place = workspace(t);
  const { err } = await place.session("verify", "--snapshot", "x", "--sanpshot", "y");
  assert.doesNotMatch(err, /pgs [^\n]*--snapshot x/);
});
