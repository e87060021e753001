/** Several processes, each with many operations in flight, and killed again and again: SPEC 7 holds for what they leave. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { childModules } from "../../support/child-modules.ts";
import { takingTurns } from "../../support/portion.ts";

const it = takingTurns(import.meta.url);

const STORES = "src/storage/files/stores.ts";
const [WORKERS, IN_FLIGHT, KEYS, KILLS] = [4, 32, 400, 6];

/** A process that asks for every key and adds a record for each, the later ones first for half of the processes. */
function program(stores: string, root: string, id: number): string {
  return `
    const { openStores } = await import(${JSON.stringify(stores)});
    const stores = openStores(${JSON.stringify(root)}, { lockTimeout: 60_000, indexWorth: 500 });
    const [registry, log] = [stores.at("registry").open("registry"), stores.at("log").open("log")];
    let next = 0;
    const lane = async () => {
      while (next < ${KEYS}) {
        const n = ${id % 2 === 0} ? next++ : ${KEYS} - 1 - next++;
        const key = "k" + n;
        await Promise.all([
          registry.register(key, () => ({ key, address: "a" + n, by: ${id} })),
          log.append((number) => ({ number, key, by: ${id} })),
        ]);
      }
    };
    await Promise.all(Array.from({ length: ${IN_FLIGHT} }, lane));`;
}

function start(t: TestContext, stores: string, root: string, id: number) {
  const args = ["--input-type=module", "-e", program(stores, root, id)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit"] });
  t.after(() => child.kill("SIGKILL"));
  return { id, child, exit: once(child, "exit") };
}

it(`${WORKERS} processes with ${IN_FLIGHT} operations in flight each, killed again and again, leave every key once and no gap`, async (t) => {
  const { [STORES]: stores } = await childModules(STORES);
  const root = mkdtempSync(join(tmpdir(), "pgs-flights-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const workers = Array.from({ length: WORKERS }, (_, id) => start(t, stores, root, id));
  const sizeOf = () => statSync(join(root, "log"), { throwIfNoEntry: false })?.size ?? 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const size = sizeOf();
    while (sizeOf() < size + 500 && workers.some(({ child }) => child.exitCode === null)) await pause(1);
    const at = kill % WORKERS;
    workers[at]?.child.kill("SIGKILL");
    await workers[at]?.exit;
    workers[at] = start(t, stores, root, at);
  }
  for (const { exit } of workers) assert.deepEqual(await exit, [0, null]);
  const entriesIn = (name: string) =>
    readFileSync(join(root, name), "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const keys = Array.from({ length: KEYS }, (_, n) => `k${n}`).sort();
  assert.deepEqual(
    entriesIn("registry")
      .map(({ key }) => key)
      .sort(),
    keys,
  );
  const records = entriesIn("log");
  assert.deepEqual(
    records.map(({ number }) => number),
    records.map((_, i) => i + 1),
  );
  for (let id = 0; id < WORKERS; id++) {
    const added = new Set(records.filter(({ by }) => by === id).map(({ key }) => key));
    assert.deepEqual([...added].sort(), keys);
  }
});
