/**
 * One of the processes of `many-processes.test.ts`: `hold <root>` holds the locks of all stores until it is killed,
 * `work <root> <id>` says that it is ready, works when it is told to and tells what it was answered.
 */

import { realpathSync } from "node:fs";
import { join } from "node:path";
import { csAppendonlyJsonl } from "../../../src/capabilities/effects/cs-appendonly-jsonl.ts";
import { csMutableJson } from "../../../src/capabilities/effects/cs-mutable-json.ts";
import { csNameRegistry } from "../../../src/capabilities/effects/cs-name-registry.ts";
import { csRegistry } from "../../../src/capabilities/effects/cs-registry.ts";
import type { Performed } from "../../../src/capabilities/target.ts";
import type { StoreEffect } from "../../../src/capabilities/targets/store.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { openDataRoot } from "../../../src/platform/data-root.ts";
import { tryAcquire } from "../../../src/platform/lock/lock-link-pool.ts";
import { openStores } from "../../../src/storage/files/stores.ts";
import { countingDraw, perform } from "./fresh-store.ts";

export const ROUNDS = 16;
export const INDEX_WORTH = 300;

export interface Told {
  /** What REGISTER answered for a key, and where it led right afterwards. Some keys are asked for twice. */
  readonly registered: readonly { readonly key: string; readonly outcome: string; readonly leads: unknown }[];
  readonly numbers: readonly unknown[];
  /** How often a version was no longer the one that had been read. */
  readonly overtaken: number;
}

const [mode, root = "", id = ""] = process.argv.slice(2);
if (mode === "hold") hold();
if (mode === "work") {
  process.once("message", async () => {
    const told = await work();
    process.send?.(told, () => process.disconnect());
  });
  process.send?.("ready");
}

function hold(): void {
  const folder = realpathSync(root);
  for (const name of ["registry.jsonl", "log.jsonl", "state", "names"]) {
    tryAcquire({ folder, path: join(folder, `${name}.lock`) });
  }
  const data = openDataRoot(root);
  data.store("registry.jsonl").append('{"key":"k0","addr');
  data.store("log.jsonl").append('{"record_id":"');
  process.send?.("held", () => undefined);
  setTimeout(() => undefined, 60_000);
}

async function work(): Promise<Told> {
  const stores = openStores(root, { indexWorth: INDEX_WORTH, lockTimeout: 60_000 });
  const sources = countingDraw();
  const on =
    (effect: StoreEffect, path: string) =>
    (op: string, input: JsonObject): Promise<Performed> =>
      perform(effect, op, input, { store: stores.at(path), sources });
  const registry = on(csRegistry, "registry.jsonl");
  const log = on(csAppendonlyJsonl, "log.jsonl");
  const state = on(csMutableJson, "state");
  const names = on(csNameRegistry, "names");
  const registered: Told["registered"][number][] = [];
  const numbers: unknown[] = [];
  let overtaken = 0;
  for (let i = 0; i < ROUNDS; i++) {
    // Every second round all are after the same key, in the others each has begun somewhere else.
    const key = `k${i % 2 === 0 ? i : (i + 2 * Number(id)) % (ROUNDS - 1)}`;
    const { outcome } = await registry("REGISTER", { key, target_ref: id });
    const { result: target } = await registry("RESOLVE", { key_or_address: key });
    registered.push({ key, outcome, leads: target?.target_ref });
    numbers.push((await log("APPEND", { record: { id, i } })).result?.sequence_number);
    await state("WRITE", { key: `${id}.${i}`, value: { i } });
    await names("WRITE", { name: `${id}.${i}`, resource_addresses: [`ADDR_${i}`] });
    while (!(await increment(state))) overtaken++;
  }
  return { registered, numbers, overtaken };
}

/** Adds one to the counter as long as nobody else has since it was read. */
async function increment(state: (op: string, input: JsonObject) => Promise<Performed>): Promise<boolean> {
  const { result } = await state("READ", { key: "counter" });
  const { version, sum } = (result as JsonObject).value as Counter;
  const input = { filter: { version }, updates: { version: version + 1, sum: sum + 3 } };
  return (await state("UPDATE_WHERE", input)).outcome === "SUCCESS";
}

type Counter = { readonly version: number; readonly sum: number };
