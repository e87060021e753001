/** The lines that a run has in the ledger, made from the events of its trace alone. */

import { MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import type { LineState, RunLine } from "./line.ts";

export type RunLineBody = Omit<RunLine, "schema" | "sequence" | "prev_hash" | "hash" | "torn_bytes">;

/** Is given a run's events in order, those of nested runs too, from its first one or from one at which it goes on. */
export class RunLines {
  #workflow: string;
  /** Who cancelled the run, which its end follows. */
  #canceller: string | undefined;

  constructor(workflow: string) {
    this.#workflow = workflow;
  }

  /** The line that follows from the event; null for an event that changes nothing about the run's state. */
  take(event: TraceEvent): RunLineBody | null {
    if (event.run !== MAIN_RUN) return null;
    switch (event.event_type) {
      case "execution_start":
        this.#workflow = event.payload.workflow_code;
        return this.#line(event, "RUNNING", byActor(event.payload.actor));
      case "run_resumed":
        return this.#line(event, "RUNNING", byActor(event.payload.actor));
      case "run_suspended": {
        const { waits } = event.payload;
        return this.#line(event, "WAITING", { waits });
      }
      case "run_cancelled":
        this.#canceller = event.payload.actor;
        return null;
      case "workflow_complete": {
        const { status, outcome, exit_reason_code } = event.payload;
        const ending = { ...(outcome === null ? {} : { outcome }), exit_reason_code };
        const state = status === "SUCCESS" ? "COMPLETED" : status;
        return this.#line(event, state, { ...ending, ...byActor(this.#canceller) });
      }
      default:
        return null;
    }
  }

  #line(event: TraceEvent, state: LineState, more: Partial<RunLineBody>): RunLineBody {
    const { timestamp: at, execution_id: run, hash: head } = event;
    return { at, run, workflow: this.#workflow, state, head, ...more };
  }
}

const byActor = (actor: string | undefined) => (actor === undefined ? {} : { actor });
