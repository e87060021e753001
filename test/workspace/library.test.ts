/** The library: workspaces opened by a program, and runs in one process that do not touch each other. */

import assert from "node:assert/strict";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { suite, type TestContext, test } from "node:test";
import {
  type CancelOptions,
  fixedClock,
  folderTraces,
  memoryStores,
  memoryTraces,
  openWorkspace,
  PgsError,
  type ResumeOptions,
  type RunOptions,
  type RunResult,
  seededEntropy,
  segmentTraces,
  type Workflow,
  type WorkspaceOptions,
} from "../../src/index.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { addCapabilities } from "../support/own-package.ts";
import { PLAYS_ALL, takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const PROJECT = join(import.meta.dirname, "../..");
const RELEASE = "release_governance::WF_RELEASE_CHANGE_V0";
const NOW = Date.parse("2026-01-31T09:00:00Z");

const fixture = (name: string) =>
  JSON.parse(readFileSync(join(PROJECT, `fixtures/wf-release-change/${name}.json`), "utf8")) as JsonObject;

/** The data that the fixtures need, by path. */
function fixtureData(): Record<string, Uint8Array> {
  const folder = join(PROJECT, "fixtures/data");
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path))]));
}

/** The project's own snapshot, with stores and traces in memory. */
async function inMemory(options: RunOptions = {}) {
  const stores = memoryStores(fixtureData());
  const workspace = await openWorkspace({ folder: PROJECT, stores, traces: memoryTraces(), ...options });
  return { workspace, stores, workflow: await workspace.workflow(RELEASE) };
}

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => assert.fail("it is not refused"),
    (error: unknown) => {
      assert.ok(error instanceof PgsError, String(error));
      return error;
    },
  );

/** For tests that leave nothing in it. */
let opened: ReturnType<typeof inMemory> | undefined;
const shared = () => {
  opened ??= inMemory();
  return opened;
};

