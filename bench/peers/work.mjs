/**
 * The work of one registration, which each peer does in its own machine: the steps of the workflow with their checks, digests
 * and stores. It leaves no proof: no chain of hashes, no keys of effects, no lock, no seal, nothing that can be replayed.
 */

import { createHash } from "node:crypto";
import { fdatasync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const synchronise = promisify(fdatasync);

/** Outcomes of a step, by which a machine chooses the next. */
export const SUCCESS = "SUCCESS";
const VIOLATION = "VIOLATION";
const ALREADY_EXISTS = "ALREADY_EXISTS";

const FIELDS = ["first_name", "last_name", "email_registration"];

/** How it is recorded: `files` is a folder for a log and stores, or null for none; `isSynced` waits for the device. */
export function openWork({ files, isSynced }) {
  const kept = files === null ? inMemory() : inFiles(files, isSynced);
  const registries = { kyc: new Map(), actor: new Map() };
  let events = 0;

  /** A step that computes: recorded with what it returns. */
  const computed = (step, work) => (input) => {
    const output = work(input);
    kept.log(step, input, output);
    return output;
  };
  /** A step that changes a store: its begin is recorded before. */
  const effect = (step, store, work) => async (input) => {
    kept.log(`${step} begins`, input, null);
    await kept.settleLog();
    const output = work(input);
    if (output.outcome === SUCCESS) await kept.append(store, output.record);
    kept.log(step, input, output);
    return output;
  };
  const registering = (name) => (input) => {
    const { key, target } = input;
    if (registries[name].has(key)) return { outcome: ALREADY_EXISTS };
    const record = { key, address: `ADDR_${digest({ name, key }).slice(0, 32)}`, target_ref: target };
    registries[name].set(key, record);
    return { outcome: SUCCESS, record };
  };

  return {
    validate: computed("validate", ({ actor_record: actor }) => {
      const isWhole = FIELDS.every((field) => typeof actor?.[field] === "string" && actor[field] !== "");
      return { outcome: isWhole ? SUCCESS : VIOLATION };
    }),
    actorId: computed("actor id", (actor) => ({ id: `A_${digest(actor).slice(0, 16)}` })),
    kycKey: computed("kyc key", (actor) => ({ id: `A_KEY_${digest({ ...actor, key: true }).slice(0, 16)}` })),
    registerKyc: effect("register kyc", "kyc", registering("kyc")),
    registerActor: effect("register actor", "actor", registering("actor")),
    appendEvent: effect("append event", "events", (input) => {
      const timestamp = new Date().toISOString();
      return { outcome: SUCCESS, record: { sequence_number: ++events, timestamp, record: input } };
    }),
    end: () => kept.settleLog(),
  };
}

function inMemory() {
  const records = [];
  const done = async () => undefined;
  return {
    log: () => undefined,
    append: async (_, record) => records.push(record),
    settleLog: done,
    close: done,
  };
}

function inFiles(folder, isSynced) {
  const names = ["log", "kyc", "actor", "events"];
  const files = Object.fromEntries(names.map((name) => [name, openSync(join(folder, `${name}.jsonl`), "a")]));
  const write = (name, line) => writeSync(files[name], `${JSON.stringify(line)}\n`);
  const settle = async (name) => {
    if (isSynced) await synchronise(files[name]);
  };
  return {
    log: (step, input, output) => write("log", { at: new Date().toISOString(), step, input, output }),
    async append(store, record) {
      write(store, record);
      await settle(store);
    },
    settleLog: () => settle("log"),
  };
}

/** Of objects whose members are always written in the same order. */
function digest(value) {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex");
}
