/**
 * One of the processes of `many-processes.test.ts`: `hold <root>` holds the locks of all stores until it is killed,
 * `work <root> <id>` says that it is ready, works when it is told to and tells what it was answered.
 */

import { randomBytes } from "node:crypto";
import type { Performed, StoreEffect } from "../../../src/capabilities/effect.ts";
import { csAppendonlyJsonl } from "../../../src/capabilities/effects/cs-appendonly-jsonl.ts";
import { csMutableJson } from "../../../src/capabilities/effects/cs-mutable-json.ts";
import { csNameRegistry } from "../../../src/capabilities/effects/cs-name-registry.ts";
import { csRegistry } from "../../../src/capabilities/effects/cs-registry.ts";
import type { JsonObject } from "../../../src/json/json.ts";
import { openDataRoot } from "../../../src/platform/data-root.ts";
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
  process.once("message", () => {
    process.send?.(work(), () => process.disconnect());
  });
  process.send?.("ready");
}

function hold(): void {
  const data = openDataRoot(root);
  const [registry, log, ...others] = ["registry.jsonl", "log.jsonl", "state", "names"].map((name) =>
    data.store(name),
  );
  const all = [registry, log, ...others].reduceRight<() => void>(
    (inner, store) => () => store?.locked(inner),
    () => {
      registry?.append('{"key":"k0","addr');
      log?.append('{"record_id":"');
      process.send?.("held", () => undefined);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
    },
  );
  all();
}

function work(): Told {
  const data = openDataRoot(root, { indexWorth: INDEX_WORTH, lockPatience: 60_000 });
  const sources = { ...countingDraw(), entropy: (count: number) => randomBytes(count).toString("hex") };
  const on =
    (effect: StoreEffect, path: string) =>
    (op: string, input: JsonObject): Performed =>
      perform(effect, op, input, { store: data.store(path), sources });
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
    const { outcome } = registry("REGISTER", { key, target_ref: id });
    registered.push({ key, outcome, leads: registry("RESOLVE", { key_or_address: key }).result?.target_ref });
    numbers.push(log("APPEND", { record: { id, i } }).result?.sequence_number);
    state("WRITE", { key: `${id}.${i}`, value: { i } });
    names("WRITE", { name: `${id}.${i}`, resource_addresses: [`ADDR_${i}`] });
    while (!increment(state)) overtaken++;
  }
  return { registered, numbers, overtaken };
}

/** Adds one to the counter as long as nobody else has since it was read. */
function increment(state: (op: string, input: JsonObject) => Performed): boolean {
  const { version, sum } = (state("READ", { key: "counter" }).result as JsonObject).value as Counter;
  const input = { filter: { version }, updates: { version: version + 1, sum: sum + 3 } };
  return state("UPDATE_WHERE", input).outcome === "SUCCESS";
}

type Counter = { readonly version: number; readonly sum: number };
