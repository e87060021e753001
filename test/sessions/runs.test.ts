/** Runs found again: listed, shown, verified, rebuilt, pruned, with bookmarks. */

import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { filesOf, SNAPSHOT as TRIAL_SNAPSHOT, WORKFLOW } from "../engine/trial.ts";
import { asking, twice } from "../engine/waiting.ts";
import { lockText, running } from "../support/lock-text.ts";
import { NO_FILE } from "../support/no-file.ts";
import { takingTurns } from "../support/portion.ts";
import { edit } from "./reauthor.ts";
import { beginWaiting, DRAWN_NOT, waitingWorkspace } from "./waiting.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  lines,
  RELEASE,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const ROLLBACK = "release_governance::WF_ROLLBACK_RELEASE_V0";
const ENGINEER = "release_governance::AC_ENGINEER_V0";
const quick = ["--no-png", "--no-md", "--quiet", "--durability", "process"];

/** Runs the release, which succeeds, fails or is rolled back, at a fixed moment. Answers its id. */
async function ran(place: Workspace, day: number, ...argv: readonly string[]): Promise<string> {
  const clock = ["--clock", `2026-01-${String(day).padStart(2, "0")}T09:00:00Z`];
  const before = new Set(place.traces());
  await place.session("run", ...argv, ...quick, ...clock);
  const [made = ""] = place.traces().filter((trace) => !before.has(trace));
  return idOf(made);
}

const idOf = (trace: string) => trace.split("/").at(-2) as string;
const COMPLETED = [RELEASE, "--payload", fixture("wf-release-change/completed")];
const DENIED = [RELEASE, "--payload", fixture("wf-release-change/quorum-not-met")];
const ROLLED_BACK = [ROLLBACK, "--payload", fixture("wf-rollback-release/completed")];

/** Four runs on four days. */
async function fourRuns(t: TestContext) {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const ids = [
    await ran(place, 1, ...COMPLETED, "--actor", ENGINEER),
    await ran(place, 2, ...DENIED),
    await ran(place, 3, ...ROLLED_BACK),
    await ran(place, 4, ...DENIED, "--actor", ENGINEER),
  ];
  return { place, ids: ids as [string, string, string, string] };
}

async function listed(place: Workspace, ...argv: readonly string[]): Promise<readonly string[]> {
  const said = await place.session("runs", ...argv, "--json");
  assert.equal(said.code, 0, said.out);
  return (document(said)["runs"] as readonly JsonObject[]).map(({ id }) => String(id));
}

const fileOf = ({ path }: Workspace, id: string) => path(`traces/${id}/${id}.jsonl`);

it("runs are listed, the last one first, and found by what is known of them", async (t) => {
  const { place, ids } = await fourRuns(t);
  const [a, b, c, d] = ids;
  const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
    [[], [d, c, b, a]],
    [
      ["--state", "FAILED"],
      [d, b],
    ],
    [["--state", "COMPLETED", "--wf", RELEASE], [a]],
    [
      ["--actor", ENGINEER],
      [d, a],
    ],
    [
      ["--outcome", "EXIT_DENIED"],
      [d, b],
    ],
    [
      ["--outcome", "SUCCESS"],
      [c, a],
    ],
    [
      ["--since", "2026-01-02"],
      [d, c, b],
    ],
    [
      ["--since", "2026-01-02T09:00:00Z", "--until", "2026-01-04"],
      [c, b],
    ],
    [["--text", "rollback"], [c]],
    [["--wf", "WF_ROLLBACK_RELEASE_V0"], [c]],
    [["--wf", "RELEASE_V0"], []],
    [["--state", "WAITING"], []],
    [["--state", "PRUNED"], []],
    [
      ["--limit", "2"],
      [d, c],
    ],
  ];
  for (const [options, expected] of cases)
    assert.deepEqual(await listed(place, ...options), expected, options.join(" "));
  const { out } = await place.session("runs", "--limit", "1");
  const [head, row, rest] = out.split("\n");
  assert.match(String(head), /^state +workflow +outcome +begun +duration +waits for +id$/);
  assert.match(
    String(row),
    new RegExp(`^FAILED +${RELEASE} +EXIT_DENIED +2026-01-04T09:00:00Z +0 ms +- +${d}$`),
  );
  assert.match(String(rest), /^… and 3 runs more/);
  assert.match((await place.session("runs", "--state", "CANCELLED")).out, /^no such run in /);
  assertRefused(await place.session("runs", "--since", "yesterday"), 2, "BAD_USAGE");
});

