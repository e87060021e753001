/** Which runs are asked for. */

import type { WaitEntry } from "../trace/event.ts";
import type { RunEntry } from "./run-entry.ts";
import type { RunTable } from "./run-table.ts";
import { type RunState, type Standing, type StandingRoot, standingOf } from "./standing.ts";

/** Every member that is given must hold. Moments are in milliseconds since the epoch. */
export interface RunQuery {
  readonly state?: RunState | undefined;
  readonly workflow?: string | undefined;
  /** Of an event that the run waits for. */
  readonly key?: string | undefined;
  /** The run waits for a moment that has come by then. */
  readonly due?: number | undefined;
  readonly actor?: string | undefined;
  /** Why the run ended, or the outcome of its last node. */
  readonly outcome?: string | undefined;
  /** When the run began: not before, and before. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  /** Of a bookmark: its name, one of its tags. */
  readonly mark?: string | undefined;
  readonly tag?: string | undefined;
  /** Anywhere in what is listed of a run, in upper case or lower. */
  readonly text?: string | undefined;
}

export interface ListedRun {
  readonly entry: RunEntry;
  readonly standing: Standing;
}

/** The last run first. Runs that were pruned are listed only when they are asked for. @throws StoreFault */
export function* selectRuns(runs: RunTable, query: RunQuery, root: StandingRoot): Generator<ListedRun> {
  for (const entry of runs.newestFirst()) {
    if (!mayMatch(entry, query)) continue;
    const standing = standingOf(entry, root);
    if (matches(entry, standing, query)) yield { entry, standing };
  }
}

/** What can be said without looking at the trace; first what costs least. */
function mayMatch(entry: RunEntry, { state, workflow, since, until, actor, mark, tag }: RunQuery): boolean {
  if (entry.state !== "RUNNING" && entry.state !== state && (state !== undefined || entry.state === "PRUNED"))
    return false;
  if (since !== undefined && entry.begun < since) return false;
  if (until !== undefined && entry.begun >= until) return false;
  if (workflow !== undefined && !isWorkflow(entry.workflow, workflow)) return false;
  if (actor !== undefined && !entry.actors.includes(actor)) return false;
  if (mark !== undefined && !entry.marks.some(({ name }) => name === mark)) return false;
  return tag === undefined || entry.marks.some(({ tags = [] }) => tags.includes(tag));
}

/** Also by its code, without the domain. */
const isWorkflow = (fqdn: string, given: string) => fqdn === given || fqdn.endsWith(`::${given}`);

function matches(entry: RunEntry, standing: Standing, { state, key, due, outcome, text }: RunQuery): boolean {
  if (state !== undefined && standing.state !== state) return false;
  if (outcome !== undefined && standing.exitReason !== outcome && standing.outcome !== outcome) return false;
  if (key !== undefined && !standing.waits.some((wait) => keyOf(wait) === key)) return false;
  if (due !== undefined && !standing.waits.some((wait) => isDueBy(wait, due))) return false;
  return text === undefined || textsOf(entry, standing).some((one) => holds(one, text));
}

/** The key that is typed for an event; of a suppressed one, its digest. Null for a wait for a moment alone. */
export function keyOf({ key }: WaitEntry): string | null {
  if (key === undefined) return null;
  return typeof key === "string" ? key : (key as { readonly $suppressed: string }).$suppressed;
}

const isDueBy = ({ due }: WaitEntry, moment: number) => due !== undefined && Date.parse(due) <= moment;

function textsOf(entry: RunEntry, { state, outcome, exitReason, waits }: Standing): readonly string[] {
  const { id, workflow, actors, marks } = entry;
  return [
    ...[id, workflow, state, outcome ?? "", exitReason ?? ""],
    ...actors,
    ...waits.flatMap((wait) => [keyOf(wait) ?? "", typeof wait.prompt === "string" ? wait.prompt : ""]),
    ...marks.flatMap(({ name, about = "", tags = [] }) => [name, about, ...tags]),
  ];
}

const holds = (text: string, word: string) => text.toLowerCase().includes(word.toLowerCase());
