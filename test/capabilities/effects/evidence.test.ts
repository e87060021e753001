/** What a store probe of an operation that began: nothing before it, all of it after it, and never more than is so. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { builtInEffects } from "../../../src/capabilities/built-in.ts";
import { csAppendonlyJsonl } from "../../../src/capabilities/effects/cs-appendonly-jsonl.ts";
import { csMutableJson } from "../../../src/capabilities/effects/cs-mutable-json.ts";
import { csRegistry } from "../../../src/capabilities/effects/cs-registry.ts";
import { csSendEmail } from "../../../src/capabilities/effects/cs-send-email.ts";
import {
  type Ambiguity,
  ambiguityTable,
  type EffectStart,
  type Evidence,
} from "../../../src/capabilities/evidence.ts";
import type { Performed } from "../../../src/capabilities/target.ts";
import { type StoreEffect, storeEffect } from "../../../src/capabilities/targets/store.ts";
import { StoreFault } from "../../../src/errors/ports.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import type { Change } from "../../../src/ports.ts";
import { openStores } from "../../../src/storage/files/stores.ts";
import { PLAYS_ALL, takingTurns } from "../../support/portion.ts";
import { countingDraw, effectKeyOf, type FreshStore, freshStore, perform } from "./fresh-store.ts";

const it = takingTurns(import.meta.url);

const effects = builtInEffects().filter((effect): effect is StoreEffect =>
  Object.values(effect.operations).every(({ target }) => target === "store"),
);

/** The moment at which the i-th call of a session begins. */
const moment = (i: number) => new Date(Date.UTC(2026, 0, 31, 9, 0, i)).toISOString();
const SINCE = moment(0);
const BEGUN: EffectStart = { effectKey: effectKeyOf(0), since: SINCE, last: null };

async function show(
  effect: StoreEffect,
  op: string,
  input: JsonObject,
  at: FreshStore,
  begun: EffectStart = BEGUN,
): Promise<Evidence> {
  const operation = effect.operations[op];
  assert.ok(operation?.probe, `${op} says nothing of its store`);
  return operation.probe(input, at.unseen(), begun);
}

/** Performs the call as the i-th effect of a session, at its moment. */
function call(effect: StoreEffect, op: string, input: JsonObject, at: FreshStore, i = 0) {
  const sources = countingDraw(moment(i));
  return perform(effect, op, input, { store: at.store, sources, effectKey: effectKeyOf(i) });
}

interface Changed {
  readonly op: string;
  readonly input: JsonObject;
  readonly begun: EffectStart;
  readonly performed: Performed;
  readonly before: string | null;
  readonly after: string;
  readonly shownBefore: Evidence;
  readonly shownAfter: Evidence;
}

/** The calls of the effect's examples that changed their store, each with what the store showed of it. */
async function changes(t: TestContext, effect: StoreEffect): Promise<readonly Changed[]> {
  const changed: Changed[] = [];
  for (const example of effect.examples) {
    const at = freshStore(t, example.before);
    let last: Change | null = null;
    for (const [i, { op, input }] of example.calls.entries()) {
      if (effect.operations[op]?.semantics === "reads") continue;
      const before = at.text();
      const begun: EffectStart = { effectKey: effectKeyOf(i), since: moment(i), last };
      const shownBefore = await show(effect, op, input, at, begun);
      const performed = await call(effect, op, input, at, i);
      last = performed.change ?? last;
      const after = at.text();
      if (after === null || after === before) continue;
      const shownAfter = await show(effect, op, input, at, begun);
      changed.push({ op, input, begun, performed, before, after, shownBefore, shownAfter });
    }
  }
  return changed;
}

