/** A run that goes round and round: a snapshot on disk, and the long trace of a workflow of it. */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../../src/engine/run.ts";
import { TRACE_LIMITS } from "../../src/json/limits.ts";
import { nodeClock, seededEntropy } from "../../src/platform/node-ports.ts";
import { openMail } from "../../src/platform/smtp.ts";
import { openTrace } from "../../src/platform/trace-files.ts";
import { openStores } from "../../src/storage/files/stores.ts";
import {
  appending,
  compileTrial,
  contract,
  filesOf,
  oneContract,
  type Protocol,
  passing,
  SNAPSHOT,
} from "../engine/trial.ts";

/** Enters WORK until as many records are on the log as the payload asks for. */
const rounds: Protocol = oneContract(
  contract(
    [
      passing(
        "pass",
        { value: { about: "a record of the usual length", upto: "$.inputs.upto" } },
        { outputs: { record: "$.value" } },
      ),
      appending("log", "$.results.pass.record", {
        outputs: { number: "$.sequence_number" },
        on_result: { SUCCESS: "enough", VIOLATION: "exit", BACKEND_ERROR: "exit" },
      }),
    ],
    {
      inputs: { upto: { type: "integer", required: true } },
      evaluation: { enough: { condition: "$.number < $.inputs.upto", on_true: "AGAIN", on_false: "SUCCESS" } },
      result_status_contract: { allowed: ["SUCCESS", "AGAIN", "VIOLATION", "BACKEND_ERROR"] },
    },
  ),
  { inputs: { upto: "$.payload.upto" }, next: { AGAIN: "WORK", default: "END" } },
);

/** Events of one round; the run has five more. */
export const EVENTS_A_ROUND = 8;
/** With its evaluation. */
export const STEPS_A_ROUND = 3;

/** Leaves `protocol_snapshot` and `traces` below the folder; answers the trace's file. */
export async function leaveLongTrace(folder: string, upto: number): Promise<string> {
  for (const [path, bytes] of filesOf(rounds)) {
    const file = join(folder, "protocol_snapshot", path.slice(SNAPSHOT.length));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  const result = await run({
    plan: await compileTrial(rounds),
    payload: { upto },
    mail: openMail({}),
    clock: nodeClock,
    entropy: seededEntropy("long"),
    sleep: async () => undefined,
    stores: openStores(join(folder, "data")),
    openTrace: (id) => openTrace(join(folder, "traces"), id),
    durability: "process",
    maxHops: upto + 2,
    limits: { ...TRACE_LIMITS, runs: 1, events: EVENTS_A_ROUND * (upto + 2) },
    runtime: { name: "trial", version: "0" },
  });
  if (result.ending.status !== "SUCCESS") throw new Error(`the run ended in ${result.ending.exitReason}`);
  return join(result.folder, `${result.traceId}.jsonl`);
}
