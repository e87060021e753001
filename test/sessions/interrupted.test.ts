/** Runs that were killed: what they leave is a readable prefix that examine explains. */

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Platform } from "../../src/cli/context.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { lockText, running } from "../support/lock-text.ts";
import { PLAYS_ALL, portion, takingTurns } from "../support/portion.ts";
import { at, document, FIXTURES, fixture, lines, RELEASE, tree, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const completed = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed"), "--no-png"];

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

it("a run killed inside an effect leaves its key, and examine says what may be incomplete", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const lock = place.path("data/release_governance/releases.jsonl.lock");
  // Held by a process that lives, and is another one for whoever asks: the run waits inside its effect.
  symlinkSync(lockText(running(process.ppid)), lock);
  const child = place.start(...completed);
  t.after(() => kill(child));
  const begun = () =>
    place.traces().some((trace) => existsSync(trace) && readFileSync(trace, "utf8").includes('"REGISTER"'));
  for (let waited = 0; !begun(); waited += 10) {
    assert.ok(waited < 9000 && child.exitCode === null, "the run never came to its effect");
    await pause(10);
  }
  await kill(child);
  const [trace] = place.traces() as [string];
  const held = document(await place.session("examine", trace, "--json"));
  const { since, ...holder } = at(held, "open_effects", 0, "lock") as JsonObject;
  assert.deepEqual(holder, { process: process.ppid, host: hostname(), dead: false });
  assert.match(String(since), /^\d{4}-\d\d-\d\dT/);
  assert.equal(at(held, "advice", "code"), "WAIT", "whoever holds the lock may be the run");
  unlinkSync(lock);

  const start = lines(trace).at(-1);
  assert.equal(start?.["event_type"], "side_effect_start");
  const said = await place.session("examine", trace, "--json");
  assert.equal(said.code, 7);
  const found = document(said);
  assert.deepEqual([at(found, "errors", 0, "code"), found["ending"]], ["NO_END", null]);
  assert.deepEqual([at(found, "allowed", "ok"), at(found, "replayed", "ok")], [true, true]);
  assert.equal(at(found, "replayed", "compared"), lines(trace).length);
  const key = at(start, "payload", "effect_key");
  const { looked, found: shown, began, ...rest } = at(found, "open_effects", 0) as JsonObject;
  assert.deepEqual([looked, began], [{ file: REGISTRY, changed: null }, start?.["timestamp"]]);
  assert.deepEqual([at(shown, "state"), at(found, "advice", "code")], ["absent", "RUN_AGAIN"]);
  assert.deepEqual(
    [rest],
    [
      {
        run: "0",
        node: "REGISTER_RELEASE",
        step: "register",
        op: "REGISTER",
        store: "RELEASES",
        line: lines(trace).length,
        effect_key: key,
        has_nested_run: false,
        lock: null,
        safe: "DO_AGAIN",
      },
    ],
  );
  const text = (await place.session("examine", trace)).out;
  for (const words of [/interrupted/, /incomplete/, new RegExp(key as string), /REGISTER_RELEASE\.register/]) {
    assert.match(text, words);
  }

  const again = await place.session(...completed);
  assert.equal(again.code, 0, "nothing of the killed run stands in the way of the next");
  assert.deepEqual(storedIn(place), storedIn(await oneRelease(t)));
});

const REGISTRY = "release_governance/releases.jsonl";
const AUDIT = "release_governance/release_audit.jsonl";
const ENVIRONMENT = "release_governance/environment_state.json";

async function oneRelease(t: TestContext): Promise<Workspace> {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  assert.equal((await place.session(...completed)).code, 0);
  return place;
}

/** What the runs left, but for addresses and times, which every run draws anew. */
function storedIn({ path }: Workspace): Readonly<Record<string, string>> {
  const drawn = /"(?:address|timestamp|record_id)":"[^"]*",?/g;
  const files = tree(path("data")).filter((name) => lstatSync(path(`data/${name}`)).isFile());
  return Object.fromEntries(
    files.map((name) => [name, readFileSync(path(`data/${name}`), "utf8").replace(drawn, "")]),
  );
}

/** The trace of the last run as it was when the step had begun. */
function cutInside(place: Workspace, step: string): string {
  const all = readFileSync(place.traces().at(-1) as string, "utf8").split("\n");
  const begun = all.findIndex(
    (line) => line.includes('"side_effect_start"') && line.includes(`"step":"${step}"`),
  );
  assert.ok(begun >= 0, step);
  writeFileSync(place.path("cut.jsonl"), `${all.slice(0, begun + 1).join("\n")}\n`);
  return "cut.jsonl";
}