suite("the library", () => {
  it("a run in memory answers what the command line answers, and its trace is valid", async () => {
    const { workspace, stores, workflow } = await inMemory();
    const seen: string[] = [];
    const run = await workflow.run(fixture("completed"), {
      onEvent: ({ event_type }) => seen.push(event_type),
    });
    assert.deepEqual([run.status, run.outcome, run.exitReason], ["SUCCESS", "SUCCESS", "COMPLETED"]);
    assert.equal(run.workflow, RELEASE);
    assert.deepEqual([run.refusal, run.waits, run.violations], [null, [], []]);
    assert.ok(run.effects.length > 0 && run.path.length > 0 && Object.keys(run.results).length > 0);
    assert.equal(seen.at(-1), "workflow_complete");
    assert.ok(stores.written().length > 0);
    assert.equal(run.trace.file, null);
    assert.equal(run.trace.id, run.id);
    const verdict = await workspace.examine(run.trace, { head: run.head });
    assert.equal(verdict.ok, true);
    assert.deepEqual(verdict["replayed"], {
      ok: true,
      compared: seen.length,
      suppressed: 0,
      taken_as_recorded: [],
      divergence: null,
    });
    const changed = Buffer.from(Buffer.from(run.trace.bytes()).toString().replace('"SUCCESS"', '"FAILURE"'));
    assert.equal((await workspace.examine(changed)).ok, false);
  });

  it("what a listener does to an event changes neither the run nor its trace", async () => {
    const { workspace, workflow } = await inMemory();
    const run = await workflow.run(fixture("completed"), {
      onEvent({ payload }) {
        const parts: unknown[] = [payload];
        for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
          if (typeof part !== "object" || part === null) continue;
          parts.push(...Object.values(part).slice(0, 100));
          for (const key of Object.keys(part)) Reflect.set(part, key, "changed");
        }
      },
    });
    assert.deepEqual([run.status, run.exitReason], ["SUCCESS", "COMPLETED"]);
    assert.doesNotMatch(Buffer.from(run.trace.bytes()).toString(), /changed/);
    assert.equal((await workspace.examine(run.trace, { head: run.head })).ok, true);
  });

  test("a denied run is a result, and a refused one has its refusal", async () => {
    const { workflow } = await inMemory();
    const denied = await workflow.run(fixture("quorum-not-met"));
    assert.deepEqual([denied.status, denied.refusal], ["FAILED", null]);
    const aborted = await workflow.run(fixture("completed"), { signal: AbortSignal.abort() });
    assert.deepEqual([aborted.exitReason, aborted.refusal?.code], ["RUN_ABORTED", "RUN_ABORTED"]);
  });

  test("an aborted run leaves a valid trace, and the next run is as any other", async () => {
    const { workspace, workflow } = await inMemory();
    const controller = new AbortController();
    const run = await workflow.run(fixture("completed"), {
      signal: controller.signal,
      onEvent: ({ event_type }) => event_type === "transform_end" && controller.abort(),
    });
    assert.equal(run.exitReason, "RUN_ABORTED");
    assert.equal((await workspace.examine(run.trace, { head: run.head })).ok, true);
    assert.equal((await workflow.run(fixture("completed"))).exitReason, "COMPLETED");
  });

  it("what is refused before a run is a PgsError with code, stage, facts and hint", async () => {
    const { workspace, workflow } = await shared();
    const unknown = await refusal(workspace.workflow("release_governance::WF_RELEASE_CHANG_V0"));
    assert.deepEqual([unknown.code, unknown.stage], ["UNKNOWN_WORKFLOW", "usage"]);
    assert.match(unknown.hint ?? "", /WF_RELEASE_CHANGE_V0/);
    const nowhere = await openWorkspace({ folder: tmpdir() });
    assert.equal((await refusal(nowhere.workflow(RELEASE))).code, "SNAPSHOT_MISSING");
    assert.equal((await refusal(nowhere.examine("/nowhere.jsonl"))).code, "FILE_MISSING");
    assert.equal((await refusal(workspace.examine(Buffer.from("no trace\n")))).code, "NOT_A_TRACE");
    const actor = await refusal(workflow.run({}, { actor: "me" }));
    assert.deepEqual([actor.code, actor.facts], ["ACTOR_NOT_AN_FQDN", { actor: "me" }]);
    const wrongRoot = await openWorkspace({ folder: PROJECT, expectSeal: "0".repeat(64) });
    assert.equal((await refusal(wrongRoot.workflow(RELEASE))).stage, "seal");
    const unsigned = await openWorkspace({ folder: PROJECT, requireSignatures: 1 });
    assert.equal((await refusal(unsigned.workflow(RELEASE))).stage, "seal");
  });

  const cycle: Record<string, unknown> = {};
  cycle["self"] = cycle;
  const deep = JSON.parse(`${'{"a":'.repeat(300)}1${"}".repeat(300)}`);
  for (const [what, payload, code, pointer] of [
    ["a list", [], "PAYLOAD_NOT_AN_OBJECT", null],
    ["nothing", undefined, "PAYLOAD_NOT_AN_OBJECT", null],
    ["a text", "x", "PAYLOAD_NOT_AN_OBJECT", null],
    ["undefined in it", { a: { b: undefined } }, "PAYLOAD_VALUE_NOT_JSON", "/a/b"],
    ["a function in it", { a: [() => 1] }, "PAYLOAD_VALUE_NOT_JSON", "/a/0"],
    ["not a number in it", { a: Number.NaN }, "PAYLOAD_VALUE_NOT_JSON", "/a"],
    ["a date in it", { a: new Date(0) }, "PAYLOAD_VALUE_NOT_JSON", "/a"],
    ["a map in it", { a: new Map() }, "PAYLOAD_VALUE_NOT_JSON", "/a"],
    ["a big integer in it", { a: 1n }, "PAYLOAD_VALUE_NOT_JSON", ""],
    ["itself in it", cycle, "PAYLOAD_VALUE_NOT_JSON", ""],
    ["half a character in it", { a: "\ud800" }, "PAYLOAD_LONE_SURROGATE", "/a"],
    ["too many levels", deep, "PAYLOAD_TOO_DEEP", null],
  ] as const)
    test(`a payload that is or has ${what} is refused with ${code}`, async () => {
      const { workflow } = await shared();
      const found = await refusal(workflow.run(payload as never));
      assert.deepEqual([found.code, found.stage], [code, "payload"]);
      if (pointer !== null) assert.equal(found.facts["pointer"], pointer);
    });

  test("what is passed in another form is a PgsError that says what to pass", async () => {
    const { workspace, workflow } = await shared();
    const payload = fixture("completed");
    // As a program without types calls it.
    const call = (method: unknown, self: unknown, ...given: readonly unknown[]) =>
      Reflect.apply(method as () => Promise<unknown>, self, given);
    for (const [code, work] of [
      ["WORKSPACE_MISSING", () => call(openWorkspace, null, { folder: "/nowhere/at/all" })],
      ["BAD_ARGUMENT", () => call(openWorkspace, null, { folder: 5 })],
      ["BAD_ARGUMENT", () => call(openWorkspace, null, null)],
      ["BAD_OPTION", () => call(openWorkspace, null, { foldr: "." })],
      ["BAD_ARGUMENT", () => call(workspace.workflow, workspace, 5)],
      ["BAD_ARGUMENT", () => call(workspace.examine, workspace, null)],
      ["BAD_ARGUMENT", () => call(workspace.examine, workspace, {})],
      ["BAD_ARGUMENT", () => call(workflow.run, workflow, payload, null)],
      ["BAD_OPTION", () => call(workflow.run, workflow, payload, { signl: 1 })],
    ] as const)
      assert.equal((await refusal(work())).code, code);
    const { hint } = (await refusal(call(workflow.run, workflow, payload, { signl: 1 }))).wording;
    assert.equal(hint, "write signal instead of signl");
  });

  test("an option of another kind is refused before anything is done, with its name and what it should be", async () => {
    const { workspace, workflow } = await shared();
    const calls = {
      openWorkspace: (options: unknown) => openWorkspace(options as WorkspaceOptions),
      run: (options: unknown) => workflow.run(fixture("completed"), options as RunOptions),
      resume: (options: unknown) => workspace.resume("no-such-run", options as ResumeOptions),
      cancel: (options: unknown) => workspace.cancel("no-such-run", options as CancelOptions),
      examine: (options: unknown) => workspace.examine("no-such.jsonl", options as { head: string }),
    };
    const ports = ["openWorkspace", "run", "resume"] as const;
    for (const [names, options, expected] of [
      [["openWorkspace"], { folder: 5 }, "its folder as a text"],
      [["openWorkspace"], { capabilities: "./one" }, "its capabilities as a list of texts"],
      [["openWorkspace"], { trustedKeys: [5] }, "its trustedKeys as a list of texts"],
      [["openWorkspace"], { requireSignatures: -1 }, "its requireSignatures as a whole number"],
      [["openWorkspace", "run"], { maxHops: "x" }, "its maxHops as a whole number above 0"],
      [["openWorkspace", "run"], { traces: "traces" }, "its traces as an object as segmentTraces makes it"],
      [ports, { stores: "data" }, "its stores as an object as openStores makes it"],
      [ports, { clock: 5 }, "its clock as an object as fixedClock makes it"],
      [ports, { entropy: "seed" }, "its entropy as an object as seededEntropy makes it"],
      [ports, { mail: {} }, "its mail as an object as openMail makes it"],
      [ports, { remote: {} }, "its remote as an object as openRemote makes it"],
      [ports, { sleep: 5 }, "its sleep as a function"],
      [[...ports, "cancel"], { durability: "disk" }, 'its durability as "device" or "process"'],
      [[...ports, "cancel"], { limits: 5 }, "its limits as an object"],
      [[...ports, "cancel"], { limits: { events: "5" } }, "its limits.events as a whole number above 0"],
      [[...ports, "cancel"], { secretsKey: 5 }, "its secretsKey as a text"],
      [["run", "resume"], { signal: "x" }, "its signal as an AbortSignal"],
      [["run", "resume"], { stop: {} }, "its stop as an AbortSignal"],
      [["run", "resume"], { onEvent: "x" }, "its onEvent as a function"],
      [["run", "resume", "cancel"], { actor: 5 }, "its actor as a text"],
      [["run"], { dryRun: "yes" }, "its dryRun as true, false or { answers: { KEY: answer } }"],
      [["run"], { dryRun: { answer: 1 } }, "its dryRun as true, false or { answers: { KEY: answer } }"],
      [["run"], { strictPayload: 1 }, "its strictPayload as true or false"],
      [["resume"], { event: "k", eventId: 5 }, "its eventId as a text"],
      [["resume"], { assume: "gone" }, 'its assume as "done" or "absent"'],
      [["cancel"], { reason: 5 }, "its reason as a text"],
      [["examine"], { head: 5 }, "its head as a text"],
    ] as const)
      for (const call of names) {
        const { code, facts } = await refusal(calls[call](options));
        assert.deepEqual([code, facts], ["BAD_ARGUMENT", { call, expected }]);
      }
    const unknown = await refusal(calls.run({ limits: { event: 5 } }));
    assert.deepEqual([unknown.code, unknown.facts["option"]], ["BAD_OPTION", "limits.event"]);
    assert.equal(unknown.hint, "write limits.events instead of limits.event");
    for (const make of [segmentTraces, folderTraces]) {
      const isBadArgument = (error: unknown) => error instanceof PgsError && error.code === "BAD_ARGUMENT";
      assert.throws(() => make("traces", "grp" as "group"), isBadArgument);
      assert.throws(() => make(5 as never), isBadArgument);
    }
  });

  test("an option that is undefined counts as absent", async () => {
    const { workflow } = await inMemory();
    const absent = { signal: undefined, limits: { events: undefined }, clock: undefined, onEvent: undefined };
    const run = await workflow.run(fixture("completed"), absent as unknown as RunOptions);
    assert.equal(run.status, "SUCCESS");
  });

  test("an error of onEvent does not end the run, and reaches the caller once it has ended", async () => {
    for (const isLater of [false, true]) {
      const error = new Error("of the listener");
      const seen: string[] = [];
      const { workflow } = await inMemory();
      const run = workflow.run(fixture("completed"), {
        onEvent({ event_type }) {
          seen.push(event_type);
          if (isLater) return Promise.reject(error);
          throw error;
        },
      });
      const fault = await refusal(run);
      assert.deepEqual([fault.code, fault.cause, seen.at(-1)], ["LISTENER_FAILED", error, "workflow_complete"]);
      assert.equal(fault.facts["status"], "SUCCESS");
    }
  });

  test("the payload of the caller stays its own", async () => {
    const { workflow } = await shared();
    const payload = fixture("completed");
    await workflow.run(payload);
    assert.ok(!Object.isFrozen(payload));
    assert.deepEqual(payload, fixture("completed"));
  });

  it("a folder's pgs.json says where everything is, and options win over it", async (t) => {
    const folder = temporary(t);
    mkdirSync(join(folder, "build"));
    symlinkSync(join(PROJECT, "protocol_snapshot"), join(folder, "build/snapshot"));
    cpSync(join(PROJECT, "fixtures/data"), join(folder, "var/data"), { recursive: true });
    const members = {
      snapshot: "build/snapshot",
      data_root: "var/data",
      traces: "var/traces",
      check: { fail_on: "note" },
    };
    addCapabilities(folder, members);
    const workspace = await openWorkspace({ folder });
    const run = await (await workspace.workflow(RELEASE)).run(fixture("completed"));
    assert.equal(run.exitReason, "COMPLETED");
    assert.equal(dirname(run.trace.file ?? ""), join(folder, "var/traces/segments"));
    assert.deepEqual(Buffer.from(run.trace.bytes()), nodeFiles.read(run.trace.file ?? ""));
    for (const given of [run.trace, run.trace.bytes(), run.trace.file ?? ""])
      assert.equal((await workspace.examine(given)).ok, true);
    assert.deepEqual(await workspace.workflows(), await (await openWorkspace({ folder: PROJECT })).workflows());
    assert.deepEqual((await workspace.verify()).ok, true);
    const { ok, findings } = await workspace.check();
    assert.equal(ok, findings.length === 0);
    const elsewhere = await openWorkspace({ folder, dataRoot: join(folder, "other") });
    await (await elsewhere.workflow(RELEASE)).run(fixture("completed"));
    assert.ok(existsSync(join(folder, "other")));
    rmSync(join(folder, "var/traces/segments"), { recursive: true });
    assert.equal((await refusal((async () => run.trace.bytes())())).code, "FILE_MISSING");
  });

  test("a snapshot that was repaired is read again", async (t) => {
    const folder = temporary(t);
    addCapabilities(folder);
    const workspace = await openWorkspace({ folder });
    assert.equal((await refusal(workspace.workflow(RELEASE))).code, "SNAPSHOT_MISSING");
    symlinkSync(join(PROJECT, "protocol_snapshot"), join(folder, "protocol_snapshot"));
    assert.equal((await workspace.workflow(RELEASE)).name, RELEASE);
  });

  test("a member that the intent does not declare is a notice, or a violation where that is asked for", async () => {
    const { workflow } = await inMemory();
    const payload = { ...fixture("completed"), chnge_id: 1 };
    const lax = await workflow.run(payload);
    assert.deepEqual(
      [lax.exitReason, lax.notices.map(({ code, facts }) => [code, facts["field"], facts["nearest"]])],
      ["COMPLETED", [["UNDECLARED_FIELD", "/chnge_id", null]]],
    );
    const strict = await workflow.run(payload, { strictPayload: true });
    assert.deepEqual([strict.exitReason, strict.notices], ["EXIT_REJECTED", []]);
    assert.deepEqual(
      strict.violations.map(({ field, constraint }) => [field, constraint]),
      [["/chnge_id", "undeclared"]],
    );
  });

  test("a dry run writes nothing, answers its waits, and keeps its trace with its result alone", async () => {
    const { workflow, stores, workspace } = await inMemory();
    const dry = await workflow.run(fixture("completed"), { dryRun: true });
    assert.deepEqual([dry.dryRun, dry.exitReason, dry.notices, stores.written()], [true, "COMPLETED", [], []]);
    const verdict = await workspace.examine(dry.trace);
    assert.deepEqual([verdict.ok, verdict["dry_run"], dry.trace.file], [true, true, null]);
    const answered = await workflow.run(fixture("completed"), { dryRun: { answers: { unasked: 1 } } });
    assert.equal(answered.exitReason, "COMPLETED");
    const real = await workflow.run(fixture("completed"));
    assert.deepEqual([real.dryRun, real.exitReason], [false, "COMPLETED"]);
    assert.ok(stores.written().length > 0);
  });

  test("two traces of one name in memory are numbered", async () => {
    const { workflow } = await inMemory({ clock: fixedClock(NOW) });
    const [first, second] = await Promise.all([1, 2].map(() => workflow.run(fixture("frozen"))));
    assert.equal(second?.id, `${first?.id}_2`);
  });
});

