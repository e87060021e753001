/** A trace by its sessions: the stretches of it that were recorded without a break, and why each of them began. */

import { counted } from "../errors/counted.ts";
import { MAIN_RUN, type Payloads, type TraceEvent, type WaitEntry } from "./event.ts";

/** `WAITS`: suspended. `CUT_OFF`: the process ended in the middle of the run. */
export type SessionEnd = "ENDED" | "WAITS" | "CUT_OFF";

/** Why a session began: the run did, it went on, or it was to be cancelled. */
export type SessionCause = "BEGUN" | Payloads["run_resumed"]["cause"] | "CANCELLED";

export const CAUSE_WORDS: Readonly<Record<SessionCause, string>> = {
  BEGUN: "the run began",
  EVENT: "an event was delivered",
  TIME: "a moment had come",
  INTERRUPTED: "the session before was cut off",
  CANCELLED: "the run was cancelled",
};

export const END_WORDS: Readonly<Record<SessionEnd, string>> = {
  ENDED: "the run ended",
  WAITS: "the run was suspended",
  CUT_OFF: "cut off",
};

/** An event of the trace. */
export interface Moment {
  readonly line: number;
  /** RFC 3339 UTC with milliseconds. */
  readonly at: string;
}

export interface Session {
  readonly from: Moment;
  /** Its last event so far. */
  readonly until: Moment;
  readonly cause: SessionCause;
  /** Who gave the cause, as the caller states. */
  readonly actor: string | null;
  readonly runtime: { readonly name: string; readonly version: string };
  /** What was delivered; null where nothing was. */
  readonly delivered: Delivered | null;
  /** Why the run was cancelled. */
  readonly reason: Payloads["run_cancelled"]["reason"] | null;
  /** Length of the incomplete line that it cut off. */
  readonly tornBytes: number;
  readonly end: SessionEnd;
  /** What the run waits for at its end. */
  readonly waits: readonly WaitEntry[];
}

export type Delivered = Pick<Payloads["run_resumed"], "key" | "event_id" | "answer">;

const NO_RUNTIME = { name: "", version: "" };

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Takes the events of a trace in their order, and keeps none. */
export class Sessions {
  readonly #all: Writable<Session>[] = [];

  get all(): readonly Session[] {
    return this.#all;
  }

  take(event: TraceEvent): void {
    const begun = this.#begunBy(event);
    if (begun !== null) this.#all.push(begun);
    const session = this.#all.at(-1);
    if (session === undefined) return;
    session.until = momentOf(event);
    const isEnd = event.event_type === "workflow_complete" && event.run === MAIN_RUN;
    session.end = isEnd ? "ENDED" : event.event_type === "run_suspended" ? "WAITS" : "CUT_OFF";
    session.waits = event.event_type === "run_suspended" ? event.payload.waits : NONE;
  }

  #begunBy(event: TraceEvent): Writable<Session> | null {
    const nothing = { delivered: null, reason: null, tornBytes: 0, end: "CUT_OFF", waits: NONE } as const;
    const moment = momentOf(event);
    const at = { from: moment, until: moment };
    switch (event.event_type) {
      case "run_resumed": {
        const { cause, actor = null, runtime, torn_bytes: tornBytes = 0, ...rest } = event.payload;
        return { ...nothing, ...at, cause, actor, runtime, tornBytes, delivered: deliveredIn(rest) };
      }
      case "run_cancelled": {
        const { reason = null, actor = null, runtime } = event.payload;
        return { ...nothing, ...at, cause: "CANCELLED", actor, runtime, reason };
      }
      default: {
        if (this.#all.length > 0) return null;
        const { actor = null, runtime } =
          event.event_type === "execution_start" ? event.payload : { runtime: NO_RUNTIME };
        return { ...nothing, ...at, cause: "BEGUN", actor, runtime };
      }
    }
  }
}

const NONE: readonly WaitEntry[] = [];

function deliveredIn({ key, event_id, answer }: Delivered): Delivered | null {
  if (key === undefined) return null;
  return {
    key,
    ...(event_id === undefined ? {} : { event_id }),
    ...(answer === undefined ? {} : { answer }),
  };
}

function momentOf({ sequence: line, timestamp: at }: TraceEvent): Moment {
  return { line, at };
}

export function sessionsOf(events: Iterable<TraceEvent>): readonly Session[] {
  const sessions = new Sessions();
  for (const event of events) sessions.take(event);
  return sessions.all;
}

/** Whether there is more to tell of them than that the run began and ended, or was cut off. */
export function areWorthTelling(sessions: readonly Session[]): boolean {
  return sessions.length > 1 || sessions.some(({ end }) => end === "WAITS");
}

/** What the runs of the trace wait for; none where it does not end in waiting. */
export function openWaits(events: readonly TraceEvent[]): readonly WaitEntry[] {
  const last = events.at(-1);
  return last?.event_type === "run_suspended" ? last.payload.waits : NONE;
}

/** The waits of the run, and of the runs nested in it. */
export function waitsWithin(run: string, waits: readonly WaitEntry[]): readonly WaitEntry[] {
  return waits.filter((wait) => wait.run === run || wait.run.startsWith(`${run}.`));
}

/** What a run waits for, in a few words. */
export function waitsText(waits: readonly WaitEntry[]): string {
  const [wait, ...others] = waits;
  if (wait === undefined) return "waits";
  return others.length === 0
    ? `waits ${waitText(wait)}`
    : `waits: ${counted(waits.length, "wait is", "waits are")} open`;
}

function waitText({ key, due }: WaitEntry): string {
  const what = key === undefined ? [] : [`for ${typeof key === "string" ? key : "a suppressed key"}`];
  return [...what, ...(due === undefined ? [] : [`until ${due}`])].join(" ");
}