async function examined(place: Workspace, trace: string, ...options: readonly string[]): Promise<JsonObject> {
  const before = stampsIn(place);
  const said = await place.session("examine", trace, "--json", ...options);
  assert.equal(said.code, 7, said.err);
  assert.deepEqual(stampsIn(place), before, "examining leaves the data root as it is");
  return document(said);
}

function stampsIn({ path }: Workspace): readonly unknown[] {
  return tree(path("data")).map((name) => [name, lstatSync(path(`data/${name}`)).mtimeMs]);
}

interface Killed {
  readonly step: string;
  /** Stores that the run had not come to. */
  readonly unwritten: readonly string[];
  readonly dated: boolean;
  readonly code: string;
  /** Whoever takes these lines back can run it again. */
  readonly added: readonly string[];
}

const afterTheWrite: readonly Killed[] = [
  {
    step: "register",
    unwritten: [AUDIT, ENVIRONMENT],
    dated: true,
    code: "ENDS_OTHERWISE",
    added: [REGISTRY],
  },
  {
    step: "append_approval",
    unwritten: [ENVIRONMENT],
    dated: true,
    code: "ENDS_OTHERWISE",
    added: [REGISTRY, AUDIT],
  },
  { step: "write_state", unwritten: [], dated: false, code: "COUNT_AS_DONE", added: [] },
];

const written = portion({ name: "after the write", diagnostic: console.log }, afterTheWrite, 1);

for (const { step, unwritten, dated, code, added } of written) {
  it(`killed after ${step} had written, a run is ${code}; following that, it has happened once`, async (t) => {
    const place = await oneRelease(t);
    const whole = storedIn(place);
    for (const file of unwritten) rmSync(place.path(`data/${file}`));
    const found = await examined(place, cutInside(place, step));
    assert.deepEqual(
      [at(found, "open_effects", 0, "found", "state"), at(found, "open_effects", 0, "safe")],
      ["done", "COUNT_AS_DONE"],
    );
    assert.equal(at(found, "open_effects", 0, "found", "dated"), dated);
    assert.equal(at(found, "advice", "code"), code);
    if (code === "ENDS_OTHERWISE") {
      assert.equal(at(found, "advice", "rehearsed", "exit_reason_code"), "EXIT_ALREADY_EXISTS");
      const untouched = storedIn(place);
      const again = document(await place.session(...completed, "--json"));
      assert.equal(again["exit_reason_code"], "EXIT_ALREADY_EXISTS", "as it was rehearsed");
      assert.deepEqual(storedIn(place), untouched);
      for (const file of added) rmSync(place.path(`data/${file}`));
      assert.equal((await place.session(...completed)).code, 0);
    }
    assert.deepEqual(storedIn(place), whole);
  });
}

const GRANT = "agent_governance::WF_GRANT_TOOL_V0";
const REVOKE = "agent_governance::WF_REVOKE_GRANT_V0";
const TOOL_AUDIT = "agent_governance/tool_audit.jsonl";
const revoked = ["run", "--wf", REVOKE, "--payload", fixture("wf-revoke-grant/completed"), "--no-png"];

/** A grant was given and taken away again. */
async function oneRevocation(t: TestContext): Promise<Workspace> {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  await place.session("run", "--wf", GRANT, "--payload", fixture("wf-grant-tool/completed"), "--no-png");
  assert.equal((await place.session(...revoked)).code, 0);
  return place;
}

it("a torn line is what a killed append left: it is found, and the next append takes its place", async (t) => {
  const place = await oneRevocation(t);
  const whole = storedIn(place);
  const audit = place.path(`data/${TOOL_AUDIT}`);
  const [granted, revocation = ""] = readFileSync(audit, "utf8").split("\n");
  for (const torn of ["", revocation.slice(0, 7), revocation.slice(0, -1)]) {
    writeFileSync(audit, `${granted}\n${torn}`);
    const found = await examined(place, cutInside(place, "append_revocation"));
    const evidence = { lines: 1, ...(torn === "" ? {} : { torn_bytes: torn.length }) };
    assert.deepEqual(at(found, "open_effects", 0, "found", "evidence"), evidence);
    assert.deepEqual(
      [at(found, "open_effects", 0, "safe"), at(found, "advice", "code")],
      ["DO_AGAIN", "RUN_AGAIN"],
    );
  }
  const second = at(
    document(await place.session("examine", "cut.jsonl", "--json")),
    "advice",
    "completed_effects",
    0,
    "on_rerun",
  );
  assert.equal(second, "CHANGES_NOTHING", "a binding that was ended stays ended");
  assert.equal((await place.session(...revoked)).code, 0);
  assert.deepEqual(storedIn(place), whole);
});

