/** A run that is killed around a request: what is found out about it, and what following the advice leads to. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import type { Effect } from "../../../src/capabilities/effect.ts";
import { string } from "../../../src/capabilities/input-schema.ts";
import type { RemoteSemantics } from "../../../src/capabilities/remote-effect.ts";
import { hostOperation } from "../../../src/capabilities/targets/host.ts";
import { httpOperation } from "../../../src/capabilities/targets/http.ts";
import { HttpFailure } from "../../../src/errors/ports.ts";
import { HEAD_ONLY } from "../../../src/examine/head-only.ts";
import { replay } from "../../../src/examine/replay/replay.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { openRemote } from "../../../src/platform/remote.ts";
import type { HttpRequest, Remote } from "../../../src/ports.ts";
import type { TraceEvent } from "../../../src/trace/event.ts";
import { httpServer } from "../../capabilities/remote/server.ts";
import { compileTrial, contract, eventsOf, memoryData, oneContract, runPlan } from "../../engine/trial.ts";
import { takingTurns } from "../../support/portion.ts";
import { examined } from "./killed.ts";

const it = takingTurns(import.meta.url);

const HOOK = "trial::CS_HOOK_V0";
const ROWS = "trial::CS_ROWS_V0";
const PAYLOAD = { order: "order-7" };

/** A service that knows what it was told, and the rows of a database. */
async function outside(t: TestContext, semantics: RemoteSemantics) {
  const told: string[] = [];
  const rows: string[] = [];
  const server = await httpServer(t, ({ method, url, body }, response) => {
    const order = url.split("/").at(-1) ?? "";
    const isKnown = told.includes(order);
    if (method === "POST" && !(semantics === "idempotent" && isKnown)) told.push(order);
    response.writeHead(method === "GET" && !isKnown ? 404 : 200);
    response.end(method === "GET" || body !== "" ? JSON.stringify({ number: told.indexOf(order) + 1 }) : "");
  });
  return { ...server, told, rows };
}

type Outside = Awaited<ReturnType<typeof outside>>;

interface Trial {
  readonly semantics?: RemoteSemantics;
  readonly hasProbe?: boolean;
  /** Whether a row is added after the request. */
  readonly hasRow?: boolean;
}

function effectsOf({ semantics = "idempotent", hasProbe = true }: Trial, { rows }: Outside): readonly Effect[] {
  const SEND = httpOperation("SEND", {
    about: "Tells the service about an order.",
    input: { order: string },
    outcomes: ["SUCCESS", "BACKEND_ERROR"],
    semantics,
    async run({ order }, http, policy) {
      const answer = await http.send({ method: "POST", url: `${policy["url"]}/${order}`, json: { order } });
      return { outcome: "SUCCESS", result: { number: (answer.json() as { number: number }).number } };
    },
    probe: hasProbe
      ? async ({ order }, http, policy) => {
          const answer = await http.send({ url: `${policy["url"]}/${order}` });
          if (answer.status === 404) return { state: "absent" };
          return { state: "done", result: answer.json() as JsonObject, evidence: { status: answer.status } };
        }
      : null,
  });
  const ADD = hostOperation(
    "ADD",
    { table: string },
    {
      about: "Adds a row.",
      input: { order: string },
      outcomes: ["SUCCESS", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ order }, { table }) {
        if (!rows.includes(`${table} ${order}`)) rows.push(`${table} ${order}`);
        return { outcome: "SUCCESS" };
      },
      async probe({ order }, { table }) {
        return rows.includes(`${table} ${order}`) ? { state: "done", result: {} } : { state: "absent" };
      },
    },
  );
  return [
    { code: HOOK, about: "A service.", operations: { SEND } },
    { code: ROWS, about: "A table.", operations: { ADD } },
  ];
}

const step = (name: string, side_effect: string, op: string) => ({
  step: name,
  side_effect,
  op,
  inputs: { order: "$.inputs.order" },
  on_result: { SUCCESS: "continue", BACKEND_ERROR: "exit" },
});

const PIPELINE = { inputs: { order: { type: "string", required: true } } };

function compiled(trial: Trial, at: Outside, core: JsonObject = PIPELINE): Promise<Plan> {
  const row = trial.hasRow === true ? [step("add", ROWS, "ADD")] : [];
  const pipeline = [step("send", HOOK, "SEND"), ...row];
  return compileTrial(
    oneContract(
      contract(pipeline, core),
      { inputs: { order: "$.payload.order" } },
      {
        effects: effectsOf(trial, at),
        policies: {
          [HOOK]: { allowed_origins: [at.origin], url: `${at.origin}/orders` },
          [ROWS]: { config: { table: "orders" } },
        },
      },
    ),
  );
}

const MOMENTS = [
  "before the request",
  "in the request",
  "after the request",
  "before the row",
  "after the row",
] as const;
type Moment = (typeof MOMENTS)[number];

const real = openRemote({});

