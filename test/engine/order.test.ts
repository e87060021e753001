import assert from "node:assert/strict";
import { test } from "node:test";
import type { StoreEffect, StoreOperation } from "../../src/capabilities/targets/store.ts";
import { TraceFault } from "../../src/errors/ports.ts";
import { digestOf } from "../../src/json/canonical.ts";
import { fixedClock } from "../../src/platform/node-ports.ts";
import type { TraceFile } from "../../src/ports.ts";
import type { TraceEvent } from "../../src/trace/event.ts";
import {
  appending,
  compileTrial,
  contract,
  eventsOf,
  memoryData,
  memoryTrace,
  oneContract,
  passing,
  runPlan,
  runTrial,
  testEffect,
} from "./trial.ts";

const DO = "trial::CS_DO_V0";
const doing = (perform: Parameters<typeof testEffect>[1]) => testEffect(DO, perform);
const doStep = (step: string) => ({
  step,
  side_effect: DO,
  op: "DO",
  store: "LOG",
  on_result: { SUCCESS: "continue" },
});

const unwritable = () =>
  new TraceFault("TRACE_UNWRITABLE", { folder: "t", file: null, errno: "ENOSPC", effects: [], more: 0 });

test("a run says its events in the order in which they happen", async () => {
  const core = contract([passing("pass", { value: 1 }), appending("log", { n: 1 })]);
  const protocol = oneContract(core);
  const nodes = { ...(protocol.workflow["nodes"] as object), END: { type: "EXIT", emit: "EV_DONE_V0" } };
  const trial = await runTrial({ ...protocol, workflow: { start_node: "START", nodes } });
  assert.deepEqual(
    trial.events.map(({ event_type, node_id, payload }) =>
      [event_type, node_id, "step" in payload ? payload.step : undefined].filter(Boolean).join(" "),
    ),
    [
      "execution_start",
      "admission",
      "node_start START",
      "node_end START",
      "node_start WORK",
      "transform_end WORK pass",
      "step_end WORK pass",
      "side_effect_start WORK log",
      "side_effect_end WORK log",
      "step_end WORK log",
      "node_end WORK",
      "node_start END",
      "event_announced END",
      "workflow_complete",
    ],
  );
});

test("the begin of a side effect that writes is written and synced before the effect begins, its end before the next step", async () => {
  const trace = memoryTrace();
  const seen: { readonly last: string; readonly synced: boolean }[] = [];
  let syncedLength = 0;
  const file: TraceFile = {
    ...trace.file,
    sync: async () => {
      syncedLength = trace.text().length;
    },
  };
  const effect = doing(() => {
    const text = trace.text();
    const last = JSON.parse(text.trimEnd().split("\n").at(-1) as string) as {
      event_type: string;
      payload: { step: string };
    };
    seen.push({ last: `${last.event_type} ${last.payload.step}`, synced: syncedLength === text.length });
    return { outcome: "SUCCESS" };
  });
  const DO = { ...effect.operations["DO"], semantics: "idempotent" } as StoreOperation;
  const effects = [{ ...effect, operations: { DO } } as StoreEffect];
  const protocol = oneContract(contract([doStep("one"), doStep("two")]), {}, { effects });
  const trial = await runTrial(protocol, {}, { trace: { ...trace, file } });
  assert.deepEqual(seen, [
    { last: "side_effect_start one", synced: true },
    { last: "side_effect_start two", synced: true },
  ]);
  const order = trial.events
    .map(({ event_type }) => event_type)
    .filter((type) => type.startsWith("side_effect"));
  assert.deepEqual(order, ["side_effect_start", "side_effect_end", "side_effect_start", "side_effect_end"]);
  assert.equal(syncedLength, trace.text().length);
});