it("an append that took place last leaves nothing to do, and a second one is told of before it happens", async (t) => {
  const place = await oneRevocation(t);
  const whole = storedIn(place);
  const found = await examined(place, cutInside(place, "append_revocation"));
  assert.deepEqual(
    [at(found, "open_effects", 0, "safe"), at(found, "advice", "code")],
    ["COUNT_AS_DONE", "COUNT_AS_DONE"],
  );
  assert.deepEqual(at(found, "open_effects", 0, "found", "evidence", "line"), 2);
  assert.equal(at(found, "advice", "completed_effects", 1, "on_rerun"), "ADDS_AGAIN");
  const { out } = await place.session("examine", "cut.jsonl");
  assert.match(out, /^ {2}advice +do not run the workflow again: .*only the exit COMPLETED was left$/m);
  assert.match(out, /APPEND .*would add to its store a second time$/m);
  assert.deepEqual(storedIn(place), whole);
});

it("a state that another run has written since is looked at first", async (t) => {
  const place = await oneRelease(t);
  const file = place.path(`data/${ENVIRONMENT}`);
  writeFileSync(file, readFileSync(file, "utf8").replace("CHG-2041", "CHG-3000"));
  const found = await examined(place, cutInside(place, "write_state"));
  const [effect] = found["open_effects"] as JsonObject[];
  assert.deepEqual([at(effect, "found", "because"), at(effect, "safe")], ["OTHER_VALUE", "LOOK_FIRST"]);
  assert.deepEqual(at(effect, "found", "evidence"), { key: "production", differing: ["change_id"] });
  const { out } = await place.session("examine", "cut.jsonl");
  assert.match(
    out,
    /^ {2}found +unclear: the store has another value.*\n.*\n {2}hint: if this is the earlier state/m,
  );
  assert.ok(!out.includes("CHG-3000"), "what others stored is not told");
  assert.equal(at(found, "advice", "code"), "LOOK_FIRST");
});

it("without a data root nothing is looked at, and how to name it is said; none is made", async (t) => {
  const place = await oneRelease(t);
  const trace = cutInside(place, "append_approval");
  const found = await examined(place, trace, "--data-root", "nowhere");
  const [effect] = found["open_effects"] as JsonObject[];
  assert.deepEqual(
    [at(effect, "found", "because"), at(effect, "safe"), effect?.["looked"]],
    ["NO_DATA_ROOT", "LOOK_FIRST", null],
  );
  assert.deepEqual(
    [at(found, "advice", "not_rehearsed"), at(found, "advice", "data_root")],
    ["NO_DATA_ROOT", "nowhere"],
  );
  const { out } = await place.session("examine", trace, "--data-root", "nowhere");
  assert.match(out, /not checked: there is no data root$/m);
  assert.match(out, /^ {2}hint: name it with --data-root DIR$/m);
  assert.equal(existsSync(place.path("nowhere")), false);
  writeFileSync(place.path("file"), "");
  const file = await examined(place, trace, "--data-root", "file");
  assert.equal(at(file, "open_effects", 0, "found", "because"), "NO_DATA_ROOT");
});