for (const effect of effects) {
  test(`${effect.code}: what an operation leaves is shown after it, and not before`, async (t) => {
    const all = await changes(t, effect);
    const writing = Object.keys(effect.operations).filter((op) => effect.operations[op]?.semantics !== "reads");
    assert.deepEqual([...new Set(all.map(({ op }) => op))].sort(), writing.sort());
    for (const { op, input, shownBefore, shownAfter } of all) {
      assert.notEqual(shownBefore.state, "done", `before ${op} ${JSON.stringify(input)}`);
      assert.equal(shownAfter.state, "done", `after ${op} ${JSON.stringify(input)}`);
    }
  });

  it(`${effect.code}: a write that broke off at any byte is never taken for one that did not, nor the other way`, async (t) => {
    for (const { op, input, begun, before, after } of await changes(t, effect)) {
      const at = freshStore(t);
      const start = effect.operations[op]?.semantics === "append-only" ? keptOf(before, after) : 0;
      for (let length = start; length <= after.length; length++) {
        at.write(after.slice(0, length));
        const state = await stateOf(show(effect, op, input, at, begun));
        const isWhole = after.slice(length).trim() === "";
        const complaint = `${op} ${JSON.stringify(input)}, ${length} of ${after.length}: ${state}`;
        assert.ok(isWhole ? state === "done" : state !== "done", complaint);
      }
    }
  });

  test(`${effect.code}: looking leaves the store as it is, and nothing beside it`, async (t) => {
    const { root } = freshStore(t);
    for (const { op, input, after } of await changes(t, effect)) {
      await effect.operations[op]?.probe?.(input, openStores(join(root, "none")).at("store"), BEGUN);
      assert.deepEqual(readdirSync(root), [], `${op} in a data root that is not there`);
      const at = freshStore(t, after);
      const store = openStores(at.root, { indexWorth: 1 }).at("store");
      const found = () => [readdirSync(at.root), readFileSync(at.file, "utf8"), statSync(at.file).mtimeMs];
      const before = found();
      await effect.operations[op]?.probe?.(input, store, BEGUN);
      assert.deepEqual(found(), before, op);
    }
  });
}

/** Operations that leave what does not show what was there before: their change is not shown. */
const SHOW_NO_CHANGE: ReadonlySet<string> = new Set([
  "WRITE",
  "UPDATE",
  "DELETE",
  "DELETE_MANY",
  "UPDATE_WHERE",
  "DEREGISTER",
]);

/** The change, but for torn bytes, which the operation removed. */
function withoutTorn({ before, after }: Change): Change {
  const { torn_bytes: _, ...rest } = before ?? {};
  return { before: before && (Object.keys(rest).length === 0 ? null : rest), after };
}

for (const effect of effects) {
  test(`${effect.code}: right after an operation its store shows what it answered`, async (t) => {
    const doubtful = new Set<string>();
    for (const { op, input, performed, shownAfter } of await changes(t, effect)) {
      const { answer } = shownAfter as Done;
      const complaint = `${op} ${JSON.stringify(input)}`;
      assert.ok(answer, complaint);
      if (answer.doubt === undefined) assert.deepEqual(answer.result, performed.result ?? {}, complaint);
      else doubtful.add(`${op}: ${answer.doubt}`);
      const change = SHOW_NO_CHANGE.has(op) ? undefined : performed.change && withoutTorn(performed.change);
      assert.deepEqual(answer.change, change, complaint);
    }
    // Every other answer is known for certain.
    const expected =
      effect === csMutableJson ? ["DELETE_MANY: NEVER_THERE", "UPDATE_WHERE: UPDATED_BEFORE"] : [];
    assert.deepEqual([...doubtful].sort(), expected);
  });
}

/** How much of the old text an append leaves: its torn bytes go first. */
function keptOf(before: string | null, after: string): number {
  let kept = 0;
  while (kept < (before?.length ?? 0) && before?.[kept] === after[kept]) kept++;
  return kept;
}

async function stateOf(look: Promise<Evidence>): Promise<Evidence["state"] | "refused"> {
  try {
    return (await look).state;
  } catch (error) {
    assert.ok(error instanceof StoreFault && error.reason === "CORRUPT", String(error));
    return "refused";
  }
}

test("an operation that writes without saying how its store probe it does not compile", async () => {
  const declared = { about: "of this test", input: {}, outcomes: ["SUCCESS"] } as const;
  const run = async () => ({ outcome: "SUCCESS" }) as const;
  const probe = async (): Promise<Evidence> => ({ state: "absent", evidence: {} });
  const about = { code: "trial::CS_TRIAL_V0", about: "of this test", store: "log", examples: [] } as const;
  // @ts-expect-error: `probe` is missing
  storeEffect({ ...about, operations: { DO: { ...declared, semantics: "idempotent", run } } });
  // @ts-expect-error: what only reads probe nothing
  storeEffect({ ...about, operations: { DO: { ...declared, semantics: "reads", run, probe } } });
  const { operations } = storeEffect({
    ...about,
    operations: { DO: { ...declared, semantics: "append-only", run, probe } },
  });
  assert.equal(typeof operations.DO.probe, "function");
});

