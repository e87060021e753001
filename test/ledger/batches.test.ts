/** Lines that are recorded at the same time are appended to the ledger together. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { StoreFault } from "../../src/errors/ports.ts";
import { openLedger } from "../../src/ledger/ledger.ts";
import { EMPTY_LEDGER, isRunLine, type LineBody, parseLine } from "../../src/ledger/line.ts";
import { openTracesRoot } from "../../src/platform/traces-root.ts";
import type { StoreFile } from "../../src/ports.ts";

const NOW = Date.parse("2026-01-31T09:00:00Z");

function line(run: number): LineBody {
  const at = new Date(NOW).toISOString();
  const head = run.toString(16).padStart(64, "0");
  return { at, run: `run-${run}`, workflow: "trial::WF_TRIAL_V0", state: "RUNNING", head } as LineBody;
}

function place(t: TestContext, change: (store: StoreFile) => Partial<StoreFile>) {
  const folder = mkdtempSync(join(tmpdir(), "pgs-batches-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const root = openTracesRoot(folder);
  const store = root.store("ledger.jsonl");
  const ledger = openLedger({ ...root, store: () => ({ ...store, ...change(store) }) }, () => NOW);
  return { ledger, lines: () => readFileSync(join(folder, "ledger.jsonl"), "utf8").split("\n").slice(0, -1) };
}

test("many lines are one append, in their order and chained, and later ones the next", async (t) => {
  let appends = 0;
  const { ledger, lines } = place(t, (store) => ({
    append(text) {
      appends++;
      store.append(text);
    },
  }));
  const said = await Promise.all(Array.from({ length: 64 }, (_, i) => ledger.record(line(i))));
  assert.deepEqual([new Set(said), appends], [new Set([null]), 2], "the ledger is made, and appended to");
  await ledger.record(line(64));
  assert.equal(appends, 3);
  let before = EMPTY_LEDGER.hash;
  for (const [i, text] of lines().entries()) {
    const parsed = parseLine(text);
    assert.ok(typeof parsed !== "string" && isRunLine(parsed));
    assert.deepEqual([parsed.run, parsed.sequence, parsed.prev_hash], [`run-${i}`, i + 1, before]);
    before = parsed.hash;
  }
});

test("lines that could not be appended are named to all who recorded them, and later lines are tried", async (t) => {
  let isLocked = true;
  const { ledger, lines } = place(t, (store) => ({
    locked: async (work) => {
      if (isLocked) throw new StoreFault("LOCKED", { file: "ledger.jsonl" });
      return store.locked(work);
    },
  }));
  const refused = await Promise.all([ledger.record(line(0)), ledger.record(line(1))]);
  assert.deepEqual(
    refused.map((fault) => fault?.code),
    ["LEDGER_LOCKED", "LEDGER_LOCKED"],
  );
  isLocked = false;
  assert.equal(await ledger.record(line(2)), null);
  assert.equal(lines().length, 1);
});
