/** Operations on stores of given sizes in one process: `store-operations.ts <scratch folder>`; started by `growth.ts`. */

import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { registry } from "../src/capabilities/registry.ts";
import { nodeEntropy } from "../src/platform/node-ports.ts";
import { library } from "./library.ts";
import { inTurn, microseconds, spreadOf } from "./sample.ts";
import { atMost, type Row, type Section } from "./section.ts";

type Stores = ReturnType<typeof library.openStores>;

const { openStores } = library;

const FEW = 100;
const MANY = 1_000_000;
const LIMIT = 2;
/** Operations in one sample. */
const BLOCK = 50;
const scratch = process.argv[2] as string;

const REGISTRY = "registry.jsonl";
const LOG = "log.jsonl";
const draw = { clock: () => "2026-01-31T09:00:00.000Z", entropy: (count: number) => nodeEntropy.hex(count) };

const keyOf = (i: number) => i.toString(16).padStart(64, "0");
const addressOf = (i: number) => `ADDR_${i.toString(16).padStart(32, "0")}`;
const binding = (i: number) =>
  `{"key": "${keyOf(i)}", "address": "${addressOf(i)}", "target_cs": "CS", "target_ref": "r${i}"}\n`;
const entry = (i: number) =>
  `{"record_id": "2026-01-31T09:00:00_${i}", "sequence_number": ${i + 1}, "timestamp": "2026-01-31T09:00:00", "actor_id": null, "stream_id": null, "record": {"event_code": "EV", "n": ${i}}}\n`;

/** A folder with a registry and a log, written directly. */
function laidOut(count: number): string {
  const folder = mkdtempSync(join(scratch, "stores-"));
  write(join(folder, REGISTRY), count, binding);
  write(join(folder, LOG), count, entry);
  return folder;
}

function write(path: string, count: number, lineOf: (i: number) => string): void {
  const file = openSync(path, "wx");
  for (let i = 0; i < count; i += 1000) {
    writeSync(file, Array.from({ length: Math.min(1000, count - i) }, (_, k) => lineOf(i + k)).join(""));
  }
  closeSync(file);
}

async function perform(stores: Stores, op: string, input: Input): Promise<void> {
  const [code, path] = op === "APPEND" ? ["CS_APPENDONLY_JSONL_V0", LOG] : ["CS_REGISTRY_V0", REGISTRY];
  const operation = registry.effect(`capability_side_effects::${code}`)?.operations[op];
  if (operation?.target !== "store") throw new Error(`${op} is no operation of a store`);
  const { outcome } = await operation.perform(input, stores.at(path as string), {
    ...draw,
    effectKey: nodeEntropy.hex(32),
  });
  if (outcome !== "SUCCESS") throw new Error(`${op} ended ${outcome}`);
}

type Input = Readonly<Record<string, string | Readonly<Record<string, string | number>>>>;

let fresh = 0;
const operations: Readonly<Record<string, (stores: Stores, some: number) => Promise<void>>> = {
  REGISTER: (stores) => perform(stores, "REGISTER", { key: `fresh ${++fresh}`, target_ref: "r" }),
  "RESOLVE by key": (stores, some) => perform(stores, "RESOLVE", { key_or_address: keyOf(some) }),
  "RESOLVE by address": (stores, some) => perform(stores, "RESOLVE", { key_or_address: addressOf(some) }),
  EXISTS: (stores, some) => perform(stores, "EXISTS", { key_or_address: keyOf(some) }),
  COUNT: (stores) => perform(stores, "COUNT", {}),
  // Each of them once: the upper half is asked by nobody else.
  DEREGISTER: (stores, some) => perform(stores, "DEREGISTER", { key_or_address: keyOf(some) }),
  APPEND: (stores, some) => perform(stores, "APPEND", { record: { event_code: "EV", n: some } }),
};

/** Microseconds of one operation, over a block of them on other entries each. */
async function measured(stores: Stores, name: string, count: number): Promise<number> {
  const half = count / 2;
  const offset = name === "DEREGISTER" ? half : 0;
  const chosen = Array.from(
    { length: BLOCK },
    (_, i) => offset + Math.floor(((i + Math.random()) * half) / BLOCK),
  );
  const begun = process.hrtime.bigint();
  for (const some of chosen) await operations[name]?.(stores, some);
  return microseconds(begun) / BLOCK;
}

/** Few entries are laid out anew for every sample, because operations add to them. */
async function onFew(name: string): Promise<number> {
  const folder = laidOut(FEW);
  const stores = openStores(folder);
  await look(stores);
  const cost = await measured(stores, name, FEW);
  rmSync(folder, { recursive: true });
  return cost;
}

async function look(stores: Stores): Promise<void> {
  await perform(stores, "COUNT", {});
  await perform(stores, "APPEND", { record: {} });
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = process.hrtime.bigint();
  await work();
  return microseconds(begun) / 1000;
}

async function growthOfOperations(): Promise<Section> {
  const folder = laidOut(MANY);
  const stores = openStores(folder);
  const reading = await timed(() => look(stores));
  const samples = await inTurn(
    Object.fromEntries(
      Object.keys(operations).flatMap((name) => [
        [`${name}, ${FEW} entries`, () => onFew(name)],
        [`${name}, ${MANY.toLocaleString("en")} entries`, () => measured(stores, name, MANY)],
      ]),
    ),
  );
  const recalling = await timed(() => look(openStores(folder)));
  const spreads = Object.entries(samples).map(([what, taken]) => ({ what, ...spreadOf(taken) }));
  const rows = spreads.map((spread, i): Row => {
    const few = spreads[i - (i % 2)] as (typeof spreads)[number];
    const ratio = spread.median / few.median;
    return { ...spread, unit: "µs", ratio, ...(i % 2 === 0 ? {} : { goal: atMost(ratio, LIMIT) }) };
  });
  const once = (what: string, took: number): Row => ({ what, median: took, p10: took, p90: took, unit: "ms" });
  return {
    title: "Growth, operations in one process",
    about:
      "Per operation, on entries all over the store; ratio to the same on few entries. First looks are taken once.",
    rows: [
      ...rows,
      once("first look at many, all is read", reading),
      once("first look at many, by the index", recalling),
    ],
  };
}

console.log(JSON.stringify(await growthOfOperations()));