const NAMES = [
  "completed",
  "completed-staging",
  "quorum-not-met",
  "frozen",
  "violation",
  "nack-malformed-approval",
];

/** All of them take seconds. */
const RUNS = PLAYS_ALL ? 1000 : 72;

/** What a run left: everything but its events' times, which the clock fixes. */
interface Left {
  readonly result: Omit<RunResult, "trace">;
  readonly trace: string;
  readonly stores: Readonly<Record<string, string>>;
}

/** One run with stores and a trace of its own, the n-th of many. */
async function runAlone(workflow: Workflow, n: number): Promise<Left> {
  const stores = memoryStores(fixtureData());
  const { trace, ...result } = await workflow.run(fixture(NAMES[n % NAMES.length] ?? ""), {
    stores,
    traces: memoryTraces(),
    clock: fixedClock(NOW + n),
    entropy: seededEntropy(`run ${n}`),
  });
  const contents = await Promise.all(
    stores.written().map(async (name) => [name, String(await stores.content(name))] as const),
  );
  return { result, trace: Buffer.from(trace.bytes()).toString(), stores: Object.fromEntries(contents) };
}

it(`${RUNS} runs in one process, 64 at a time, leave what each leaves alone`, async () => {
  const { workflow } = await shared();
  const KINDS = 24;
  const alone: Left[] = [];
  for (let n = 0; n < KINDS; n++) alone.push(await runAlone(workflow, n));
  assert.equal(new Set(alone.map(({ trace }) => trace)).size, KINDS);
  let begun = 0;
  const worker = async () => {
    while (begun < RUNS) {
      const n = begun++ % KINDS;
      assert.deepEqual(await runAlone(workflow, n), alone[n]);
    }
  };
  await Promise.all(Array.from({ length: 64 }, worker));
});

it("64 runs at a time on one store in memory lose no record, and number each once", async () => {
  const { workflow, stores } = await inMemory();
  const runs = await Promise.all(
    Array.from({ length: 64 }, (_, n) => workflow.run({ ...fixture("quorum-not-met"), change_id: `CHG-${n}` })),
  );
  assert.equal(new Set(runs.map(({ id }) => id)).size, 64);
  const logs = stores.written().filter((name) => name.endsWith(".jsonl"));
  assert.ok(logs.length > 0);
  for (const name of logs) {
    const lines = String(await stores.content(name))
      .trimEnd()
      .split("\n");
    const numbers = lines.map((line) => (JSON.parse(line) as { sequence_number?: number }).sequence_number);
    assert.deepEqual(
      numbers,
      lines.map((_, i) => i + 1),
    );
    assert.ok(lines.length >= 64);
  }
});

function temporary(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pgs-library-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