it("where nothing has run, nothing is listed; traces without a ledger are no list", async (t) => {
  const { place } = await fourRuns(t);
  const other = workspace(t);
  assert.deepEqual(await listed(other), []);
  assert.equal((await other.session("runs", "verify")).code, 0);
  assert.ok(!existsSync(other.path("traces")), "looking leaves nothing behind");
  writeFileSync(place.path("traces/ledger.jsonl"), "");
  assertRefused(await place.session("runs"), 5, "LEDGER_ABSENT");
  assert.equal((await place.session("runs", "verify")).code, 7);
  rmSync(place.path("traces/ledger.jsonl"));
  for (const argv of [[], ["verify"], ["rebuild", "--missing"], ["prune", "--older-than", "P1D"]]) {
    const said = await place.session("runs", ...argv);
    assertRefused(said, 5, "LEDGER_ABSENT");
    assertHint(said, /pgs runs rebuild/);
  }
});

it("links that lead out of the traces folder are named for what they are, and end no list", async (t) => {
  const { place, ids } = await fourRuns(t);
  const unknown = ids[0].replace(/.{8}$/, "00000000");
  symlinkSync(place.path("data"), place.path(`traces/${unknown}`));
  renameSync(place.path(`traces/${ids[1]}`), place.path("moved"));
  symlinkSync(place.path("moved"), place.path(`traces/${ids[1]}`));
  assert.equal((await listed(place)).length, 4);
  const verified = await place.session("runs", "verify", "--json");
  const findings = document(verified)["findings"] as readonly JsonObject[];
  assert.deepEqual(
    findings.map(({ code, run }) => [code, run]),
    [["TRACE_UNLISTED", unknown]],
  );
  rmSync(place.path("traces/ledger.jsonl"));
  symlinkSync(place.path("data"), place.path("traces/ledger.jsonl"));
  for (const argv of [[], ["verify"]])
    assertRefused(await place.session("runs", ...argv), 5, "LEDGER_UNREADABLE");
});

for (const [what, put] of Object.entries(NO_FILE))
  test(`a ${what} in the place of a trace is named, and keeps no other run from anything`, async (t) => {
    const place = waitingWorkspace(t, asking({ key: "k" }));
    const [lost = "", other = ""] = [await beginWaiting(place), await beginWaiting(place)].map(idOf);
    const ledger = readFileSync(place.path("traces/ledger.jsonl"), "utf8");
    rmSync(fileOf(place, lost));
    put(fileOf(place, lost));
    const findings = async () => {
      const verified = document(await place.session("runs", "verify", "--json"));
      return (verified["findings"] as readonly JsonObject[]).map(({ code, run }) => [code, run]);
    };
    const rebuilt = async (...how: readonly string[]) =>
      document(await place.session("runs", "rebuild", ...how, "--json"))["unreadable"];
    assert.deepEqual(await findings(), [["TRACE_IRREGULAR", lost]]);
    for (const how of [["--missing"], []]) {
      assert.deepEqual(await rebuilt(...how), [lost]);
      assert.deepEqual(await listed(place, "--state", "WAITING"), [other, lost]);
      assert.deepEqual(await findings(), [["TRACE_IRREGULAR", lost]]);
    }
    // A link that leads out of the folder is refused by its name.
    if (what !== "device") {
      const said = await place.session("signal", "k", ...DRAWN_NOT);
      assert.equal(said.code, 2, said.err);
      assert.match(said.out, new RegExp(`^REFUSED {2}FILE_UNREADABLE .*${lost}`, "m"));
      assert.deepEqual(await listed(place, "--state", "COMPLETED"), [other]);
      await place.session("runs", "prune", "--older-than", "PT0S", "--state", "COMPLETED");
      assert.deepEqual(await findings(), [["TRACE_IRREGULAR", lost]]);
    }
    // As after a crash: the first run is going on, by its only line.
    writeFileSync(place.path("traces/ledger.jsonl"), ledger.replace(/\n.*/s, "\n"));
    assert.deepEqual(await listed(place, "--state", "INTERRUPTED"), [lost]);
  });