it("snapshot and data root are both those of the trace's workspace, from any folder, unless they are named", async (t) => {
  const place = await oneRelease(t);
  const trace = place.path(cutInside(place, "append_approval"));
  const other = await oneRelease(t);
  mkdirSync(place.path("sub/data"), { recursive: true });
  const odd = other.path("it's data");
  cpSync(other.path("data"), odd, { recursive: true });
  const env = (variables: Record<string, string>) => ({ env: variables });
  const [here, there] = [place.path("data"), other.path("data")];
  const cases: readonly (readonly [Partial<Platform>, readonly string[], string])[] = [
    [{ cwd: place.folder }, [], "data"],
    [{ cwd: place.path("sub") }, [], here],
    [{ cwd: other.folder }, [], here],
    [{ cwd: "/" }, [], here],
    [{ cwd: other.folder }, ["--snapshot", place.path("protocol_snapshot")], here],
    [{ cwd: place.path("sub") }, ["--data-root", there], there],
    [{ cwd: place.path("sub"), ...env({ PGS_DATA_ROOT: there }) }, [], there],
    [{ cwd: place.path("sub") }, ["--data-root", odd], odd],
    [{ cwd: place.folder }, ["--data-root", odd], odd],
    [{ cwd: other.folder }, ["--snapshot", other.path("protocol_snapshot"), "--data-root", "it's data"], odd],
    [{ cwd: place.path("sub") }, ["--workspace", other.folder], there],
    [{ cwd: place.path("sub"), ...env({ PGS_WORKSPACE: other.folder }) }, [], there],
  ];
  for (const [world, argv, expected] of cases) {
    const found = document(await place.sessionIn(world, "examine", trace, ...argv, "--json"));
    const told = `${world.cwd} ${argv.join(" ")} ${JSON.stringify(world.env)}`;
    const root = resolve(world.cwd as string, String(at(found, "advice", "data_root")));
    assert.equal(root, resolve(place.folder, expected), told);
    assert.equal(at(found, "allowed", "ok"), true, told);
    const [, options] =
      /pgs resume \S+\.jsonl((?: --\S+ .+)?)$/.exec(String(at(found, "advice", "hint"))) ?? [];
    assert.ok(options !== undefined, told);
    const words = execFileSync("sh", ["-c", `printf '%s\\n' ${options}`], { encoding: "utf8" });
    const typed = words.split("\n").filter((word) => word !== "");
    const locks = document(await place.sessionIn(world, "data", "locks", "--json", ...typed));
    assert.equal(locks["data_root"], resolve(place.folder, expected), `${told}: ${options}`);
    assert.equal((await place.sessionIn(world, "list", ...typed)).code, 0, `${told}: ${options}`);
  }
});

test("a corrupt store is named with its line, and nothing is made of it", async (t) => {
  const place = await oneRelease(t);
  appendFileSync(place.path(`data/${AUDIT}`), "no line of ours\n");
  const found = await examined(place, cutInside(place, "append_approval"));
  const shown = at(found, "open_effects", 0, "found");
  assert.deepEqual([at(shown, "state"), at(shown, "because")], ["unseen", "CORRUPT"]);
  assert.deepEqual(at(shown, "evidence"), { file: AUDIT, line: 2 });
});

it("what the trace suppresses is compared with nothing, and appears in nothing that is said", async (t) => {
  const place = await oneRelease(t);
  const payload = fixture("wf-rollback-release/completed");
  const wf = "release_governance::WF_ROLLBACK_RELEASE_V0";
  assert.equal((await place.session("run", "--wf", wf, "--payload", payload, "--no-png")).code, 0);
  const found = await examined(place, cutInside(place, "append_rollback"));
  assert.deepEqual(at(found, "open_effects", 0, "found", "because"), "SUPPRESSED");
  assert.deepEqual(
    [at(found, "advice", "not_rehearsed"), at(found, "advice", "code")],
    ["SUPPRESSED", "LOOK_FIRST"],
  );
  const { confirmation_code } = JSON.parse(readFileSync(payload, "utf8")) as { confirmation_code: string };
  const fingerprint =
    /CONFIRMED_\w+/.exec(readFileSync(place.path(`data/${AUDIT}`), "utf8"))?.[0] ?? assert.fail();
  const { out } = await place.session("examine", "cut.jsonl");
  for (const secret of [confirmation_code, fingerprint]) {
    assert.ok(!out.includes(secret) && !JSON.stringify(found).includes(secret));
  }
});

it("long stores are looked into and rehearsed on without an index, a lock or a draft being left", async (t) => {
  const place = await oneRelease(t);
  const others = Array.from(
    { length: 6000 },
    (_, i) => `{"key":"other-${i}","address":"ADDR_${i}","target_ref":"r"}\n`,
  );
  appendFileSync(place.path(`data/${REGISTRY}`), others.join(""));
  const found = await examined(place, cutInside(place, "register"));
  assert.equal(at(found, "open_effects", 0, "found", "evidence", "line"), 1);
  assert.equal(existsSync(place.path("data/.pgs")), false);
});

const KILLS = PLAYS_ALL ? 20 : 2;

it("a run killed at any moment leaves a trace that examine explains, and a data root that works", async (t) => {
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

const EXPLAINED: ReadonlySet<string> = new Set(["EMPTY", "NO_END", "TORN_LINE,EMPTY", "TORN_LINE,NO_END"]);
