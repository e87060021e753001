/**
 * Where an event stands in its run, as a reader names it: `NODE.step`, `NODE#2.step` on a second visit,
 * `0.1/NODE.step` in a nested run.
 */

import { MAIN_RUN, type TraceEvent } from "../../trace/event.ts";

export interface StepPlace {
  readonly run: string;
  readonly node: string;
  /** From 1. */
  readonly visit: number;
  /** The step's name, or an evaluation's; null where the event is the node's own. */
  readonly step: string | null;
}

export function nodeText({ run, node, visit }: StepPlace): string {
  const inRun = run === MAIN_RUN ? "" : `${run}/`;
  return `${inRun}${node}${visit === 1 ? "" : `#${visit}`}`;
}

export function placeText(place: StepPlace): string {
  return place.step === null ? nodeText(place) : `${nodeText(place)}.${place.step}`;
}

/** Names the places of a trace's events, which it must be shown in order. */
export class Places {
  /** By run that goes on: how often each node was visited. */
  readonly #visits = new Map<string, Map<string, number>>();

  /** Null for an event that belongs to no node. */
  take(event: TraceEvent): StepPlace | null {
    const { event_type, run, node_id: node } = event;
    if (event_type === "workflow_complete") this.#visits.delete(run);
    if (node === undefined) return null;
    const visits = this.#visits.get(run) ?? new Map<string, number>();
    this.#visits.set(run, visits);
    const visit = (visits.get(node) ?? 0) + (event_type === "node_start" ? 1 : 0);
    visits.set(node, visit);
    return { run, node, visit, step: stepIn(event) };
  }
}

function stepIn({ payload }: TraceEvent): string | null {
  if ("evaluation" in payload) return payload.evaluation;
  return "step" in payload ? (payload.step ?? null) : null;
}
