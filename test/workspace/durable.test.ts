/** Runs of the library that wait, are stopped or cancelled, and go on. */

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import {
  fixedClock,
  memoryStores,
  memoryTraces,
  openWorkspace,
  type ResumeOptions,
  type RunResult,
} from "../../src/index.ts";
import { appending, contract, oneContract, WORKFLOW } from "../engine/trial.ts";
import { asking, nested, SECRETIVE } from "../engine/waiting.ts";
import { takingTurns } from "../support/portion.ts";
import { begun, opened, refusal } from "./opened.ts";

const it = takingTurns(import.meta.url);

const ASKING = asking({ key: "k", choices: ["yes", "no"], timeout: "PT1H" });
const at = (time: string) => fixedClock(Date.parse(`2026-01-31T${time}:00Z`));

const inMemory = () => ({ stores: memoryStores({}), traces: memoryTraces(), clock: at("09:00") });

it("a run in memory goes on from its bytes, which stay as they are", async (t) => {
  const workspace = await opened(t, ASKING, inMemory());
  const run = await begun(workspace);
  assert.deepEqual([run.status, run.waits[0]?.key, run.exitReason], ["WAITING", "k", null]);
  const before = Buffer.from(run.trace.bytes());
  for (const trace of [run.trace, run.trace.bytes()]) {
    const seen: string[] = [];
    const resumed = await workspace.resume(trace, {
      ...{ event: "k", answer: "yes", actor: "trial::AC_ANN_V0", clock: at("09:30") },
      onEvent: ({ event_type }) => seen.push(event_type),
    });
    assert.deepEqual([resumed.id, resumed.status, resumed.waits], [run.id, "SUCCESS", []]);
    assert.equal(seen[0], "run_resumed");
    assert.equal((await workspace.examine(resumed.trace, { head: resumed.head })).ok, true);
    assert.deepEqual(Buffer.from(resumed.trace.bytes()).subarray(0, before.length), before);
  }
  assert.deepEqual(Buffer.from(run.trace.bytes()), before);
});

test("a run in a folder is named by its trace, its file or its name, and answered once", async (t) => {
  const workspace = await opened(t, ASKING);
  const answer = { event: "k", answer: "yes", eventId: "mail-1" };
  const traces = (run: RunResult) => [run.trace, String(run.trace.file), run.id];
  for (const i of [0, 1, 2]) {
    const run = await begun(workspace);
    const trace = traces(run)[i] ?? assert.fail();
    const [first, second] = await Promise.all([
      workspace.resume(trace, answer),
      workspace.resume(trace, answer),
    ]);
    assert.deepEqual([first.status, second.status, first.head], ["SUCCESS", "SUCCESS", second.head]);
    assert.equal((await workspace.examine(first.trace)).ok, true);
    assert.equal(await refusal(workspace.resume(trace, { event: "k" })), "RUN_ENDED");
  }
});

test("what does not fit is refused, and nothing is appended", async (t) => {
  const workspace = await opened(t, ASKING);
  const { id, trace } = await begun(workspace);
  const before = trace.bytes();
  const refusals: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => workspace.resume(id, { event: "other" }), "NO_SUCH_WAIT"],
    [() => workspace.resume(id, { event: "k", answer: "maybe" }), "ANSWER_REJECTED"],
    [() => workspace.resume(id, { event: "k", answer: (() => 1) as never }), "PAYLOAD_VALUE_NOT_JSON"],
    [() => workspace.resume(id, { event: (() => 1) as never }), "PAYLOAD_VALUE_NOT_JSON"],
    [() => workspace.resume(id, { answer: "yes" }), "BAD_ARGUMENT"],
    [() => workspace.resume(id, { evnt: "k" } as never), "BAD_OPTION"],
    [() => workspace.resume(id, { actor: "ann" }), "ACTOR_NOT_AN_FQDN"],
    [() => workspace.resume("nowhere"), "FILE_MISSING"],
    [() => workspace.resume(7 as never), "BAD_ARGUMENT"],
    [() => workspace.cancel(id, { event: "k" } as never), "BAD_OPTION"],
  ];
  for (const [work, code] of refusals) assert.equal(await refusal(work()), code);
  assert.deepEqual(trace.bytes(), before);
  const absent = { event: undefined, clock: undefined, stores: undefined } as unknown as ResumeOptions;
  assert.equal((await workspace.resume(id, absent)).status, "WAITING", "its moment has not come");
  assert.deepEqual(trace.bytes(), before);
});

