/** The effect that a killed run had begun: what its store shows is its end, and what nothing shows somebody has to say. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpenEffects } from "../../../src/examine/recovery/open-effects.ts";
import { type Assumption, settle } from "../../../src/examine/recovery/settle.ts";
import { findSteps } from "../../../src/examine/recovery/steps.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import type { DataRoot, LockHolder } from "../../../src/ports.ts";
import { fileStores } from "../../../src/storage/files/stores.ts";
import type { EventOf } from "../../../src/trace/event.ts";
import {
  appending,
  compileTrial,
  contract,
  eventsOf,
  oneContract,
  REGISTRY,
  runPlan,
} from "../../engine/trial.ts";
import { type Crash, killed } from "./killed.ts";

const STATE = "capability_side_effects::CS_MUTABLE_JSON_V0";
const NAMES = "pgs_capabilities.registry.name_service.capability_side_effects::CS_NAME_REGISTRY_V0";
const MAIL = "capability_side_effects::CS_SEND_EMAIL_V0";
const OUTCOMES = ["SUCCESS", "ALREADY_EXISTS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"];
const onward = Object.fromEntries(OUTCOMES.map((one) => [one, "continue"]));

function acting(capability: string, op: string, store: string, inputs: JsonObject): JsonObject {
  return { step: "act", side_effect: capability, op, store, inputs, on_result: onward };
}

async function killedIn(step: JsonObject, before: Readonly<Record<string, string>> = {}) {
  const core = contract([step], { result_status_contract: { allowed: OUTCOMES } });
  const stores = { STATE: "state.json", BOOK: "book.json" };
  const plan = await compileTrial(oneContract(core, {}, { stores }));
  const { crashes } = await killed(plan, {}, before);
  const whole = await runPlan(
    plan,
    {},
    { data: (await killed(plan, {}, before)).crashes[0]?.data ?? assert.fail() },
  );
  const begun = crashes.filter(({ events }) => events.at(-1)?.event_type === "side_effect_start");
  const [end] = eventsOf(whole, "side_effect_end");
  assert.ok(end);
  const [unwritten, written] = [begun[0], begun.at(-1)];
  assert.ok(unwritten && written);
  return { end, unwritten, written };
}

async function settled(
  { plan, events, data }: Crash,
  assumed: Assumption | null = null,
  root: DataRoot = data.root,
) {
  const unfinished = new OpenEffects();
  for (const event of events) unfinished.take(event);
  const [effect, ...others] = unfinished.open;
  assert.ok(effect && others.length === 0);
  const declared = await findSteps(plan, unfinished)(effect);
  return settle(effect, declared, { stores: fileStores(root), remote: null }, assumed);
}

const BOUND = '{"key":"k","address":"ADDR_1","target_ref":"r"}\n';
const OPEN = '{"a": {"state": "open"}, "b": {"state": "open"}}';

interface Case {
  readonly step: JsonObject;
  readonly before?: Readonly<Record<string, string>>;
  /** Whether the store shows what was there before. */
  readonly showsChange?: true;
}

const SHOWN: Readonly<Record<string, Case>> = {
  "a record that is appended": { step: appending("act", { a: 1 }), showsChange: true },
  "a record behind an equal one of an earlier run": {
    step: appending("act", { a: 1 }),
    before: {
      "log.jsonl":
        '{"record_id":"r","sequence_number":1,"timestamp":"2026-01-30T09:00:00","actor_id":null,"stream_id":null,"record":{"a":1}}\n',
    },
    showsChange: true,
  },
  "a key that is registered": {
    step: acting(REGISTRY, "REGISTER", "NAMES", { key: "k", metadata: { a: 1 } }),
    before: { "names.jsonl": BOUND.replace('"k"', '"other"') },
    showsChange: true,
  },
  "a key that is deregistered": {
    step: acting(REGISTRY, "DEREGISTER", "NAMES", { key_or_address: "k" }),
    before: { "names.jsonl": BOUND },
  },
  "a value that is written": { step: acting(STATE, "WRITE", "STATE", { key: "k", value: [1] }) },
  "records that still match when they are updated": {
    step: acting(STATE, "UPDATE_WHERE", "STATE", { filter: { state: "open" }, updates: { by: "me" } }),
    before: { "state.json": OPEN },
  },
  "a name that is written": {
    step: acting(NAMES, "WRITE", "BOOK", { name: "n", resource_addresses: ["a"] }),
  },
};

for (const [about, { step, before, showsChange }] of Object.entries(SHOWN)) {
  test(`${about}: the effect ends with what the store shows, and is performed where it shows nothing`, async () => {
    const { end, unwritten, written } = await killedIn(step, before);
    const { outcome, result, change } = end.payload;
    assert.deepEqual(await settled(written), {
      how: "shown",
      result: { outcome, result, ...(showsChange ? { change } : {}), observed: [], settled: "shown" },
    });
    assert.deepEqual(
      await settled(written, "absent"),
      await settled(written),
      "the store says more than anybody",
    );
    const first = await settled(unwritten, "done");
    assert.equal(first.how, String(step["op"]).startsWith("UPDATE") ? "assumed" : "perform");
  });
}

