/** What the ledger says of a run: its last line counts, and what the lines before it add. */

import type { SegmentPlace } from "../ports.ts";
import type { WaitEntry } from "../trace/event.ts";
import { isSegmentName } from "../trace/segment.ts";
import type { LineState, Mark, RunLine } from "./line.ts";

/** A bookmark that is set on a run. */
export interface SetMark extends Omit<Mark, "removed"> {
  /** When it was set. */
  readonly at: string;
  readonly actor?: string;
}

export interface RunEntry {
  /** The name of its trace. */
  readonly id: string;
  readonly workflow: string;
  /** That of its last line. */
  readonly state: LineState;
  /** Outcome of the last node; null where the run has none. */
  readonly outcome: string | null;
  readonly exitReason: string | null;
  /** When it began, in milliseconds since the epoch. */
  readonly begun: number;
  /** When it came into its state, in milliseconds since the epoch. */
  readonly changed: number;
  /** The first moment that ends one of its waits, in milliseconds since the epoch; null where none does. */
  readonly due: number | null;
  /** How often it was begun or continued. */
  readonly sessions: number;
  /** What it waits for. */
  readonly waits: readonly WaitEntry[];
  /** Who began or answered it, each once, in order. */
  readonly actors: readonly string[];
  readonly marks: readonly SetMark[];
  /** Whether a line of it was made from its trace. */
  readonly isRebuilt: boolean;
  /** Where its last line begins in the ledger. */
  readonly offset: number;
  /** Where its trace is among others, unless it has got a folder of its own since; null where it has one in any case. */
  readonly place: SegmentPlace | null;
  /** The segment in which it has lines; also of a run that goes on in a folder. */
  readonly segment: string | null;
}

/** The entry after one more line of the run. A ledger may have very many lines: nothing is copied that stays. */
export function entryAfter(before: RunEntry | undefined, line: RunLine, offset: number): RunEntry {
  const { run: id, workflow, state, waits = NONE, actor, mark } = line;
  const place = placeIn(line);
  const at = Date.parse(line.at);
  // A bookmark changes nothing about the run.
  const isOwn = mark === undefined;
  const actors = before?.actors ?? NONE;
  const marks = before?.marks ?? NONE;
  return {
    id,
    workflow,
    state,
    outcome: line.outcome ?? null,
    exitReason: line.exit_reason_code ?? null,
    begun: before?.begun ?? at,
    changed: isOwn ? at : (before?.changed ?? at),
    due: dueOf(waits),
    sessions: (before?.sessions ?? 0) + (isOwn && state === "RUNNING" ? 1 : 0),
    waits,
    actors: !isOwn || actor === undefined || actors.includes(actor) ? actors : [...actors, actor],
    marks: isOwn ? marks : marksAfter(marks, mark, line),
    isRebuilt: (before?.isRebuilt ?? false) || line.rebuilt === true,
    offset,
    place,
    segment: place?.segment ?? before?.segment ?? null,
  };
}

const NONE: readonly never[] = [];

/** Null also for one that names no file of the folder. */
export function placeIn({ place }: Pick<RunLine, "place">): SegmentPlace | null {
  return place !== undefined && isSegmentName(place.segment) ? place : null;
}

function dueOf(waits: readonly WaitEntry[]): number | null {
  let first: number | null = null;
  for (const { due } of waits) {
    if (due === undefined) continue;
    const moment = Date.parse(due);
    if (first === null || moment < first) first = moment;
  }
  return first;
}

function marksAfter(
  marks: readonly SetMark[],
  { removed, ...mark }: Mark,
  { at, actor }: RunLine,
): readonly SetMark[] {
  const others = marks.filter(({ name }) => name !== mark.name);
  return removed ? others : [...others, { ...mark, at, ...(actor === undefined ? {} : { actor }) }];
}