/** The real world up to the moment; then nothing goes on. */
function killedAt(moment: Moment, kill: () => void): Remote {
  const stop = () => {
    kill();
    return new Promise<never>(() => undefined);
  };
  let calls = 0;
  return {
    http: {
      variable: () => undefined,
      async send(request, limits) {
        if (moment === "before the request") return stop();
        if (moment === "in the request") {
          await breakOff(request);
          return stop();
        }
        const answer = await real.http.send(request, limits);
        return moment === "after the request" ? stop() : answer;
      },
    },
    timer: {
      async within(_, work) {
        const isRow = ++calls === 2;
        if (isRow && moment === "before the row") return stop();
        const value = await work(new AbortController().signal);
        return isRow && moment === "after the row" ? stop() : { value };
      },
    },
  };
}

/** Sends the headers and a part of the body. */
async function breakOff({ method, url, body }: HttpRequest): Promise<void> {
  const { host, hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`${method} ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${body?.length}\r\n\r\n{`);
  await once(socket, "ready");
  await new Promise<void>((resolve) => socket.end(resolve));
  await once(socket.resume(), "close");
}

/** The events of a run that was killed then. */
function eventsUntil(moment: Moment, plan: Plan): Promise<readonly TraceEvent[]> {
  return new Promise((resolve, reject) => {
    const events: TraceEvent[] = [];
    const remote = killedAt(moment, () => resolve(events));
    runPlan(plan, PAYLOAD, { remote, listen: (event) => events.push(event) }).catch(reject);
  });
}

async function crashed(t: TestContext, trial: Trial, moment: Moment) {
  const at = await outside(t, trial.semantics ?? "idempotent");
  const plan = await compiled(trial, at);
  const events = await eventsUntil(moment, plan);
  return { at, plan, crash: { plan, events, data: memoryData(), about: moment } };
}

/** By the moment: what is found, what is advised, and what there is after it was followed. */
const FOUND: readonly (readonly [
  Trial,
  Moment,
  readonly [string, string, string],
  readonly [number, number],
])[] = [
  [{}, "before the request", ["absent", "DO_AGAIN", "RUN_AGAIN"], [1, 0]],
  [{}, "in the request", ["absent", "DO_AGAIN", "RUN_AGAIN"], [1, 0]],
  [{}, "after the request", ["done", "COUNT_AS_DONE", "COUNT_AS_DONE"], [1, 0]],
  [{ hasRow: true }, "before the request", ["absent", "DO_AGAIN", "RUN_AGAIN"], [1, 1]],
  [{ hasRow: true }, "after the request", ["done", "COUNT_AS_DONE", "RUN_AGAIN"], [1, 1]],
  [{ hasRow: true }, "before the row", ["absent", "DO_AGAIN", "RUN_AGAIN"], [1, 1]],
  [{ hasRow: true }, "after the row", ["done", "COUNT_AS_DONE", "COUNT_AS_DONE"], [1, 1]],
  [{ semantics: "repeats" }, "before the request", ["absent", "DO_AGAIN", "RUN_AGAIN"], [1, 0]],
  [{ semantics: "repeats" }, "after the request", ["done", "COUNT_AS_DONE", "COUNT_AS_DONE"], [1, 0]],
  [{ semantics: "repeats", hasRow: true }, "after the request", ["done", "COUNT_AS_DONE", "REPEATS"], [1, 0]],
  [{ semantics: "repeats", hasRow: true }, "before the row", ["absent", "DO_AGAIN", "REPEATS"], [1, 0]],
  [{ hasProbe: false }, "before the request", ["unclear", "LOOK_FIRST", "LOOK_FIRST"], [0, 0]],
  [{ hasProbe: false }, "after the request", ["unclear", "LOOK_FIRST", "LOOK_FIRST"], [1, 0]],
];

for (const [trial, moment, expected, [told, rows]] of FOUND) {
  it(`killed ${moment}, a run of ${JSON.stringify(trial)} is ${expected.join(", ")}`, async (t) => {
    const { at, plan, crash } = await crashed(t, trial, moment);
    const { open, advice } = await examined(crash, { remote: real });
    assert.deepEqual([open[0]?.found.state, open[0]?.safe, advice?.code], expected);
    if (advice?.code === "RUN_AGAIN") await runPlan(plan, PAYLOAD, { remote: real });
    assert.deepEqual([at.told.length, at.rows.length], [told, rows]);
  });
}

test("nobody is asked unless it is wanted, and nothing is sent to find out what would be repeated", async (t) => {
  const { at, crash } = await crashed(t, { hasRow: true }, "before the row");
  const asked = at.received.length;
  const { open, advice } = await examined(crash);
  assert.deepEqual([open[0]?.found.state, open[0]?.safe, advice?.code], ["unseen", "LOOK_FIRST", "LOOK_FIRST"]);
  assert.equal(at.received.length, asked);
});

test("a probe that gets no answer leaves it open what happened", async (t) => {
  const { crash } = await crashed(t, {}, "after the request");
  const failing: Remote = {
    ...real,
    http: { ...real.http, send: async () => ({ failure: "HTTP_TIMEOUT", sent: true }) },
  };
  const { open } = await examined(crash, { remote: failing });
  assert.deepEqual(open[0]?.found, {
    state: "unseen",
    because: "PROBE_FAILED",
    evidence: { code: "HTTP_TIMEOUT" },
  });
});