it("a run is shown by its id or the beginning of it, and a beginning of several is refused", async (t) => {
  const { place, ids } = await fourRuns(t);
  const [id] = ids;
  const whole = await place.session("runs", id);
  for (const prefix of [id, id.slice(0, 8), fileOf(place, id), `traces/${id}`])
    assert.deepEqual(await place.session("runs", prefix), whole, prefix);
  assert.match(
    whole.out,
    /^COMPLETED {2}COMPLETED {2}release_governance::WF_RELEASE_CHANGE_V0\n {2}id +20260101T/,
  );
  assert.match(whole.out, /^ {2}begun {2}2026-01-01T09:00:00\.000Z by release_governance::AC_ENGINEER_V0$/m);
  const found = document(await place.session("runs", id, "--json"));
  assert.deepEqual(
    [found["state"], found["head"], found["listed"], (found["effects"] as unknown[]).length],
    ["COMPLETED", lines(fileOf(place, id)).at(-1)?.["hash"], true, 4],
  );
  const several = await place.session("runs", "2026");
  assertRefused(several, 2, "RUN_AMBIGUOUS");
  for (const one of ids) assert.ok(several.err.includes(one));
  assertRefused(await place.session("runs", "2027"), 2, "RUN_UNKNOWN");
  assertHint(await place.session("runs", "verfiy"), /^type pgs runs verify$/);
});

test("each form of the command has its own options", async (t) => {
  const place = workspace(t);
  for (const argv of [
    ["--older-than", "P1D"],
    ["verify", "--missing"],
    ["rebuild", "--state", "FAILED"],
    ["2026", "--limit", "3"],
  ])
    assertRefused(await place.session("runs", ...argv), 2, "BAD_USAGE");
  assertRefused(await place.session("runs", "prune"), 2, "BAD_USAGE");
});

// ---- waiting runs ----

function waitingPlace(
  t: TestContext,
  protocol = asking({ key: "go", prompt: "May it?", choices: ["yes", "no"] }),
): Workspace {
  const place = workspace(t, { snapshot: null, capabilities: false });
  for (const [file, bytes] of filesOf(protocol)) {
    const target = place.path(`protocol_snapshot${file.slice(TRIAL_SNAPSHOT.length)}`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, bytes);
  }
  return place;
}

