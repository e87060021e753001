/** Runs that suppress values and wait: what they go on with is in no file in the clear, and right all the same. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ResumeFault } from "../../src/engine/resume-errors.ts";
import { replay } from "../../src/examine/replay/replay.ts";
import { verifyTrace } from "../../src/examine/verify.ts";
import { sha256 } from "../../src/json/canonical.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { eventsOf } from "../../src/trace/event.ts";
import { takingTurns } from "../support/portion.ts";
import {
  compileTrial,
  contract,
  memoryData,
  memorySecrets,
  oneContract,
  type ResumeOptions,
  resumePlan,
  runPlan,
} from "./trial.ts";
import { SECRETIVE } from "./waiting.ts";

const it = takingTurns(import.meta.url);

const PAYLOAD = { token: "token-of-nobody", pin: "77" };
const SECRETS = ["token-of-nobody", '"77"', "yes-of-nobody"];

async function begun(seed = "one") {
  const kept = { key: keyOf(seed), secrets: memorySecrets() };
  const options = { kept: { key: kept.key, file: kept.secrets.file }, data: memoryData(), seed };
  const plan = await compileTrial(SECRETIVE);
  return { plan, options, kept, asked: await runPlan(plan, PAYLOAD, options) };
}

const keyOf = (name: string) => Buffer.from(sha256(name), "hex");

const showsNone = (text: string) =>
  assert.deepEqual(
    SECRETS.filter((secret) => text.includes(secret)),
    [],
  );

test("a run that suppresses values waits, and goes on with them; trace and file show none", async () => {
  const { plan, options, kept, asked } = await begun();
  assert.equal(asked.ending.status, "WAITING");
  showsNone(asked.text);
  showsNone(String(kept.secrets.text()));
  const [suspended] = eventsOf(asked.events, "run_suspended");
  const key = suspended?.payload.waits[0]?.key as unknown as { readonly $suppressed: string };
  assert.match(key.$suppressed, /^sha256:/);
  const answer = { ...options, delivery: { key: { $suppressed: key.$suppressed }, answer: "yes-of-nobody" } };
  const ended = await resumePlan(plan, asked, answer);
  assert.equal(ended.ending.exitReason, "COMPLETED");
  showsNone(ended.text);
  assert.equal(kept.secrets.text(), null, "nothing is kept of a run that has ended");
  const lines = String(options.data.text("log.jsonl")).trim().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).record),
    [{ token: "token-of-nobody" }, { token: "token-of-nobody", reply: "yes-of-nobody" }],
  );
  assert.deepEqual(verifyTrace(Buffer.from(ended.text), ended.head).findings, []);
  assert.equal((await replay(plan, ended.events)).finding, null);
});

test("the digests of one run are the same in each of its sessions", async () => {
  const { plan, options, asked } = await begun();
  const ended = await resumePlan(plan, asked, { ...options, delivery: { key: "77", answer: "yes-of-nobody" } });
  const tokens = eventsOf(ended.events, "side_effect_start").flatMap(({ payload }) =>
    payload.inputs["record"] === undefined
      ? []
      : [JSON.stringify((payload.inputs["record"] as JsonObject)["token"])],
  );
  assert.equal(tokens.length, 2);
  assert.equal(new Set(tokens).size, 1);
});

test("without the key, with another one, or with another run's file, nothing is appended", async () => {
  const { plan, options, kept, asked } = await begun();
  const codeOf = async (more: ResumeOptions) => {
    try {
      await resumePlan(plan, asked, { ...options, delivery: { key: "77" }, ...more });
      return "resumed";
    } catch (error) {
      assert.ok(error instanceof ResumeFault, String(error));
      showsNone(error.message);
      return error.code;
    }
  };
  const { file } = options.kept;
  const withoutKey = { kept: { key: undefined as unknown as Uint8Array, file } };
  assert.equal(await codeOf(withoutKey), "SECRETS_KEY_MISSING");
  assert.equal(await codeOf({ kept: { key: keyOf("another"), file } }), "SECRETS_KEY_WRONG");
  const other = await begun("other");
  const moved = memorySecrets();
  moved.file.append(String(other.kept.secrets.text()));
  assert.equal(await codeOf({ kept: { key: other.kept.key, file: moved.file } }), "SECRETS_KEY_WRONG");
  assert.equal(await codeOf({ kept: { key: kept.key, file: memorySecrets().file } }), "SECRETS_MISSING");
  assert.equal(await codeOf({ delivery: { key: "78" } }), "NO_SUCH_WAIT");
});

test("a workflow that can wait and suppresses anything does not begin without a key", async () => {
  const plan = await compileTrial(SECRETIVE);
  await assert.rejects(runPlan(plan, PAYLOAD), { code: "SECRETS_KEY_REQUIRED" });
});

test("who cancels a run needs no key", async () => {
  const { plan, asked } = await begun();
  const cancelled = await resumePlan(plan, asked, { cancellation: {} });
  assert.equal(cancelled.ending.status, "CANCELLED");
  assert.equal((await replay(plan, cancelled.events)).finding, null);
});

it("cut after any event, such a run goes on to the same stores", async () => {
  const { plan, options, kept, asked } = await begun();
  const text = String(kept.secrets.text());
  for (let cut = 1; cut < asked.events.length; cut++) {
    const events = asked.events.slice(0, cut);
    const secrets = memorySecrets();
    secrets.file.append(text);
    const hasWritten = eventsOf(events, "side_effect_end").length > 0;
    const data = memoryData(hasWritten ? { "log.jsonl": String(options.data.text("log.jsonl")) } : {});
    const recorded = { events, text: `${asked.text.split("\n").slice(0, cut).join("\n")}\n` };
    const again = { kept: { key: kept.key, file: secrets.file }, data };
    const waiting = await resumePlan(plan, recorded, again);
    assert.equal(waiting.ending.status, "WAITING", `cut after ${cut}`);
    showsNone(waiting.text);
    const ended = await resumePlan(plan, waiting, {
      ...again,
      delivery: { key: "77", answer: "yes-of-nobody" },
    });
    assert.equal(ended.ending.exitReason, "COMPLETED");
    assert.equal(String(data.text("log.jsonl")).trim().split("\n").length, 2, `cut after ${cut}`);
  }
});

test("a called workflow that would wait is refused there without a key, which replays", async () => {
  const call: JsonObject = {
    step: "call",
    side_effect: "capability_side_effects::CS_WORKFLOW_GATEWAY_V0",
    op: "EXECUTE",
    inputs: { workflow_code: "trial::WF_ASKS_V0", payload: { token: "$.inputs.token", pin: "$.inputs.pin" } },
    on_result: { SUCCESS: "continue", NOT_FOUND: "exit", BACKEND_ERROR: "exit" },
  };
  const inputs = { token: { required: true }, pin: { required: true } };
  const caller = contract([call], {
    inputs,
    suppress_trace_fields: ["token", "pin"],
    result_status_contract: { allowed: ["SUCCESS", "NOT_FOUND", "BACKEND_ERROR"] },
  });
  const bound = { token: "$.payload.token", pin: "$.payload.pin" };
  const whole = oneContract(caller, { inputs: bound });
  const asks = oneContract({}, { code: "CC_ASKS_V0", inputs: bound }).workflow;
  const asking = SECRETIVE.contracts?.["CC_WORK_V0"] ?? {};
  const plan = await compileTrial({
    ...whole,
    others: { "trial::WF_ASKS_V0": asks },
    contracts: { ...whole.contracts, CC_ASKS_V0: asking },
  });
  const refused = await runPlan(plan, PAYLOAD);
  assert.equal(refused.ending.exitReason, "EXIT_BACKEND_ERROR");
  const [error] = eventsOf(refused.events, "error");
  assert.deepEqual([error?.run, error?.payload.error_code], ["0.1", "SECRETS_KEY_REQUIRED"]);
  assert.equal((await replay(plan, refused.events)).finding, null);
});