test("events between two effects are one write, and an effect begins when its begin and the end before are in the trace", async () => {
  const trace = memoryTrace();
  const writes: string[] = [];
  const seen: number[] = [];
  const file: TraceFile = {
    ...trace.file,
    append(text) {
      writes.push(text);
      trace.file.append(text);
    },
  };
  const effect = doing(() => {
    seen.push(writes.length);
    assert.match(writes.at(-1) ?? "", /"side_effect_start".*\n$/);
    return { outcome: "SUCCESS" };
  });
  const core = contract([doStep("one"), passing("pass", { value: 1 }), doStep("two"), doStep("three")]);
  const protocol = oneContract(core, {}, { effects: [effect] });
  const trial = await runTrial(protocol, {}, { trace: { ...trace, file } });
  assert.deepEqual(seen, [2, 3, 4], "the first event is written at once");
  assert.equal(writes.length, 5);
  assert.equal(writes.join("").split("\n").length - 1, trial.events.length);
  for (const text of writes.slice(2, 4)) assert.match(text, /^\{[^\n]*"side_effect_end"/);
});

test("a run that breaks off in a defect leaves the events so far in the trace", async () => {
  const trace = memoryTrace();
  const told: string[] = [];
  const options = {
    trace,
    listen({ event_type }: TraceEvent) {
      told.push(event_type);
      if (event_type === "transform_end") throw new Error("a defect");
    },
  };
  const protocol = oneContract(contract([passing("pass", { value: 1 })]));
  await assert.rejects(runTrial(protocol, {}, options), /a defect/);
  assert.equal(trace.text().split("\n").length - 1, told.length);
});

test("when the trace cannot be written, the effect it would have announced is not done", async () => {
  let lines = 0;
  let done = 0;
  const trace = memoryTrace();
  const full: TraceFile = {
    ...trace.file,
    append(text) {
      if (text.includes('"side_effect_start"')) throw unwritable();
      lines++;
      trace.file.append(text);
    },
  };
  const effect = doing(() => {
    done++;
    return { outcome: "SUCCESS" };
  });
  const protocol = oneContract(contract([doStep("one")]), {}, { effects: [effect] });
  await assert.rejects(runTrial(protocol, {}, { trace: { ...trace, file: full } }), TraceFault);
  assert.equal(done, 0);
  assert.equal(trace.text().trimEnd().split("\n").length, lines);
});

for (const failing of ["append", "sync"] as const) {
  test(`wherever the trace cannot be written (${failing}), the refusal names what took place, and nothing else does`, async () => {
    const plan = await compileTrial(
      oneContract(contract(["one", "two", "three"].map((step) => appending(step, { step })))),
    );
    for (let good = 0, ended = false; !ended; good++) {
      const [data, trace] = [memoryData(), memoryTrace()];
      let calls = 0;
      const file: TraceFile = {
        ...trace.file,
        [failing](text: string) {
          if (calls++ === good) throw unwritable();
          if (failing === "append") trace.file.append(text);
        },
      };
      const refused = await runPlan(plan, {}, { data, trace: { ...trace, file } }).catch(
        (error: unknown) => error,
      );
      const stored = (data.text("log.jsonl") ?? "")
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line).record.step);
      ended = !(refused instanceof TraceFault);
      assert.ok(calls > 0, `${failing} is asked`);
      if (!(refused instanceof TraceFault)) continue;
      const { effects, more } = refused.facts as { effects: readonly { step: string }[]; more: number };
      assert.deepEqual([effects.map(({ step }) => step), more], [stored, 0], `${failing} ${good}`);
      for (const step of stored) assert.match(refused.message, new RegExp(`APPEND on LOG by WORK\\.${step}`));
    }
  });
}

test("of many effects that took place the refusal names some, and counts the others", async () => {
  const many = contract(Array.from({ length: 30 }, (_, i) => appending(`step_${i}`, { i })));
  const trace = memoryTrace();
  const file: TraceFile = {
    ...trace.file,
    append(text) {
      if (text.includes('"workflow_complete"')) throw unwritable();
    },
  };
  const refused = await runTrial(oneContract(many), {}, { trace: { ...trace, file } }).catch((error) => error);
  const { effects, more } = (refused as TraceFault).facts as { effects: readonly unknown[]; more: number };
  assert.deepEqual([effects.length + more, effects.length < 30], [30, true]);
});

