import type { Json } from "../../json/value.ts";
import { anything, optional } from "../input-schema.ts";
import { asInteger, held, isTruthy } from "../python-json.ts";
import { transform } from "../transform.ts";

const DEFAULT_SLOTS_PER_EPOCH = 32;
const FIRST_SLOT = Date.UTC(2026, 0, 1);
const SLOT_MILLISECONDS = 30_000;
const END_OF_CALENDAR = Date.UTC(10_000, 0, 1);

export const ctDeriveSlotEpoch = transform({
  code: "blockchain::CT_PURE_DERIVE_SLOT_EPOCH_V0",
  about: "Where a slot stands: its epoch, its place in it, its round, and when it starts unless that is given.",
  input: { slot_number: anything, slot_start_ts: optional(anything), slots_per_epoch: optional(anything) },
  result: ["round_number", "slot_index", "epoch_number", "timestamp"],
  violations: ["NOT_A_SLOT", "NOT_AN_EPOCH_LENGTH", "INTEGER_NOT_HELD"],
  run({ slot_number, slot_start_ts, slots_per_epoch }) {
    const slot = asInteger(slot_number);
    if (slot === undefined || slot < 0) return { violation: "NOT_A_SLOT" };
    const length = isTruthy(slots_per_epoch) ? asInteger(slots_per_epoch) : DEFAULT_SLOTS_PER_EPOCH;
    if (length === undefined || length <= 0) return { violation: "NOT_AN_EPOCH_LENGTH" };
    const epoch = held(BigInt(slot) / BigInt(length));
    if (epoch === undefined) return { violation: "INTEGER_NOT_HELD", facts: { field: "epoch_number" } };
    return {
      result: {
        round_number: slot_number,
        slot_index: slot % length,
        epoch_number: epoch,
        timestamp: slot_start_ts ?? startOf(slot),
      },
    };
  },
  examples: [
    {
      about: "the default epoch length",
      input: { slot_number: 70 },
      result: { round_number: 70, slot_index: 6, epoch_number: 2, timestamp: "2026-01-01T00:35:00Z" },
    },
    {
      about: "a given start and epoch length",
      input: { slot_number: 70, slots_per_epoch: 8, slot_start_ts: "2030-05-05T00:00:00Z" },
      result: { round_number: 70, slot_index: 6, epoch_number: 8, timestamp: "2030-05-05T00:00:00Z" },
    },
    { about: "before the first slot", input: { slot_number: -1 }, violation: "NOT_A_SLOT" },
    {
      about: "an epoch of less than one slot",
      input: { slot_number: 1, slots_per_epoch: -4 },
      violation: "NOT_AN_EPOCH_LENGTH",
    },
    {
      about: "the epoch would have to be rounded",
      input: { slot_number: 1e30, slots_per_epoch: 3, slot_start_ts: "2030-05-05T00:00:00Z" },
      violation: "INTEGER_NOT_HELD",
    },
  ],
});

function startOf(slot: number): Json {
  const start = FIRST_SLOT + slot * SLOT_MILLISECONDS;
  if (start >= END_OF_CALENDAR) throw new Error("the slot starts after the year 9999");
  return new Date(start).toISOString().replace(".000Z", "Z");
}
