/** Exit codes, as `--help` prints them (SPEC 1). */

import type { TraceEnding } from "../engine/advance.ts";
import { STORAGE_CODES } from "../engine/errors.ts";
import { type Fault, RunFault, type Stage } from "../errors/base.ts";

export const EXIT = {
  SUCCESS: 0,
  BUSINESS: 1,
  USAGE: 2,
  SNAPSHOT: 3,
  REFUSED: 4,
  STORAGE: 5,
  WAITING: 6,
  FOUND: 7,
  DEFECT: 70,
  /** As shells tell that SIGPIPE ended a process. */
  UNREAD: 141,
} as const;

export type ExitName = keyof typeof EXIT;

/** What each says, where a command has nothing closer to say. */
export const EXIT_MEANINGS: Readonly<Record<ExitName, string>> = {
  SUCCESS: "success",
  BUSINESS: "the run ended in another declared exit: EXIT_VIOLATION, ADMISSION_DENIED, …",
  USAGE: "bad command line: an unknown option, or a file or name that is missing or malformed",
  SNAPSHOT:
    "the snapshot was refused: missing, malformed, changed, not signed as required, or the workflow does not compile",
  REFUSED: "the run was refused: the protocol or a capability broke its contract",
  STORAGE: "storage or output could not be used",
  WAITING: "the run is waiting",
  FOUND: "something was found: a damaged trace, a difference, a broken rule, a failed test",
  DEFECT: "an internal error, which is a bug; please report it",
  UNREAD: "the reader of standard output was gone before the work was done",
};

/** Every command can give these. */
export const EVERYWHERE = ["USAGE", "STORAGE", "DEFECT"] as const satisfies readonly ExitName[];

export const SIGNAL_EXITS = [
  "129, 130, 143",
  "ended by SIGHUP, SIGINT or SIGTERM; temporary folders are removed",
] as const;

const BY_STAGE: Readonly<Record<Stage, number>> = {
  usage: EXIT.USAGE,
  payload: EXIT.USAGE,
  load: EXIT.SNAPSHOT,
  seal: EXIT.SNAPSHOT,
  compile: EXIT.SNAPSHOT,
  admission: EXIT.REFUSED,
  walk: EXIT.REFUSED,
  contract: EXIT.REFUSED,
  transform: EXIT.REFUSED,
  effect: EXIT.REFUSED,
  trace: EXIT.STORAGE,
  examine: EXIT.USAGE,
};

export function exitCodeOfFault(fault: Fault): number {
  return fault instanceof RunFault ? exitCodeOfRefusal(fault.code) : BY_STAGE[fault.stage];
}

/** The worse one of two runs: one that waits is better than any that did not succeed, else the higher code is worse. */
export function worseExit(one: number, other: number): number {
  const rankOf = (exitCode: number) => (exitCode === EXIT.WAITING ? 0.5 : exitCode);
  return rankOf(other) > rankOf(one) ? other : one;
}

/** By the refusal that ended the run, else by its ending. A run whose process is told to stop ends with the signal's own. */
export function exitCodeOfRun({ fault, status, exitReason }: TraceEnding): number {
  if (status === "WAITING" || status === "INTERRUPTED") return EXIT.WAITING;
  return fault === undefined ? exitCodeOfEnding(status, exitReason) : exitCodeOfRefusal(fault.code);
}

/** For a run that was refused mid-way. */
function exitCodeOfRefusal(code: string): number {
  return STORAGE_CODES.has(code) ? EXIT.STORAGE : EXIT.REFUSED;
}

/** For a run that reached an ending of its own. */
function exitCodeOfEnding(status: "SUCCESS" | "FAILED" | "CANCELLED", exitReason: string): number {
  if (status === "SUCCESS") return EXIT.SUCCESS;
  return exitReason === "EXIT_BACKEND_ERROR" ? EXIT.STORAGE : EXIT.BUSINESS;
}