test("a run that waits is found by its key, and how it goes on is ready to type", async (t) => {
  const place = waitingPlace(t);
  const id = await ran(place, 1, WORKFLOW);
  assert.deepEqual(await listed(place, "--key", "go"), [id]);
  assert.deepEqual(await listed(place, "--key", "come"), []);
  assert.deepEqual(await listed(place, "--text", "MAY"), [id]);
  const { out } = await place.session("runs", id);
  assert.match(out, /^WAITING {2}trial::WF_TRIAL_V0$/m);
  assert.match(out, new RegExp(`^to go on\n {2}pgs resume ${id} --event go --answer FILE$`, "m"));
  assert.match((await place.session("runs")).out, /^WAITING .* event go +2026/m);
  writeFileSync(place.path("answer.json"), '"yes"');
  const [command = ""] = document(await place.session("runs", id, "--json"))["commands"] as string[];
  const words = command.replace("FILE", "answer.json").split(" ").slice(1);
  const resumed = await place.session(...words, "--actor", ENGINEER, ...quick);
  assert.equal(resumed.code, 0, resumed.err);
  const told = (await place.session("runs", id)).out;
  assert.match(told, /^ {2}begun {2}[-\dT:.]+Z$/m, "who answers a run has not begun it");
  const after = document(await place.session("runs", id, "--json"));
  assert.deepEqual(
    [after["state"], after["waits"], after["actors"], after["commands"]],
    ["COMPLETED", [], [ENGINEER], []],
  );
  const sessions = after["sessions"] as readonly JsonObject[];
  assert.deepEqual(
    sessions.map(({ cause, end, actor }) => [cause, end, actor]),
    [
      ["BEGUN", "WAITS", null],
      ["EVENT", "ENDED", ENGINEER],
    ],
  );
  assert.equal((await place.session("runs", "verify")).code, 0);
});

test("a run is due when its moment has come", async (t) => {
  const place = waitingPlace(t, asking({ key: "go", timeout: "2026-02-01T00:00:00Z" }));
  const id = await ran(place, 1, WORKFLOW);
  assert.deepEqual(await listed(place, "--due", "2026-01-31T23:59:59Z"), []);
  assert.deepEqual(await listed(place, "--due", "2026-02-01"), [id]);
  assert.deepEqual(await listed(place, "--due"), [id], "now is later");
});

test("a run whose process has ended is interrupted; one whose process lives is running", async (t) => {
  const place = waitingPlace(t);
  const id = await ran(place, 1, WORKFLOW);
  const trace = fileOf(place, id);
  const [first = "", ...others] = readFileSync(trace, "utf8").split("\n");
  const ledger = place.path("traces/ledger.jsonl");
  const [begun = ""] = readFileSync(ledger, "utf8").split("\n");
  writeFileSync(trace, `${first}\n`);
  writeFileSync(ledger, `${begun}\n`);
  const shown = async () => {
    const found = document(await place.session("runs", id, "--json"));
    return [found["state"], found["commands"], (await listed(place, "--state", "RUNNING")).length];
  };
  assert.deepEqual(await shown(), ["INTERRUPTED", [`pgs resume ${id}`], 0]);
  assert.deepEqual(await listed(place, "--state", "INTERRUPTED"), [id]);
  assert.equal((await place.session("runs", "verify")).code, 0);
  const examined = async () => {
    const said = document(await place.session("examine", id, "--json"));
    return [said["state"], at(said, "advice", "code"), (at(said, "advice", "resume") as []).length];
  };
  assert.deepEqual(await examined(), ["INTERRUPTED", "RUN_AGAIN", 1]);
  symlinkSync(lockText(running(process.ppid)), `${trace}.lock`);
  assert.deepEqual(await examined(), ["RUNNING", "WAIT", 0]);
  assert.deepEqual(await shown(), ["RUNNING", [], 1]);
  rmSync(`${trace}.lock`);
  symlinkSync(lockText({ ...running(process.ppid), host: "elsewhere" }), `${trace}.lock`);
  assert.deepEqual(await examined(), ["RUNNING", "WAIT", 0]);
  assert.match(
    (await place.session("examine", id)).out,
    /whose state is unknown here.*\n +hint: .*remove the lock/,
  );
  rmSync(`${trace}.lock`);
  // Its process ended when the trace was written, and before the ledger was.
  writeFileSync(trace, [first, ...others].join("\n"));
  assert.deepEqual((await shown())[0], "WAITING");
  assert.deepEqual(await listed(place, "--key", "go"), [id]);
});

// ---- verify ----

