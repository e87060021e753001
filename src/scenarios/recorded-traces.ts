/** Traces that are there already, counted: which of them, and why the others not. */

import { Fault } from "../errors/base.ts";
import { checkSnapshot } from "../examine/allowed.ts";
import { wordsOf } from "../examine/finding.ts";
import { verifyTrace } from "../examine/verify.ts";
import { externalFormat } from "../interop/detect.ts";
import type { Catalogue } from "./catalogue.ts";
import { count, type Outcomes } from "./coverage.ts";

/** A trace that is not counted. */
export interface LeftOut {
  readonly file: string;
  readonly code: "FOREIGN" | "NOT_INTACT" | "OTHER_SNAPSHOT" | "NO_RUN";
  readonly why: string;
}

/** A trace that is counted. */
export interface Counted {
  readonly file: string;
  /** The run did not end: it is counted up to where it got. */
  readonly isInterrupted: boolean;
}

/** Counts the trace, or says why not: what was changed, or ran on another snapshot, tells nothing of this one. */
export async function countTrace(
  file: string,
  bytes: Uint8Array,
  workflows: Catalogue,
  outcomes: Outcomes,
): Promise<Counted | LeftOut> {
  const format = externalFormat(bytes);
  if (format !== null) return { file, code: "FOREIGN", why: `another runtime wrote it (${format})` };
  const { findings, events } = verifyTrace(bytes);
  const broken = findings.find(({ code }) => code !== "NO_END");
  if (broken !== undefined) {
    const place = broken.line === undefined ? "" : ` in line ${broken.line}`;
    return { file, code: "NOT_INTACT", why: `${broken.code}${place}: ${wordsOf(broken).what}` };
  }
  const [start] = events;
  if (start?.event_type !== "execution_start") return { file, code: "NO_RUN", why: "no run starts in it" };
  const other = await otherSnapshot(start.payload, workflows);
  if (other !== null) return { file, code: "OTHER_SNAPSHOT", why: other };
  count(outcomes, events);
  return { file, isInterrupted: findings.length > 0 };
}

async function otherSnapshot(
  start: Parameters<typeof checkSnapshot>[1],
  workflows: Catalogue,
): Promise<string | null> {
  try {
    const [differing] = checkSnapshot(await workflows.plan(start.workflow_code), start, 1);
    return differing === undefined
      ? null
      : `it was recorded on another snapshot, ${start.snapshot.root.slice(0, 12)}…`;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return `${start.workflow_code} cannot be run here: ${error.code}`;
  }
}
