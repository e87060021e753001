/** Runs as the ledger has them: a row of a list, and as JSON. */

import type { JsonObject } from "../../json/value.ts";
import { keyOf, type ListedRun } from "../../ledger/query.ts";
import type { RunState } from "../../ledger/standing.ts";
import type { WaitEntry } from "../../trace/event.ts";
import type { Paint, Tone } from "../colour.ts";
import { plain } from "../print.ts";

/** Runs in these states have ended. */
const ENDED: ReadonlySet<RunState> = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

const TONES: Readonly<Record<RunState, Tone>> = {
  RUNNING: "strong",
  WAITING: "strong",
  INTERRUPTED: "bad",
  COMPLETED: "good",
  FAILED: "bad",
  CANCELLED: "quiet",
  PRUNED: "quiet",
};

export const stateText = (state: RunState, paint: Paint) => paint(TONES[state], state);

export const HEAD_ROW = ["state", "workflow", "outcome", "begun", "duration", "waits for", "id"];

export function runRow({ entry, standing }: ListedRun): readonly string[] {
  const { state, outcome, exitReason, waits } = standing;
  const taken = durationOf({ entry, standing });
  return [
    state,
    plain(entry.workflow),
    plain(exitReason ?? outcome ?? "-"),
    secondOf(entry.begun),
    taken === null ? "-" : durationText(taken),
    waits.length === 0 ? "-" : waits.map(waitText).join("; "),
    plain(entry.id),
  ];
}

/** What the run waits for, in a few words. */
function waitText(wait: WaitEntry): string {
  const key = keyOf(wait);
  const what = key === null ? "time" : `event ${key}`;
  return plain(wait.due === undefined ? what : `${what} until ${wait.due}`);
}

/** From its beginning to its end, in milliseconds; null for a run that has not ended. */
export function durationOf({ entry, standing }: ListedRun): number | null {
  return ENDED.has(standing.state) ? Math.max(0, standing.changed - entry.begun) : null;
}

const secondOf = (moment: number) => new Date(moment).toISOString().replace(/\.\d+Z$/, "Z");

const UNITS = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** The two largest units of it. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  const index = UNITS.findIndex(([, size]) => milliseconds >= size);
  let rest = milliseconds;
  const parts = UNITS.slice(index, index + 2).map(([unit, size]) => {
    const number = Math.floor(rest / size);
    rest -= number * size;
    return number === 0 ? "" : `${number} ${unit}`;
  });
  return parts.filter((part) => part !== "").join(" ");
}

export function runJson({ entry, standing }: ListedRun): JsonObject {
  const { id, workflow, begun, actors, marks, sessions, isRebuilt } = entry;
  const { state, outcome, exitReason, changed, waits } = standing;
  return {
    ...{ id, state, workflow, outcome, exit_reason_code: exitReason },
    begun: new Date(begun).toISOString(),
    changed: new Date(changed).toISOString(),
    duration_ms: durationOf({ entry, standing }),
    ...{ sessions, waits, actors, marks, rebuilt: isRebuilt },
  } as unknown as JsonObject;
}