async function found(place: Workspace, ...argv: readonly string[]): Promise<readonly (readonly unknown[])[]> {
  const said = await place.session("runs", "verify", ...argv, "--json");
  const { ok, findings } = document(said) as { ok: boolean; findings: readonly JsonObject[] };
  assert.deepEqual([said.code, ok], findings.length === 0 ? [0, true] : [7, false]);
  const text = await place.session("runs", "verify", ...argv);
  assert.equal(text.code, said.code);
  for (const { code } of findings) assert.ok(text.out.includes(String(code)));
  return findings.map(({ code, run, line }) => [code, run ?? line]);
}

it("a trace that was removed, replaced, cut or changed is noticed, whatever was done to its own chain", async (t) => {
  const { place, ids } = await fourRuns(t);
  const [a, b, , d] = ids;
  assert.deepEqual(await found(place), []);
  const copy = place.path("copy");
  cpSync(place.path("traces"), copy, { recursive: true });
  const restore = () => {
    rmSync(place.path("traces"), { recursive: true });
    cpSync(copy, place.path("traces"), { recursive: true });
  };
  rmSync(place.path(`traces/${a}`), { recursive: true });
  assert.deepEqual(await found(place), [["TRACE_MISSING", a]]);
  restore();
  writeFileSync(fileOf(place, b), readFileSync(fileOf(place, d), "utf8"));
  assert.deepEqual(await found(place), [["TRACE_REPLACED", b]]);
  restore();
  // Run again in its place, at the same moment: the name is the same, and the head is not.
  rmSync(place.path(`traces/${b}`), { recursive: true });
  renameSync(place.path("traces/ledger.jsonl"), place.path("ledger"));
  const forged = await ran(place, 2, ...DENIED, "--actor", ENGINEER);
  assert.equal(forged, b);
  renameSync(place.path("ledger"), place.path("traces/ledger.jsonl"));
  assert.deepEqual(await found(place), [["TRACE_REPLACED", b]]);
  restore();
  const whole = readFileSync(fileOf(place, a), "utf8").split("\n");
  writeFileSync(fileOf(place, a), `${whole.slice(0, 5).join("\n")}\n`);
  assert.deepEqual(await found(place), [["TRACE_CUT", a]]);
  writeFileSync(fileOf(place, a), "");
  assert.deepEqual(await found(place), [["TRACE_DAMAGED", a]]);
  restore();
  edit(fileOf(place, a), (text) => text.replace("CHG-2041", "CHG-2042"));
  assert.deepEqual(await found(place), [["TRACE_DAMAGED", a]]);
});

it("a ledger whose lines were changed, removed, added or cut off is noticed, the last with its head alone", async (t) => {
  const { place, ids } = await fourRuns(t);
  const file = place.path("traces/ledger.jsonl");
  const text = readFileSync(file, "utf8");
  const all = text.split("\n").slice(0, -1);
  const head = String(document(await place.session("runs", "verify", "--json"))["head"]);
  assert.deepEqual(await found(place, "--head", head), []);
  const write = (kept: readonly string[]) => writeFileSync(file, `${kept.join("\n")}\n`);
  write(all.map((line, i) => (i === 2 ? line.replace("RUNNING", "WAITING") : line)));
  assert.deepEqual(await found(place), [["BAD_HASH", 3]]);
  write(all.filter((_, i) => i !== 3));
  assert.deepEqual(await found(place), [
    ["BAD_SEQUENCE", 4],
    ["BAD_PREV_HASH", 4],
    ["LEDGER_BEHIND", ids[1]],
  ]);
  write([...all.slice(0, 3), all[2] as string, ...all.slice(3)]);
  assert.deepEqual((await found(place)).map(([code]) => code).slice(0, 2), ["BAD_SEQUENCE", "BAD_PREV_HASH"]);
  write([...all.slice(0, 3), "{}", ...all.slice(3)]);
  assert.deepEqual((await found(place))[0], ["BAD_SHAPE", 4]);
  writeFileSync(file, `${text}{"at":`);
  assert.deepEqual(await found(place), [["TORN_LINE", 9]]);
  write(all.slice(0, 6));
  assert.deepEqual(await found(place), [["TRACE_UNLISTED", ids[3]]]);
  rmSync(place.path(`traces/${ids[3]}`), { recursive: true });
  assert.deepEqual(await found(place), [], "cut with the run itself");
  assert.deepEqual(await found(place, "--head", head), [["HEAD_MISMATCH", null]]);
});

