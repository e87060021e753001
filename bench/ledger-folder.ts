/** A traces folder in which very many runs seem to have been: their ledger, and a folder for each. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../src/json/canonical.ts";
import { EMPTY_LEDGER, encodeLine, LEDGER_FILE, type LineBody } from "../src/ledger/line.ts";

const BEGUN = Date.parse("2026-01-01T00:00:00Z");
const EVERY_MS = 1_000;

export function layOutLedger(traces: string, size: number): void {
  const texts: string[] = [];
  let head = EMPTY_LEDGER;
  for (let i = 0; i < size; i++) {
    mkdirSync(join(traces, runId(i)), { recursive: true });
    for (const body of linesOf(i)) {
      const line = encodeLine(body, head);
      head = line.head;
      texts.push(line.text);
    }
  }
  writeFileSync(join(traces, LEDGER_FILE), texts.join(""));
}

const timeOf = (number: number) => new Date(BEGUN + number * EVERY_MS).toISOString();

export function runId(number: number): string {
  return `${timeOf(number).replace(/[-:.]/g, "")}__WF_TRIAL_V0__${sha256(String(number)).slice(0, 8)}`;
}

/** What the run waits for whose number is a multiple of a hundred. */
export const waitKey = (number: number) => `approval-${number}`;

/** Of a hundred runs, one waits and three failed. */
function linesOf(number: number): readonly LineBody[] {
  const about = (state: string) => ({
    ...{ at: timeOf(number), run: runId(number), workflow: "trial::WF_TRIAL_V0" },
    head: sha256(`${number} ${state}`),
  });
  const begun = { ...about("RUNNING"), state: "RUNNING", actor: "trial::AC_CLERK_V0" } as const;
  const share = number % 100;
  if (share === 0) {
    const place = { run: "0", node: "CC_ASK", step: "ask", kind: "EVENT" } as const;
    const waits = [{ ...place, key: waitKey(number), effect_key: sha256(`wait ${number}`) }];
    return [begun, { ...about("WAITING"), state: "WAITING", waits }];
  }
  const [state, outcome, exit_reason_code] =
    share < 4
      ? (["FAILED", "VIOLATION", "EXIT_VIOLATION"] as const)
      : (["COMPLETED", "SUCCESS", "COMPLETED"] as const);
  return [begun, { ...about(state), state, outcome, exit_reason_code }];
}
