/** Runs with nested runs, killed before and after every call that writes: following the advice loses and doubles nothing. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { TestContext } from "node:test";
import { builtInEffects } from "../../../src/capabilities/built-in.ts";
import { registry } from "../../../src/capabilities/registry.ts";
import type { StoreEffect, StoreExample } from "../../../src/capabilities/targets/store.ts";
import type { AdviceCode } from "../../../src/examine/recovery/advice.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { compile } from "../../../src/plan/compile.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { fixedClock, nodeFiles } from "../../../src/platform/node-ports.ts";
import type { Fqdn } from "../../../src/snapshot/fqdn.ts";
import { openSnapshot } from "../../../src/snapshot/load.ts";
import {
  compileTrial,
  contract,
  type MemoryData,
  memoryData,
  NOW,
  oneContract,
  type Protocol,
  runPlan,
} from "../../engine/trial.ts";
import { PLAYS_ALL, portion, takingTurns } from "../../support/portion.ts";
import { sharedPath, skipWithout } from "../../support/shared.ts";
import { type Crash, examined, killed, storedIn } from "./killed.ts";
import { NESTED } from "./nested-protocols.ts";

const it = takingTurns(import.meta.url);

/** What is stored, but for what every run draws anew. */
function meaning(data: MemoryData): unknown {
  const drawn = /"(?:\d{4}-\d\d-\d\dT[^"]*|(?:ADDR|REC)_[^"]*)"|"(?:address|record_id)": ?"[^"]*"/g;
  return Object.fromEntries(
    Object.entries(storedIn(data)).map(([path, text]) => [path, text.replaceAll(drawn, '"drawn"')]),
  );
}

type Stored = Readonly<Record<string, string>>;

/** Without the incomplete last line that an append cuts off before it begins. */
function untorn(stored: Stored): Stored {
  return Object.fromEntries(
    Object.entries(stored).map(([path, text]) => [
      path,
      path.endsWith(".jsonl") ? text.replace(/[^\n}]*$/, "") : text,
    ]),
  );
}

/** Does what the advice says; where it says to take back what took place, all stores are as they were before. */
async function follow(crash: Crash, payload: JsonObject, before: Stored) {
  const { advice } = await examined(crash);
  assert.ok(advice, crash.about);
  const later = { clock: fixedClock(Date.parse(NOW) + 3_600_000), seed: "second" };
  const { code, tookPlace } = advice;
  if (code === "COUNT_AS_DONE") return { code, data: crash.data };
  const changed = JSON.stringify(untorn(storedIn(crash.data))) !== JSON.stringify(untorn(before));
  assert.ok(!changed || tookPlace.length > 0 || code === "LOOK_FIRST", `${crash.about} tells what took place`);
  const data = code === "RUN_AGAIN" ? crash.data : memoryData(before);
  await runPlan(crash.plan, payload, { ...later, data });
  return { code, data };
}

interface Matrix {
  readonly plan: Plan;
  readonly payload: JsonObject;
  readonly before: Stored;
}

async function killEverywhere(
  t: TestContext,
  { plan, payload, before }: Matrix,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly AdviceCode[]> {
  const { crashes, whole } = await killed(plan, payload, before);
  const given: AdviceCode[] = [];
  for (const crash of portion(t, crashes, most)) {
    const { code, data } = await follow(crash, payload, before);
    assert.deepEqual(meaning(data), meaning(whole), `${crash.about}: ${code}`);
    given.push(code);
  }
  return given;
}

for (const [about, protocol, before = {}] of portion(
  { name: "protocols", diagnostic: console.log },
  NESTED,
  3,
)) {
  it(`killed anywhere, a run of ${about} ends as if nobody had killed it, for who follows the advice`, async (t) => {
    const given = await killEverywhere(t, {
      plan: await compileTrial(protocol),
      payload: { id: "P-0" },
      before,
    });
    t.diagnostic(`${given.length} kills: ${[...new Set(given)].join(", ")}`);
    assert.ok(given.includes("RUN_AGAIN") && given.some((code) => code !== "RUN_AGAIN"), "both are advised");
  });
}

const OUTCOMES = ["SUCCESS", "ALREADY_EXISTS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"];
const onward = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, "continue"]));

/** A run whose steps are the calls of an example, on one store. */
function playing({ code }: StoreEffect, { calls }: StoreExample): Protocol {
  const pipeline = calls.map(({ op, input }, i) => ({
    ...{ step: `${op}_${i}`, side_effect: code, op, store: "STORE", inputs: input, on_result: onward },
  }));
  const core = contract(pipeline, { result_status_contract: { allowed: OUTCOMES } });
  return oneContract(core, {}, { stores: { STORE: "store.jsonl" } });
}

const onStores = builtInEffects().filter((effect): effect is StoreEffect =>
  Object.values(effect.operations).every(({ target }) => target === "store"),
);
const examples = onStores.flatMap((effect) => effect.examples.map((example) => ({ effect, example })));

for (const { effect, example } of portion({ name: "examples", diagnostic: console.log }, examples, 6)) {
  it(`killed anywhere, a run of ${effect.code} loses nothing for who follows the advice: ${example.about}`, async (t) => {
    const before: Stored = example.before === undefined ? {} : { "store.jsonl": example.before };
    const given = await killEverywhere(t, {
      plan: await compileTrial(playing(effect, example)),
      payload: {},
      before,
    });
    assert.ok(given.length >= example.calls.length);
  });
}

const PUBLISHED = "published/protocol_snapshot";
const VECTOR = "vectors/orchestration_tx_workload.json";

it("killed anywhere, a published workload of one transaction loses nothing for who follows the advice", {
  skip: skipWithout(PUBLISHED) || skipWithout(VECTOR),
}, async (t) => {
  const { data_before: before, steps } = JSON.parse(readFileSync(sharedPath(VECTOR), "utf8")) as {
    readonly data_before: Stored;
    readonly steps: readonly {
      readonly payload: JsonObject & { readonly tx_sequence: readonly JsonObject[] };
    }[];
  };
  const snapshot = await openSnapshot(sharedPath(PUBLISHED), nodeFiles);
  const name = "blockchain::WF_RUN_TX_WORKLOAD_V0" as Fqdn;
  const plan = await compile(snapshot.artifact(name) ?? assert.fail(name), snapshot, registry);
  const [{ payload }] = steps as [(typeof steps)[number]];
  const one = { ...payload, tx_sequence: payload.tx_sequence.slice(0, 1) };
  const given = await killEverywhere(t, { plan, payload: one, before }, 12);
  assert.ok(!PLAYS_ALL || given.includes("ENDS_OTHERWISE"), [...new Set(given)].join());
});