test("a key that another run had registered in the same way is registered again, and answered as ever", async () => {
  const step = acting(REGISTRY, "REGISTER", "NAMES", { key: "k", target_ref: "r" });
  const { end, unwritten } = await killedIn(step, { "names.jsonl": BOUND });
  assert.equal(end.payload.outcome, "ALREADY_EXISTS");
  assert.deepEqual(await settled(unwritten), { how: "perform" });
});

interface Unshown extends Case {
  readonly because: string;
  /** What counts as the result where it is assumed to be done. */
  readonly resultOf: (end: EventOf<"side_effect_end">) => JsonObject;
}

const asEnded = ({ payload }: EventOf<"side_effect_end">) => payload.result;

const UNSHOWN: Readonly<Record<string, Unshown>> = {
  "a key that is deleted": {
    step: acting(STATE, "DELETE", "STATE", { key: "a" }),
    before: { "state.json": OPEN },
    because: "NEVER_THERE",
    resultOf: asEnded,
  },
  "keys that are deleted": {
    step: acting(STATE, "DELETE_MANY", "STATE", { keys: ["a", "b"] }),
    before: { "state.json": OPEN },
    because: "NEVER_THERE",
    resultOf: asEnded,
  },
  "records that no longer match when they are updated": {
    step: acting(STATE, "UPDATE_WHERE", "STATE", { filter: { state: "open" }, updates: { state: "done" } }),
    before: { "state.json": OPEN },
    because: "UPDATED_BEFORE",
    resultOf: asEnded,
  },
  "a letter": {
    step: { step: "act", side_effect: MAIL, op: "SEND", inputs: { to: "ines@example.org" }, on_result: onward },
    because: "NOT_STORED",
    resultOf: () => ({ delivery_status: "sent" }),
  },
};

for (const [about, { step, before, because, resultOf }] of Object.entries(UNSHOWN)) {
  test(`${about}: nothing shows the answer, and what is assumed counts`, async () => {
    const { end, written } = await killedIn(step, before);
    const found = await settled(written);
    assert.ok(found.how === "unclear");
    const result = resultOf(end);
    assert.deepEqual([found.because, found.assumed], [because, result]);
    assert.ok(found.what.length > 0 && found.hint !== undefined);
    assert.deepEqual(await settled(written, "absent"), { how: "perform" });
    assert.deepEqual(await settled(written, "done"), {
      how: "assumed",
      result: { outcome: "SUCCESS", result, observed: [], settled: "assumed" },
    });
  });
}

test("what only reads is performed again", async () => {
  const { written } = await killedIn(acting(STATE, "READ", "STATE", { key: "a" }), { "state.json": OPEN });
  assert.deepEqual(await settled(written), { how: "perform" });
});

test("a lock that the killed run left is taken over; one of which nothing is known has to be released", async () => {
  const { unwritten, written } = await killedIn(appending("act", { a: 1 }));
  const lock = { pid: 7, host: "h", namespace: "1", since: "2026-01-31T09:00:00Z" };
  const heldBy = ({ data: { root } }: Crash, state: LockHolder["state"]): DataRoot => ({
    ...root,
    store: (path) => ({ ...root.store(path), holder: () => ({ ...lock, state }) }),
  });
  for (const state of ["dead", "alive"] as const)
    assert.deepEqual(await settled(unwritten, null, heldBy(unwritten, state)), { how: "perform" });
  const found = await settled(unwritten, null, heldBy(unwritten, "unknown"));
  assert.ok(found.how === "unclear");
  assert.deepEqual([found.because, found.evidence["pid"], found.assumed], ["LOCKED", 7, null]);
  assert.deepEqual(await settled(unwritten, "absent", heldBy(unwritten, "unknown")), { how: "perform" });
  assert.equal((await settled(written, null, heldBy(written, "unknown"))).how, "shown");
});

test("a step that the plan does not declare cannot be settled", async () => {
  const { written } = await killedIn(appending("act", { a: 1 }));
  const [effect] = [...opened(written)];
  assert.ok(effect);
  for (const [declared, because] of [
    [null, "NO_PLAN"],
    ["undeclared", "NOT_DECLARED"],
  ] as const) {
    const found = await settle(effect, declared, { stores: null, remote: null }, "done");
    assert.ok(found.how === "unclear");
    assert.deepEqual([found.because, found.assumed], [because, null]);
  }
});

function opened({ events }: Crash) {
  const unfinished = new OpenEffects();
  for (const event of events) unfinished.take(event);
  return unfinished.open;
}