type Done = Extract<Evidence, { state: "done" }>;
type Unclear = Extract<Evidence, { state: "unclear" }>;

interface Doubtful {
  readonly effect: StoreEffect;
  readonly op: string;
  readonly input: JsonObject;
  readonly text: string;
  readonly evidence: JsonObject;
  /** What it answered if it took place; undefined where nothing shows it. */
  readonly result: JsonObject | undefined;
}

const line = (timestamp: string, number = 1) =>
  `{"record_id":"r","sequence_number":${number},"timestamp":"${timestamp}","actor_id":null,"stream_id":null,"record":{}}\n`;
const DONE_IN_LINE = (number: number) => ({
  state: "done",
  isDated: true,
  answer: {
    result: { record_id: "r", sequence_number: number },
    change: { before: { lines: number - 1 }, after: { lines: number } },
  },
  evidence: { line: number, record_id: "r" },
});
const BOUND = '{"key":"k","address":"ADDR_1","target_ref":"r"}\n';
const ENDED = '{"key":"k","address":"ADDR_1","tombstone":true}\n';

const doubtful: Readonly<
  Record<Exclude<Ambiguity, "SOME_WRITTEN" | "NOT_STORED" | "NOT_VISIBLE" | "PROBE_UNCLEAR">, Doubtful>
> = {
  SEVERAL_LINES: {
    effect: csAppendonlyJsonl,
    op: "APPEND",
    input: { record: {} },
    text: line("2026-01-31T08:59:59.999999") + line("2026-01-31T09:00:00", 2) + line("2026-01-31T09:00:00", 3),
    evidence: { lines: 2, first: 2, last: 3 },
    result: { record_id: "r", sequence_number: 3 },
  },
  UNDATED_LINE: {
    effect: csAppendonlyJsonl,
    op: "APPEND",
    input: { record: {} },
    text: line("2026-01-31T10:00:00+02:00"),
    evidence: { line: 1 },
    result: { record_id: "r", sequence_number: 1 },
  },
  BOUND_AGAIN: {
    effect: csRegistry,
    op: "DEREGISTER",
    input: { key_or_address: "k" },
    text: BOUND + ENDED + BOUND.replace("_1", "_2"),
    evidence: { line: 2, last_line: 3 },
    result: {},
  },
  OTHER_VALUE: {
    effect: csMutableJson,
    op: "WRITE",
    input: { key: "k", value: { a: 1, b: 2, c: 3 } },
    text: '{"k":{"a":1,"b":"theirs","d":"theirs"}}',
    evidence: { key: "k", differing: ["b", "d", "c"] },
    result: {},
  },
  STILL_THERE: {
    effect: csMutableJson,
    op: "DELETE_MANY",
    input: { keys: ["a", "k"] },
    text: '{"k":"theirs"}',
    evidence: { there: 1, keys: ["k"] },
    result: { drained_count: 2 },
  },
  STILL_MATCHING: {
    effect: csMutableJson,
    op: "UPDATE_WHERE",
    input: { filter: { state: "open", n: 1 }, updates: { state: "claimed", by: null } },
    text: '{"a":{"state":"open","n":1},"b":{"state":"claimed","n":1},"c":{"state":"claimed","n":1,"by":"x"}}',
    evidence: { matching: 1, updated: 1 },
    result: { matched_keys: ["b"], updated_count: 1 },
  },
  ONLY_TORN: {
    effect: csRegistry,
    op: "REGISTER",
    input: { key: "k" },
    text: '{"key":"k","add',
    evidence: { torn_bytes: 15 },
    result: undefined,
  },
};

for (const [because, { effect, op, input, text, evidence, result }] of Object.entries(doubtful)) {
  test(`${op} is unclear, ${because}: ${ambiguityTable[because as Ambiguity].what}`, async (t) => {
    const { answer, ...shown } = (await show(effect, op, input, freshStore(t, text))) as Unclear;
    assert.deepEqual(shown, { state: "unclear", because, evidence });
    assert.deepEqual(answer?.result, result);
  });
}

test("of a letter nothing is stored: what to ask the mail server for is said", async () => {
  const { probe } = csSendEmail.operations.SEND;
  assert.deepEqual(await probe({ to: "ines@example.org", subject: "Released", body: "text" }, BEGUN), {
    state: "unclear",
    because: "NOT_STORED",
    answer: { result: { delivery_status: "sent" } },
    evidence: { recipient: "ines@example.org", subject: "Released", since: SINCE },
  });
  assert.equal((await probe({ to: "nobody" }, BEGUN)).state, "absent", "it would have been turned away");
});

