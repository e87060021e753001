/**
 * Gives traces names that no other process gives, without making a folder for each. A name begins with a moment and may end
 * with a number. Each process that writes segments has a number of its own below `STEP`, and gives only numbers that leave
 * it as the remainder: decision 0078.
 */

import * as fs from "node:fs";
import { join } from "node:path";
import { isSegmentName, SEGMENTS } from "../../trace/segment.ts";
import { holdToExit } from "../lock/held-to-exit.ts";
import { tryTake } from "../lock/lock.ts";
import { isDead, ownText, textOf } from "../lock/lock-owner.ts";
import { LOCK_ENDING, linksIn, lockOf } from "../own-names.ts";

/** The divisor: a name in a segment has the number of its process as the remainder, one that only a folder has leaves 0. */
const STEP = 64;

/** A file system notes the time of a change with a coarse clock, which may be this much behind. */
const SLACK_MS = 20;

const NEVER = Number.NEGATIVE_INFINITY;

const MOMENT = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z__/;

/** The moment with which the name of a trace or of a segment begins, in milliseconds since the epoch; null without one. */
export function momentOfName(name: string): number | null {
  const found = MOMENT.exec(name);
  if (found === null) return null;
  const [year = 0, month = 0, ...rest] = found.slice(1).map(Number);
  return Date.UTC(year, month - 1, ...rest);
}

/** The name with its number; 1 is not written. */
export function numberedName(wanted: string, number: number): string {
  return number === 1 ? wanted : `${wanted}_${number}`;
}

/** Gives the names of one process below one traces folder. */
export class SegmentNames {
  readonly #traces: string;
  readonly #number: number;
  /** A process that had the number before may have given names of this moment, and of earlier ones. */
  readonly #after: number;
  readonly #now: () => number;
  readonly #lock: string;
  #moment = NEVER;
  readonly #counts = new Map<string, number>();

  constructor(traces: string, number: number, lock: string, now: () => number) {
    this.#traces = traces;
    this.#number = number;
    this.#lock = lock;
    this.#now = now;
    this.#after = lastWritten(traces) + SLACK_MS;
  }

  /** Whether the process still has its number: it loses it when somebody removes the folder. */
  get isHeld(): boolean {
    return textOf(this.#lock) === ownText();
  }

  /** False for a moment of which names may repeat: the clock is fixed, or was set back. */
  accepts(moment: number): boolean {
    return moment > this.#after && moment >= this.#moment && moment <= this.#now();
  }

  /** A name of an accepted moment that nobody else has, and that no folder has now. */
  give(wanted: string, moment: number): string {
    if (moment > this.#moment) this.#counts.clear();
    this.#moment = moment;
    for (;;) {
      const count = (this.#counts.get(wanted) ?? 0) + 1;
      this.#counts.set(wanted, count);
      const name = numberedName(wanted, this.#number + STEP * (count - 1));
      if (fs.statSync(join(this.#traces, name), { throwIfNoEntry: false }) === undefined) return name;
    }
  }
}

/** By traces folder, the names of this process. */
const given = new Map<string, SegmentNames>();

/** What gives the names of this process in the folder; null where it has taken no number there. */
export function namesGivenIn(traces: string): SegmentNames | null {
  return given.get(traces) ?? null;
}

/**
 * The names that this process gives in the folder, whose `segments` are there. Null where too many processes do.
 * @throws the system's own error
 */
export function takeNames(traces: string, now: () => number): SegmentNames | null {
  const known = given.get(traces);
  if (known?.isHeld) return known;
  const folder = join(traces, SEGMENTS);
  for (let number = 1; number < STEP; number++) {
    const name = `writer-${number}`;
    const lock = { path: lockOf(join(folder, name)), folder, links: linksIn(traces) };
    if (!tryTake(lock, name)) continue;
    holdToExit(lock);
    const names = new SegmentNames(traces, number, lock.path, now);
    given.set(traces, names);
    return names;
  }
  return null;
}

/** When something was added last to a segment that no living process writes, in milliseconds since the epoch. */
function lastWritten(traces: string): number {
  return segmentsIn(traces)
    .filter(({ isWritten }) => !isWritten())
    .reduce((last, { changed }) => Math.max(last, changed()), NEVER);
}

/** Whether a segment may have a name that begins as this one does: then a folder takes a number that no segment has. */
export function mayBeInSegment(traces: string, name: string): boolean {
  const moment = momentOfName(name);
  if (moment === null) return false;
  const segments = segmentsIn(traces);
  // Removing the lock of a segment changes the folder. Read after the locks, because one may be removed in between.
  const hasEnded = changedAt(join(traces, SEGMENTS)) + SLACK_MS >= moment;
  // The time of change is asked for last: it is final for a segment that is no longer written.
  return segments.some(
    ({ isLocked, begun, changed, isWritten }) =>
      (isLocked || hasEnded) && begun() <= moment && (isWritten() || changed() + SLACK_MS >= moment),
  );
}

/** Whether no process gives the number to a trace in a segment. */
export const isFolderNumber = (number: number) => number % STEP === 0;

/** The next of those. */
export const nextFolderNumber = (number: number) => (Math.floor(number / STEP) + 1) * STEP;

interface FoundSegment {
  readonly isLocked: boolean;
  /** No name in it begins with an earlier moment. */
  begun(): number;
  changed(): number;
  isWritten(): boolean;
}

function segmentsIn(traces: string): readonly FoundSegment[] {
  const folder = join(traces, SEGMENTS);
  if (changedAt(folder) === NEVER) return [];
  const entries = fs.readdirSync(folder, { withFileTypes: true });
  const locks = new Set(entries.map(({ name }) => name).filter((name) => LOCK_ENDING.test(name)));
  const segments = entries.filter((entry) => entry.isFile() && isSegmentName(entry.name));
  return segments.map(({ name }) => {
    // A segment is locked before it is made.
    const isLocked = locks.has(lockOf(name));
    return {
      isLocked,
      begun: () => momentOfName(name) ?? NEVER,
      changed: () => changedAt(join(folder, name)),
      isWritten: () => isLocked && isHeld(join(folder, lockOf(name))),
    };
  });
}

/** When a file or folder was changed, in milliseconds since the epoch; `NEVER` where there is none. */
function changedAt(file: string): number {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? NEVER;
}

function isHeld(lock: string): boolean {
  const text = textOf(lock);
  return text !== undefined && !isDead(text);
}
