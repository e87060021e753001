/**
 * The chain simulation of 24 slots and 24 transactions: one run with all its nested runs against the workflows it
 * calls, each run by itself. Started by `all.ts` as a process of its own: `simulation.ts <scratch folder>`.
 */

import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { library } from "./library.ts";
import { inTurn, microseconds, spreadOf } from "./sample.ts";
import type { Section } from "./section.ts";
import { type Payload, publishedCopy, root } from "./subject.ts";

interface Scenario {
  readonly data_before: Readonly<Record<string, string>>;
}

interface Part {
  readonly workflow: string;
  readonly payload: Payload;
}

/** Milliseconds that the parts take one after the other, on one data root. */
type RunAll = (parts: readonly Part[], data: string) => Promise<number>;

const ROUNDS = 9;
const SCENARIO = join(root, "../shared/vectors/new_chain_simulation.json");
const COUNT = 24;

async function simulation(scratch: string): Promise<Section | null> {
  if (!existsSync(SCENARIO)) return null;
  const { data_before } = JSON.parse(readFileSync(SCENARIO, "utf8")) as Scenario;
  const runAll = await openRunner(join(scratch, "simulation"));
  const ready = join(scratch, "simulation", "ready");
  for (const [path, text] of Object.entries(data_before)) {
    mkdirSync(dirname(join(ready, path)), { recursive: true });
    writeFileSync(join(ready, path), text);
  }
  let copies = 0;
  const measured = (parts: readonly Part[]) => () => {
    const copy = `${ready}-${++copies}`;
    cpSync(ready, copy, { recursive: true });
    return runAll(parts, copy);
  };
  const whole = simulating(walletIn(data_before));
  const parts = partsOf(whole);
  const samples = await inTurn({ parts: measured(parts), whole: measured([whole]) }, ROUNDS);
  const sum = spreadOf(samples.parts);
  const nested = spreadOf(samples.whole);
  return {
    title: `Chain simulation, ${COUNT} slots and ${COUNT} transactions`,
    about: `One process, trace on disk, ${ROUNDS} samples each in turn; ratio to the ${parts.length} workflows it calls, each run by itself.`,
    rows: [
      { what: "one run, all others nested in it", ...nested, unit: "ms", ratio: nested.median / sum.median },
      { what: "the sum of its parts", ...sum, unit: "ms", ratio: 1 },
    ],
  };
}

/** A wallet that transactions may pay into. */
function walletIn(data: Scenario["data_before"]): string {
  const [wallet] = Object.values(data).flatMap((text) => /"(WAL_[0-9a-f]{16})": \{/.exec(text)?.[1] ?? []);
  if (wallet === undefined) throw new Error("the scenario has no wallet");
  return wallet;
}

function simulating(wallet: string): Part {
  const numbers = Array.from({ length: COUNT }, (_, i) => i + 1);
  const transaction = (i: number) => ({
    tx_type: "MINT",
    to_wallet_id: wallet,
    amount: i,
    triggered_by: "bench",
  });
  const payload = {
    simulation_id: "BENCH",
    slot_duration_seconds: 30,
    max_slots: COUNT,
    tx_interval_seconds: 0,
    max_transactions: COUNT,
    slot_schedule: numbers.map((slot_number) => ({ slot_number })),
    tx_sequence: numbers.map(transaction),
    triggered_by: "bench",
  };
  return { workflow: "blockchain::WF_RUN_CHAIN_SIMULATION_V0", payload };
}

/** The simulation with nothing to do, then each transaction and each slot. */
function partsOf({ workflow, payload }: Part): readonly Part[] {
  const { slot_schedule, tx_sequence, simulation_id = null, triggered_by = null } = payload;
  const idle = { workflow, payload: { ...payload, slot_schedule: [], tx_sequence: [] } };
  const transactions = (tx_sequence as readonly Payload[]).map((tx) => ({
    workflow: `blockchain::WF_${String(tx["tx_type"])}_V0`,
    payload: tx,
  }));
  const slots = (slot_schedule as readonly Payload[]).map((slot) => ({
    workflow: "blockchain::WF_PROCESS_SLOT_V0",
    payload: { ...slot, simulation_id, triggered_by },
  }));
  return [idle, ...slots, ...transactions];
}

async function openRunner(folder: string): Promise<RunAll> {
  const snapshot = publishedCopy(join(folder, "snapshot"), true);
  const traces = library.folderTraces(join(folder, "traces"));
  return async (parts, dataRoot) => {
    const workspace = await library.openWorkspace({ folder, snapshot, dataRoot, traces });
    let took = 0;
    for (const { workflow: name, payload } of parts) {
      const workflow = await workspace.workflow(name);
      const begun = process.hrtime.bigint();
      const { status, exitReason } = await workflow.run(payload, { durability: "process" });
      took += microseconds(begun) / 1000;
      if (status !== "SUCCESS") throw new Error(`${name} ended ${exitReason}`);
    }
    return took;
  };
}

console.log(JSON.stringify(await simulation(process.argv[2] as string)));
