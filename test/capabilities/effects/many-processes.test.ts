/** Eight processes on one data root: what SPEC 7 promises them. */

import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { csRegistry } from "../../../src/capabilities/effects/cs-registry.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { openStores } from "../../../src/storage/files/stores.ts";
import { childModules } from "../../support/child-modules.ts";
import { takingTurns } from "../../support/portion.ts";
import { countingDraw, linesOf, perform } from "./fresh-store.ts";
import { INDEX_WORTH, ROUNDS, type Told } from "./many-processes-worker.ts";

const it = takingTurns(import.meta.url);

const WORKERS = 8;
const STORES = ["log.jsonl", "names", "registry.jsonl", "state"];
/** A registry that holds only a torn line would be refused. */
const FIRST = '{"key":"first","address":"ADDR_first","target_ref":""}\n';

const WORKER = "test/capabilities/effects/many-processes-worker.ts";
let worker = "";

function start(t: TestContext, ...args: readonly string[]): ChildProcess {
  const child = fork(worker, [...args], { execArgv: [] });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

/** What the child says next. */
async function said(child: ChildProcess): Promise<unknown> {
  const ended = once(child, "exit").then(([code, signal]) => assert.fail(`ended with ${code ?? signal}`));
  const [message] = (await Promise.race([once(child, "message"), ended])) as [unknown];
  return message;
}

/** Lets all of them work at once on stores whose every lock is held by a process that is killed then. */
async function workAtOnce(t: TestContext, root: string): Promise<readonly Told[]> {
  writeFileSync(join(root, "registry.jsonl"), FIRST);
  writeFileSync(join(root, "state"), '{"counter": {"version": 0, "sum": 0}}');
  const holder = start(t, "hold", root);
  const workers = Array.from({ length: WORKERS }, (_, id) => start(t, "work", root, String(id)));
  await Promise.all([holder, ...workers].map(said));
  for (const name of STORES) {
    assert.ok(readlinkSync(join(root, `${name}.lock`)).includes(`:${holder.pid}:`), `${name} is held`);
  }
  const told = workers.map(said);
  const ends = workers.map((child) => once(child, "exit"));
  for (const child of workers) child.send("go");
  holder.kill("SIGKILL");
  await Promise.all(ends);
  return (await Promise.all(told)) as Told[];
}

it("eight processes share a data root in which one was killed while it held every lock", async (t) => {
  ({ [WORKER]: worker } = await childModules(WORKER));
  const root = mkdtempSync(join(tmpdir(), "pgs-many-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const told = await workAtOnce(t, root);
  const text = (name: string) => readFileSync(join(root, name), "utf8");
  await t.test("all have gone on, and no lock or draft is left", () => {
    assert.deepEqual(readdirSync(root).sort(), [".pgs", ...STORES]);
    assert.deepEqual(readdirSync(join(root, ".pgs/index")).sort(), [
      "log.jsonl.lines",
      "names.printed",
      "registry.jsonl.keys",
      "state.printed",
    ]);
  });
  await t.test("each key is registered by one of those who asked, and leads all of them there", () =>
    assertRegisteredOnce(text("registry.jsonl"), told),
  );
  await t.test("a process that begins with their index finds what they registered", () =>
    assertIndexed(text("registry.jsonl"), root),
  );
  await t.test("each append is there once, under the number it was told, and no number is left out", () =>
    assertAppendedOnce(text("log.jsonl"), told),
  );
  await t.test("no write of a mutable file or of a name is lost, and compare-and-set adds up", () => {
    const { counter, ...rest } = JSON.parse(text("state")) as JsonObject;
    assert.deepEqual(counter, { version: WORKERS * ROUNDS, sum: 3 * WORKERS * ROUNDS });
    assert.ok(
      told.some(({ overtaken }) => overtaken > 0),
      "they did not work at once",
    );
    const all = Array.from({ length: WORKERS * ROUNDS }, (_, i) => `${i % WORKERS}.${Math.floor(i / WORKERS)}`);
    assert.deepEqual(Object.keys(rest).sort(), all.sort());
    assert.deepEqual(Object.keys(JSON.parse(text("names")) as JsonObject).sort(), all);
  });
});

function assertRegisteredOnce(text: string, told: readonly Told[]): void {
  const [, ...lines] = linesOf(text);
  const all = told.flatMap(({ registered }, id) => registered.map((one) => ({ ...one, id: String(id) })));
  assert.deepEqual(lines.map(({ key }) => key).sort(), [...new Set(all.map(({ key }) => key))].sort());
  for (const line of lines) {
    const asked = all.filter(({ key }) => key === line.key);
    const [winner, ...others] = asked.filter(({ outcome }) => outcome === "SUCCESS");
    assert.deepEqual([winner?.id, others], [line.target_ref, []]);
    for (const { id, outcome, leads } of asked) {
      assert.equal(leads, line.target_ref);
      if (id !== line.target_ref) assert.equal(outcome, "ALREADY_EXISTS");
    }
  }
}

async function assertIndexed(text: string, root: string): Promise<void> {
  const store = openStores(root, { indexWorth: INDEX_WORTH }).at("registry.jsonl");
  const call = (op: string, input: JsonObject) =>
    perform(csRegistry, op, input, { store, sources: countingDraw() });
  const lines = linesOf(text);
  for (const { key, address, target_ref } of lines) {
    for (const key_or_address of [key, address] as string[]) {
      assert.equal((await call("RESOLVE", { key_or_address })).result?.target_ref, target_ref);
    }
  }
  assert.deepEqual((await call("COUNT", {})).result, { count: lines.length });
}

function assertAppendedOnce(text: string, told: readonly Told[]): void {
  const lines = linesOf(text) as { sequence_number: number; record: { id: string; i: number } }[];
  assert.deepEqual(
    lines.map(({ sequence_number }) => sequence_number),
    Array.from({ length: WORKERS * ROUNDS }, (_, i) => i + 1),
  );
  told.forEach(({ numbers }, id) => {
    const own = lines.filter(({ record }) => record.id === String(id));
    assert.deepEqual(
      own.map(({ sequence_number, record }) => [record.i, sequence_number]),
      numbers.map((number, i) => [i, number]),
    );
  });
}