test("a run with a request and a row is replayed from its record, and reaches nothing", async (t) => {
  const at = await outside(t, "idempotent");
  const plan = await compiled({ hasRow: true }, at);
  const run = await runPlan(plan, PAYLOAD, { remote: real });
  const [sent, added] = eventsOf(run, "side_effect_end").map(({ payload }) => payload);
  assert.deepEqual([sent?.outcome, sent?.result], ["SUCCESS", { number: 1 }]);
  assert.deepEqual(
    sent?.requests?.map(({ method, url, sent, status }) => [method, url, sent, status]),
    [["POST", `${at.origin}/orders/order-7`, true, 200]],
  );
  assert.deepEqual([added?.outcome, "requests" in (added ?? {})], ["SUCCESS", false]);
  const asked = at.received.length;
  const { finding } = await replay(plan, run.events);
  assert.equal(finding, null);
  assert.deepEqual([at.received.length, at.rows.length], [asked, 1]);
});

test("a replay cannot prove what was sent: only the head holds it", async (t) => {
  const at = await outside(t, "idempotent");
  const plan = await compiled({}, at);
  const { events } = await runPlan(plan, PAYLOAD, { remote: real });
  const forged = events.map((event) => {
    if (event.event_type !== "side_effect_end") return event;
    const [request] = event.payload.requests ?? [];
    assert.ok(request);
    return { ...event, payload: { ...event.payload, requests: [{ ...request, status: 500 }] } };
  });
  assert.equal((await replay(plan, forged)).finding, null);
  assert.ok("effect-requests" in HEAD_ONLY);
});

test("in a contract that suppresses something, address and digests are suppressed, too, and the run replays", async (t) => {
  const at = await outside(t, "idempotent");
  const suppressing = { ...PIPELINE, suppress_trace_fields: ["order"] };
  const plan = await compiled({}, at, suppressing);
  const run = await runPlan(plan, { order: "o 7" }, { remote: real });
  assert.deepEqual(at.told, ["o%207"]);
  assert.ok(!/o(?: |%20|\+)7/.test(run.text), run.text);
  const [end] = eventsOf(run, "side_effect_end");
  const [request] = end?.payload.requests ?? [];
  const suppressed = [request?.url, request?.request_digest, request?.answer_digest];
  for (const value of suppressed)
    assert.match(JSON.stringify(value), /^\{"\$suppressed":"sha256:[0-9a-f]{64}"\}$/);
  assert.deepEqual([request?.method, request?.sent, request?.status], ["POST", true, 200]);
  assert.equal((await replay(plan, run.events)).finding, null);
});

test("a run that may reach nothing is refused before it does", async (t) => {
  const at = await outside(t, "idempotent");
  const plan = await compiled({}, at);
  const { ending } = await runPlan(plan, PAYLOAD);
  assert.equal(ending.exitReason, "REMOTE_EFFECT_NOT_ALLOWED");
  assert.equal(at.received.length, 0);
});

test("an operation that throws is a fault of its capability, and a failed request an outcome", async (t) => {
  const at = await outside(t, "idempotent");
  const endingOf = async (run: () => Promise<never>) => {
    const [hook, rows] = effectsOf({}, at) as readonly [Effect, Effect];
    const SEND = { ...hook.operations["SEND"], run } as never;
    const plan = await compileTrial(
      oneContract(
        contract([step("send", HOOK, "SEND")]),
        { inputs: { order: "$.payload.order" } },
        {
          effects: [{ ...hook, operations: { SEND } } as Effect, rows],
          policies: { [HOOK]: { allowed_origins: [at.origin], time_limit: "PT0.05S" } },
        },
      ),
    );
    const trial = await runPlan(plan, PAYLOAD, { remote: real });
    const [end] = eventsOf(trial, "side_effect_end");
    return [trial.ending.exitReason, end?.payload.reason ?? null];
  };
  const fails = (error: unknown) => endingOf(async () => Promise.reject(error));
  assert.deepEqual(await fails(new HttpFailure("HTTP_TIMEOUT", true)), [
    "EXIT_BACKEND_ERROR",
    { code: "HTTP_TIMEOUT", sent: true },
  ]);
  assert.deepEqual(await fails(new Error("a defect")), ["CAPABILITY_FAULT", null]);
  assert.deepEqual(await fails("a text"), ["CAPABILITY_FAULT", null]);
  assert.deepEqual(await endingOf(() => new Promise<never>(() => undefined)), [
    "EXIT_BACKEND_ERROR",
    { code: "TIME_LIMIT", milliseconds: 50 },
  ]);
  for (const answer of [
    null,
    "SUCCESS",
    {},
    { outcome: 7 },
    { outcome: "SUCCESS", result: [] },
    { outcome: "SUCCESS", result: { a: 1n } },
    { outcome: "SUCCESS", reason: { code: Number.NaN } },
  ])
    assert.deepEqual(await endingOf(async () => answer as never), ["CAPABILITY_FAULT", null], String(answer));
});