test("a run is cancelled, and says what took place", async (t) => {
  const workspace = await opened(t, nested("k"), inMemory());
  const run = await begun(workspace);
  const cancelled = await workspace.cancel(run.trace, { reason: "not needed", actor: "trial::AC_ANN_V0" });
  assert.deepEqual([cancelled.status, cancelled.exitReason, cancelled.waits], ["CANCELLED", "CANCELLED", []]);
  assert.match(Buffer.from(cancelled.trace.bytes()).toString(), /"reason":"not needed"/);
  assert.equal((await workspace.examine(cancelled.trace)).ok, true);
  assert.equal(await refusal(workspace.cancel(cancelled.trace)), "RUN_ENDED");
});

test("a run that is told to stop is interrupted, and goes on later", async (t) => {
  const protocol = oneContract(contract([appending("one", { n: 1 }), appending("two", { n: 2 })]));
  const workspace = await opened(t, protocol);
  const stopping = new AbortController();
  const run = await begun(workspace, {
    stop: stopping.signal,
    onEvent: ({ event_type }: { event_type: string }) => {
      if (event_type === "side_effect_start") stopping.abort();
    },
  });
  assert.deepEqual([run.status, run.refusal, run.effects.length], ["INTERRUPTED", null, 1]);
  const resumed = await workspace.resume(run.id);
  assert.deepEqual([resumed.status, resumed.effects.length], ["SUCCESS", 2]);
  assert.equal((await workspace.examine(resumed.trace)).ok, true);
});

const PAYLOAD = { token: "token-of-nobody", pin: "77" };
const SECRET = /token-of-nobody|"77"|yes-of-nobody/;
const keyOf = (name: string) => Buffer.from(name.padEnd(32)).toString("base64");
const ANSWERED = { event: "77", answer: "yes-of-nobody" };

for (const where of ["in memory", "in a folder"] as const) {
  test(`a run ${where} that suppresses values waits and goes on with a key`, async (t) => {
    const workspace = await opened(t, SECRETIVE, where === "in memory" ? inMemory() : {});
    const workflow = await workspace.workflow(WORKFLOW);
    assert.equal(await refusal(workflow.run(PAYLOAD)), "SECRETS_KEY_REQUIRED");
    const secretsKey = keyOf("one");
    const { trace, status } = await workflow.run(PAYLOAD, { secretsKey });
    assert.equal(status, "WAITING");
    const kept = trace.secrets?.() ?? assert.fail("nothing is kept");
    const before = Buffer.from(trace.bytes()).toString();
    assert.doesNotMatch(`${kept}${before}`, SECRET);

    assert.equal(await refusal(workspace.resume(trace, ANSWERED)), "SECRETS_KEY_MISSING");
    const other = { ...ANSWERED, secretsKey: keyOf("two") };
    assert.equal(await refusal(workspace.resume(trace, other)), "SECRETS_KEY_WRONG");
    assert.equal(Buffer.from(trace.bytes()).toString(), before);

    // What a program keeps of a run in memory: its name, its bytes and its secrets.
    const stored = trace.file ?? {
      id: trace.id,
      file: null,
      bytes: () => Buffer.from(before),
      secrets: () => kept,
    };
    const resumed = await workspace.resume(stored, { ...ANSWERED, secretsKey });
    assert.deepEqual([resumed.status, resumed.trace.secrets?.()], ["SUCCESS", null]);
    assert.doesNotMatch(Buffer.from(resumed.trace.bytes()).toString(), SECRET);
    assert.equal((await workspace.examine(resumed.trace, { head: resumed.head })).ok, true);
  });
}

test("the key of a workspace is that of its runs, and who cancels a run needs none", async (t) => {
  const workspace = await opened(t, SECRETIVE, { secretsKey: keyOf("one") });
  const workflow = await workspace.workflow(WORKFLOW);
  const answered = await workspace.resume((await workflow.run(PAYLOAD)).id, ANSWERED);
  assert.equal(answered.status, "SUCCESS");
  const { trace } = await workflow.run(PAYLOAD, { secretsKey: keyOf("two") });
  assert.equal(await refusal(workspace.resume(trace, ANSWERED)), "SECRETS_KEY_WRONG");
  const folder = dirname(dirname(dirname(String(trace.file))));
  const cancelled = await (await openWorkspace({ folder })).cancel(trace);
  assert.deepEqual([cancelled.status, cancelled.trace.secrets?.()], ["CANCELLED", null]);
});

test("a text that is no key is refused by the call that was given it", async (t) => {
  const workspace = await opened(t, SECRETIVE);
  const { run } = await workspace.workflow(WORKFLOW);
  for (const secretsKey of ["secret", keyOf("one").slice(4), "", 7 as never]) {
    for (const work of [
      () => openWorkspace({ secretsKey }),
      () => run(PAYLOAD, { secretsKey }),
      () => workspace.resume("x", { secretsKey }),
      () => workspace.cancel("x", { secretsKey }),
    ])
      assert.equal(await refusal(work()), "BAD_ARGUMENT");
  }
});
