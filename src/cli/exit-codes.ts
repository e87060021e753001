/** Exit codes, as `--help` prints them (SPEC 1). */

import type { RunEnding } from "../engine/advance.ts";
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
} as const;

export const EXIT_HELP = `Exit codes:
   0  ended in a success-class exit (COMPLETED, EXIT_ALREADY_EXISTS)
   1  ended in another declared business exit (EXIT_VIOLATION, ADMISSION_DENIED, …)
   2  usage: unknown option, unreadable or malformed payload, unknown workflow
   3  snapshot refused: missing, malformed, tampered, not signed as required, or the workflow does not compile
   4  run refused mid-way: the protocol or a capability broke its contract
   5  ended in EXIT_BACKEND_ERROR, or storage could not be used
   7  examine, render, diff, verify, attest, check, conformance, certify, test, coverage or gate found something
  70  a defect in the runner itself
 129, 130, 143  ended by SIGHUP, SIGINT or SIGTERM; no temporary folder is left`;

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

/** For a run that is over: by the refusal that ended it, else by its ending. */
export function exitCodeOfRun({ fault, status, exitReason }: RunEnding): number {
  return fault === undefined ? exitCodeOfEnding(status, exitReason) : exitCodeOfRefusal(fault.code);
}

/** For a run that was refused mid-way. */
function exitCodeOfRefusal(code: string): number {
  return STORAGE_CODES.has(code) ? EXIT.STORAGE : EXIT.REFUSED;
}

/** For a run that reached an ending of its own. */
function exitCodeOfEnding(status: "SUCCESS" | "FAILED", exitReason: string): number {
  if (status === "SUCCESS") return EXIT.SUCCESS;
  return exitReason === "EXIT_BACKEND_ERROR" ? EXIT.STORAGE : EXIT.BUSINESS;
}