// ---- rebuild ----

it("a ledger rebuilt from the traces says what the first one said, and that it was rebuilt", async (t) => {
  const { place, ids } = await fourRuns(t);
  await place.session("mark", ids[0], "look", "--tag", "x");
  const shown = async () => document(await place.session("runs", "--json"))["runs"] as readonly JsonObject[];
  const before = await shown();
  const { head } = document(await place.session("runs", "verify", "--json"));
  const rebuilt = document(await place.session("runs", "rebuild", "--json"));
  assert.deepEqual([rebuilt["traces"], rebuilt["unreadable"]], [4, []]);
  const [opening] = lines(place.path("traces/ledger.jsonl"));
  assert.deepEqual([opening?.["opening"], opening?.["traces"], opening?.["former_head"]], ["REBUILT", 4, head]);
  assert.deepEqual(
    await shown(),
    before.map((run) => ({ ...run, rebuilt: true })),
  );
  assert.deepEqual(await found(place), []);
  rmSync(place.path("traces/ledger.jsonl"));
  assert.equal((await place.session("runs", "rebuild")).code, 0);
  const [first] = lines(place.path("traces/ledger.jsonl"));
  assert.ok(!("former_head" in (first ?? {})));
  const without = before.map((run) => ({ ...run, marks: [], rebuilt: true }));
  assert.deepEqual(await shown(), without, "bookmarks are in the ledger alone");
  const next = await ran(place, 5, ...DENIED);
  assert.deepEqual((await listed(place))[0], next);
  assert.deepEqual(await found(place), []);
});

it("a rebuilt ledger still has the runs whose traces are gone", async (t) => {
  const { place, ids } = await fourRuns(t);
  rmSync(place.path(`traces/${ids[1]}`), { recursive: true });
  const known = lines(place.path("traces/ledger.jsonl")).filter(({ run }) => run === ids[1]).length;
  const kept = new RegExp(`: \\d+ lines made from 3 traces, ${known} lines kept of the ledger before$`, "m");
  assert.match((await place.session("runs", "rebuild")).out, kept);
  assert.deepEqual(await found(place), [["TRACE_MISSING", ids[1]]]);
  // Given up for good.
  renameSync(place.path("traces/ledger.jsonl"), place.path("former.jsonl"));
  assert.match((await place.session("runs", "rebuild")).out, /lines made from 3 traces$/m);
  assert.deepEqual(await found(place), []);
});

it("what the ledger lacks is added, marked, and nothing else", async (t) => {
  const { place, ids } = await fourRuns(t);
  const file = place.path("traces/ledger.jsonl");
  const all = readFileSync(file, "utf8").split("\n").slice(0, -1);
  // As after a power cut: the last lines are missing, one of them is torn.
  writeFileSync(file, `${all.slice(0, 5).join("\n")}\n${all[5]?.slice(0, 40)}`);
  assert.deepEqual(await found(place), [
    ["TORN_LINE", 6],
    ["LEDGER_BEHIND", ids[2]],
    ["TRACE_UNLISTED", ids[3]],
  ]);
  const added = document(await place.session("runs", "rebuild", "--missing", "--json"));
  assert.deepEqual([added["runs"], added["lines"]], [[ids[2], ids[3]], 3]);
  assert.deepEqual(await found(place), []);
  const after = lines(file);
  assert.deepEqual(
    after.slice(0, 5).map((line) => JSON.stringify(line)),
    all.slice(0, 5),
  );
  assert.deepEqual(
    after.slice(5).map(({ rebuilt, torn_bytes }) => [rebuilt, torn_bytes]),
    [
      [true, 40],
      [true, undefined],
      [true, undefined],
    ],
  );
  const again = document(await place.session("runs", "rebuild", "--missing", "--json"));
  assert.deepEqual([again["runs"], again["lines"]], [[], 0]);
  assert.deepEqual(lines(file), after);
});