test("evidence names places, and repeats nothing that others stored", async (t) => {
  for (const { effect, op, input, text } of Object.values(doubtful)) {
    assert.ok(!JSON.stringify(await show(effect, op, input, freshStore(t, text))).includes("theirs"), op);
  }
});

test("an older line that says the same is not the one, and a torn one is none yet", async (t) => {
  const at = freshStore(t, `${line("2026-01-31T08:59:59.999999")}{"record_id":`);
  const shown = await show(csAppendonlyJsonl, "APPEND", { record: {} }, at);
  assert.deepEqual(shown, { state: "absent", evidence: { lines: 1, torn_bytes: 13 } });
  at.write(line("2026-01-31T09:00:00").trimEnd());
  const whole = await show(csAppendonlyJsonl, "APPEND", { record: {} }, at);
  assert.deepEqual(whole, DONE_IN_LINE(1));
});

test("a line that was there when the run last added one is not of an effect that began later", async (t) => {
  const at = freshStore(t, [1, 2, 3].map((number) => line("2026-01-31T09:00:00", number)).join(""));
  const { probe } = csAppendonlyJsonl.operations.APPEND;
  const shown = (lines: number) => {
    const last = { before: { lines: lines - 1 }, after: { lines } };
    return probe?.({ record: {} }, at.unseen(), { ...BEGUN, last });
  };
  assert.deepEqual(await shown(3), { state: "absent", evidence: { lines: 3 } });
  assert.deepEqual(await shown(2), DONE_IN_LINE(3));
  assert.equal((await shown(1))?.state, "unclear");
  assert.equal((await shown(4))?.state, "unclear", "the file is another one by now: its lines say nothing");
});

test("a binding has the address of the effect that made it, whatever became of it since", async (t) => {
  const at = freshStore(t, BOUND);
  const input = { key: "k", target_ref: "r" };
  const other = await show(csRegistry, "REGISTER", input, at);
  assert.deepEqual(other, { state: "absent", evidence: { bound_in_line: 1 } }, "another effect made it");
  const address = `ADDR_${effectKeyOf(0)}`;
  const bound = { key: "k", address, target_ref: "r" };
  const answer = { result: { address }, change: { before: null, after: bound } };
  at.write(`${BOUND}${ENDED}${JSON.stringify(bound)}\n${JSON.stringify({ ...bound, tombstone: true })}\n`);
  assert.deepEqual(await show(csRegistry, "REGISTER", input, at), {
    ...{ state: "done", isDated: true, answer, evidence: { line: 3, address } },
  });
});

test("an address that its key lost again is not ended by who names it", async (t) => {
  const at = freshStore(t, BOUND + ENDED + BOUND.replace("_1", "_2"));
  const shown = (key_or_address: string) => show(csRegistry, "DEREGISTER", { key_or_address }, at);
  assert.equal((await shown("ADDR_1")).state, "unclear");
  at.write(BOUND + BOUND.replace("_1", "_2"));
  assert.deepEqual(await shown("ADDR_1"), { state: "absent", evidence: { bound_in_line: 2 } });
  at.write(BOUND + ENDED);
  assert.deepEqual(await shown("ADDR_1"), {
    ...{ state: "done", isDated: false, answer: { result: {} }, evidence: { line: 2 } },
  });
});

test("removing answers something else where nothing was there, and that is not shown", async (t) => {
  const at = freshStore(t, '{"other":1}');
  const answerOf = async (op: string, input: JsonObject, after: JsonObject | null) => {
    const last = after && { before: null, after };
    return ((await show(csMutableJson, op, input, at, { ...BEGUN, last })) as Done).answer;
  };
  const drained = { drained_count: 2 };
  assert.deepEqual(await answerOf("DELETE", { key: "k" }, null), { result: {}, doubt: "NEVER_THERE" });
  assert.deepEqual(await answerOf("DELETE", { key: "k" }, { k: 1 }), { result: {} });
  const keys = ["k", "l", "k"];
  assert.deepEqual(await answerOf("DELETE_MANY", { keys }, { k: 1 }), {
    result: drained,
    doubt: "NEVER_THERE",
  });
  assert.deepEqual(await answerOf("DELETE_MANY", { keys }, { k: 1, l: 2 }), { result: drained });
});