test("the trace file is closed however the run ends", async () => {
  for (const breaks of [false, true]) {
    let closed = 0;
    const trace = memoryTrace();
    const file: TraceFile = {
      ...trace.file,
      append(text) {
        if (breaks) throw unwritable();
        trace.file.append(text);
      },
      close: () => {
        closed++;
      },
    };
    const running = runTrial(
      oneContract(contract([passing("pass", { value: 1 })])),
      {},
      { trace: { ...trace, file } },
    );
    await (breaks ? assert.rejects(running, TraceFault) : running);
    assert.equal(closed, 1);
  }
});

test("effect_key tells apart runs, visits and steps, and is the same for the same effect of the same run", async () => {
  const core = contract([appending("one", { n: 1 }), appending("two", { n: 2 })]);
  const plan = await compileTrial(oneContract(core, { next: { SUCCESS: "WORK" } }));
  const first = await runPlan(plan, {}, { maxHops: 3 });
  const again = await runPlan(plan, {}, { maxHops: 3 });
  const other = await runPlan(plan, { other: true }, { maxHops: 3 });
  const keys = (trial: typeof first) =>
    eventsOf(trial, "side_effect_start").map((event) => event.payload.effect_key);
  assert.equal(keys(first).length, 4);
  assert.equal(new Set([...keys(first), ...keys(other)]).size, 8);
  assert.deepEqual(keys(again), keys(first));
  const { execution_id } = first.events[0] as { execution_id: string };
  assert.equal(keys(first)[1], digestOf([execution_id, "0", 1, "two"]));
});

test("the first event says what runs on which snapshot with which payload, and the actor only when there is one", async () => {
  const plan = await compileTrial(oneContract(contract([passing("pass", { value: 1 })])));
  const payload = { b: 1, a: [null] };
  const start = eventsOf(await runPlan(plan, payload), "execution_start")[0]?.payload;
  assert.deepEqual(start, {
    workflow_code: "trial::WF_TRIAL_V0",
    content_hash: plan.workflow.contentHash,
    snapshot: { ...plan.snapshot, closure_root: plan.closureRoot },
    runtime: { name: "trial", version: "0" },
    payload,
    payload_digest: digestOf({ a: [null], b: 1 }),
    max_hops: 100,
    observed: [{ clock: "2026-01-31T09:00:00.120Z" }],
  });
  const named = eventsOf(await runPlan(plan, payload, { actor: "trial::AC_ME_V0" }), "execution_start")[0]
    ?.payload;
  assert.equal(named?.actor, "trial::AC_ME_V0");
});

test("the trace id holds the begin, the workflow and eight digits that depend on snapshot, workflow and payload alone", async () => {
  const plan = await compileTrial(oneContract(contract([passing("pass", { value: 1 })])));
  const idOf = async (payload: { [key: string]: number }, at = "2026-01-31T09:00:00.120Z") => {
    const trial = await runPlan(plan, payload, { clock: fixedClock(Date.parse(at)) });
    return trial.events[0]?.execution_id ?? "";
  };
  const id = await idOf({ a: 1, b: 2 });
  assert.match(id, /^20260131T090000120Z__WF_TRIAL_V0__[0-9a-f]{8}$/);
  assert.equal(await idOf({ b: 2, a: 1 }), id);
  assert.equal((await idOf({ a: 1, b: 2 }, "2027-01-31T09:00:00Z")).slice(-8), id.slice(-8));
  assert.notEqual(await idOf({ a: 1, b: 3 }), id);
});

test("the same input, clock and seed leave the same bytes", async () => {
  const plan = await compileTrial(
    oneContract(contract([appending("log", { n: "$.inputs.n" })], { inputs: { n: {} } })),
  );
  const first = await runPlan(plan, { n: 1 });
  const again = await runPlan(plan, { n: 1 }, { data: memoryData() });
  assert.equal(again.text, first.text);
  assert.equal(again.head, first.head);
});