// ---- prune and mark ----

it("old traces are removed, but for those of runs that wait, have a bookmark or an attestation", async (t) => {
  const { place, ids } = await fourRuns(t);
  const [a, b, c, d] = ids;
  await place.session("mark", a, "look");
  appendFileSync(place.path(`traces/${b}/${b}.intoto.json`), "{}");
  const old = ["--older-than", "P1D"];
  cpSync(place.path(`traces/${c}`), place.path("copy"), { recursive: true });
  const dry = document(await place.session("runs", "prune", ...old, "--dry-run", "--json"));
  const idsOf = (pruned: JsonObject) => (pruned["pruned"] as readonly JsonObject[]).map(({ id }) => id);
  assert.deepEqual(idsOf(dry), [c, d]);
  assert.deepEqual(dry["kept"], { running: 0, waiting: 0, interrupted: 0, marked: 1, attested: 1, newest: 0 });
  const size = ["jsonl"].reduce(
    (sum, kind) => sum + readFileSync(place.path(`traces/${c}/${c}.${kind}`)).length,
    0,
  );
  assert.equal(at(dry, "pruned", 0, "bytes"), size);
  assert.equal((await listed(place)).length, 4, "nothing was removed");
  assert.deepEqual(
    idsOf(document(await place.session("runs", "prune", "--older-than", "P9999D", "--json"))),
    [],
  );
  assert.deepEqual(idsOf(document(await place.session("runs", "prune", ...old, "--keep", "1", "--json"))), [c]);
  assert.deepEqual(await listed(place), [d, b, a]);
  assert.deepEqual(await listed(place, "--state", "PRUNED"), [c]);
  assert.ok(!existsSync(place.path(`traces/${c}`)));
  assert.deepEqual(await found(place), [], "what was pruned is not missing");
  const gone = await place.session("examine", c);
  assertRefused(gone, 2, "RUN_PRUNED");
  assertHint(gone, /^name the file of a copy of the trace$/);
  cpSync(place.path("copy"), place.path(`traces/${c}`), { recursive: true });
  for (const command of [
    ["examine", c],
    ["render", c, "--md", "-"],
  ])
    assert.equal((await place.session(...command)).code, 0, "a trace that is there again is found");
  rmSync(place.path(`traces/${c}`), { recursive: true });
  assert.deepEqual(
    idsOf(document(await place.session("runs", "prune", ...old, "--state", "FAILED", "--attested", "--json"))),
    [b, d],
  );
  await place.session("runs", "rebuild");
  assert.deepEqual(await listed(place, "--state", "PRUNED"), [d, c, b]);
  assert.deepEqual(await found(place), []);
});

test("the trace of a run that waits, or that a process executes, is never removed", async (t) => {
  const place = waitingPlace(t, twice("one", "two"));
  const waits = await ran(place, 1, WORKFLOW);
  const busy = await ran(place, 2, WORKFLOW);
  symlinkSync(lockText(running(process.ppid)), `${fileOf(place, busy)}.lock`);
  const ledger = place.path("traces/ledger.jsonl");
  writeFileSync(ledger, `${readFileSync(ledger, "utf8").split("\n").slice(0, 3).join("\n")}\n`);
  const pruned = document(await place.session("runs", "prune", "--older-than", "PT0S", "--attested", "--json"));
  assert.deepEqual(
    [pruned["pruned"], at(pruned, "kept", "waiting"), at(pruned, "kept", "running")],
    [[], 1, 1],
  );
  assert.ok(existsSync(fileOf(place, waits)) && existsSync(fileOf(place, busy)));
});