test("records that have the updates may have had them before, unless they still match or did with the last change", async (t) => {
  const at = freshStore(t, '{"a":{"state":"claimed","by":"me"},"b":{"state":"claimed","by":"me"}}');
  const shown = async (filter: JsonObject, updates: JsonObject, after: JsonObject | null = null) => {
    const last = after && { before: null, after };
    const begun = { ...BEGUN, last };
    return ((await show(csMutableJson, "UPDATE_WHERE", { filter, updates }, at, begun)) as Done).answer;
  };
  const result = { matched_keys: ["a", "b"], updated_count: 2 };
  const doubtful = { result, doubt: "UPDATED_BEFORE" };
  assert.deepEqual(await shown({ state: "open" }, { state: "claimed" }), doubtful);
  assert.deepEqual(await shown({ by: "me" }, { state: "claimed" }), { result });
  const open = { state: "open" };
  assert.deepEqual(await shown(open, { state: "claimed" }, { a: open, b: open }), { result });
  assert.deepEqual(await shown(open, { state: "claimed" }, { a: open, b: { state: "closed" } }), doubtful);
});

test("a line that cannot be read may have been the one: nothing is said of the file", async (t) => {
  const cases: readonly (readonly [StoreEffect, string, JsonObject])[] = [
    [csAppendonlyJsonl, "APPEND", { record: {} }],
    [csRegistry, "REGISTER", { key: "k" }],
    [csRegistry, "DEREGISTER", { key_or_address: "k" }],
  ];
  for (const [effect, op, input] of cases) {
    const at = freshStore(t, `${BOUND}[1]\n${BOUND}`);
    await assert.rejects(
      show(effect, op, input, at),
      ({ reason, facts }: StoreFault) => reason === "CORRUPT" && facts["line"] === 2,
      op,
    );
  }
});

interface Deed {
  readonly op: string;
  readonly key: string;
  readonly ref: string;
}

const deed = fc.record({
  op: fc.constantFrom("REGISTER", "DEREGISTER", "APPEND"),
  key: fc.constantFrom("k", "l"),
  ref: fc.constantFrom("r", "s"),
});

/** The same deed as a call: on a registry, or on a log. */
function toCall({ op, key, ref }: Deed): readonly [StoreEffect, string, JsonObject] {
  if (op === "APPEND") return [csAppendonlyJsonl, op, { record: { ref }, stream_id: key }];
  return [csRegistry, op, op === "REGISTER" ? { key, target_ref: ref } : { key_or_address: key }];
}

it("whatever others did before and since, an append-only file never probe a wrong absence, or a wrong date", async (t) => {
  const property = fc.asyncProperty(
    fc.array(deed, { maxLength: 6 }),
    deed,
    fc.boolean(),
    fc.array(deed, { maxLength: 6 }),
    async (earlier, begun, isPerformed, later) => {
      const [effect, op, input] = toCall(begun);
      const at = freshStore(t);
      let effects = 10;
      const did = async (other: Deed, i: number, effectKey = effectKeyOf(effects++)) => {
        const [itsEffect, itsOp, itsInput] = toCall(other);
        if (itsEffect !== effect) return false;
        const around = { store: at.store, sources: countingDraw(moment(i)), effectKey };
        return (await perform(itsEffect, itsOp, itsInput, around)).outcome === "SUCCESS";
      };
      for (const other of earlier) await did(other, 1);
      const before = at.text();
      if (isPerformed) await did(begun, 3, effectKeyOf(3));
      const hasChanged = at.text() !== before;
      let repeated = 0;
      for (const other of later) if ((await did(other, 4)) && jsonOf(other) === jsonOf(begun)) repeated++;
      const shown = await show(effect, op, input, at, {
        ...BEGUN,
        effectKey: effectKeyOf(3),
        since: moment(2),
      });
      if (hasChanged) assert.notEqual(shown.state, "absent");
      if (hasChanged && later.length === 0) assert.equal(shown.state, "done");
      if (op === "REGISTER")
        assert.equal(shown.state === "done", hasChanged, "its address tells it from others");
      else if (shown.state === "done" && shown.isDated) assert.equal(Number(hasChanged) + repeated, 1);
    },
  );
  await fc.assert(property, { numRuns: PLAYS_ALL ? 300 : 100 });
});

const jsonOf = (value: unknown) => JSON.stringify(value);