test("a run that was interrupted, and can go on, is removed only where its state is asked for", async (t) => {
  const place = waitingPlace(t, twice("one", "two"));
  const id = await ran(place, 1, WORKFLOW);
  for (const file of [fileOf(place, id), place.path("traces/ledger.jsonl")])
    writeFileSync(file, `${readFileSync(file, "utf8").split("\n")[0]}\n`);
  assert.deepEqual(await listed(place, "--state", "INTERRUPTED"), [id]);
  const old = ["runs", "prune", "--older-than", "PT0S"];
  const said = await place.session(...old);
  assert.match(said.out, /^0 traces removed, 0 bytes; kept: 1 interrupted \(pgs resume goes on with them;/m);
  assert.ok(existsSync(fileOf(place, id)));
  const asked = document(await place.session(...old, "--state", "INTERRUPTED", "--json"));
  assert.deepEqual([at(asked, "pruned", 0, "id"), at(asked, "kept", "interrupted")], [id, 0]);
  assert.ok(!existsSync(fileOf(place, id)));
});

it("what an interrupted prune left is removed by the next one", async (t) => {
  const { place, ids } = await fourRuns(t);
  const [a] = ids;
  cpSync(place.path(`traces/${a}`), place.path("copy"), { recursive: true });
  await place.session("runs", "prune", "--older-than", "P1D", "--state", "COMPLETED");
  cpSync(place.path("copy"), place.path(`traces/${a}`), { recursive: true });
  assert.deepEqual(await found(place), []);
  await place.session("runs", "prune", "--older-than", "P1D", "--state", "CANCELLED");
  assert.ok(!existsSync(place.path(`traces/${a}`)));
});

it("a bookmark is set, found, replaced and removed, and the trace stays as it is", async (t) => {
  const { place, ids } = await fourRuns(t);
  const [a, b] = ids;
  const before = readFileSync(fileOf(place, a));
  const argv = [
    "mark",
    a,
    "incident",
    "--about",
    "wrong approver",
    "--tag",
    "audit",
    "--tag",
    "q1",
    "--at",
    "12",
  ];
  const said = document(await place.session(...argv, "--actor", ENGINEER, "--json"));
  const { at: moment, ...set } = at(said, "marks", 0) as JsonObject;
  assert.deepEqual(set, {
    name: "incident",
    about: "wrong approver",
    tags: ["audit", "q1"],
    line: 12,
    actor: ENGINEER,
  });
  assert.match(String(moment), /^\d{4}-/);
  await place.session("mark", fileOf(place, b), "other", "--tag", "audit");
  assert.deepEqual(await listed(place, "--mark", "incident"), [a]);
  assert.deepEqual(await listed(place, "--tag", "audit"), [b, a]);
  assert.deepEqual(await listed(place, "--text", "approver"), [a]);
  assert.match(
    (await place.session("runs", a)).out,
    /^ {2}incident {2}line 12 .* wrong approver {2}#audit {2}#q1 {2}by /m,
  );
  await place.session("mark", a, "incident");
  assert.deepEqual(await listed(place, "--tag", "audit"), [b]);
  await place.session("mark", a, "incident", "--remove");
  assert.deepEqual(await listed(place, "--mark", "incident"), []);
  assertRefused(await place.session("mark", a, "incident", "--remove"), 2, "MARK_UNSET");
  assertRefused(await place.session("mark", a, "far", "--at", "99999"), 2, "BAD_USAGE");
  assertRefused(await place.session("mark", "2027", "far"), 2, "RUN_UNKNOWN");
  assert.deepEqual(readFileSync(fileOf(place, a)), before);
  assert.deepEqual(await found(place), []);
  assert.deepEqual(document(await place.session("runs", a, "--json"))["state"], "COMPLETED");
});
