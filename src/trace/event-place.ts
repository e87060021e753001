/** The texts that events have in common, by the place in the plan that they come from. */

import { canonical } from "../json/canonical.ts";
import { Template } from "../json/template.ts";
import { TextMemory } from "../json/text-memory.ts";
import { type EventBody, SCHEMA } from "./event.ts";

/** What events of the same type and the same step, node or run have in common. */
export class EventPlace {
  readonly #type: string;
  readonly #node: string | undefined;
  readonly #step: string | undefined;
  /** The text from `elapsed_us` to `execution_id`. */
  readonly head: string;
  /** The text from `node_id` to `prev_hash`. */
  readonly payload: Template;
  #run = "";
  #sequence = 0;
  #tail = "";
  /** Where the next event was: runs of one workflow mostly take the same way. */
  next: EventPlace | null = null;

  constructor(type: string, node?: string, step?: string) {
    this.#type = type;
    this.#node = node;
    this.#step = step;
    this.head = `,"event_type":"${type}","execution_id":`;
    const before = node === undefined ? "" : `"node_id":${canonical(node)},`;
    this.payload = new Template(`${before}"payload":`, ',"prev_hash":"');
  }

  has(type: string, node: string | undefined, step: string | undefined): boolean {
    return type === this.#type && node === this.#node && step === this.#step;
  }

  /** The text from `run` to `timestamp`, which is the same in the next run, too. */
  tail(run: string, sequence: number): string {
    if (run !== this.#run || sequence !== this.#sequence) {
      this.#run = run;
      this.#sequence = sequence;
      this.#tail = ['","run":"', run, `","schema":"${SCHEMA}","sequence":`, sequence, ',"timestamp":"'].join(
        "",
      );
    }
    return this.#tail;
  }
}

/** In UTF-16 units: a snapshot has few steps. */
const MOST_PLACES = 2 ** 16;
const places = new TextMemory<EventPlace>(MOST_PLACES);
/** Of no event: before all others. */
export const beginning = new EventPlace("");

/** The place of the event, in a trace whose last event was at `last`. */
export function placeAfter(
  last: EventPlace,
  { event_type: type, node_id: node, payload }: EventBody,
): EventPlace {
  const { step } = payload as { readonly step?: string };
  if (last.next?.has(type, node, step)) return last.next;
  const place = places.recall(JSON.stringify([type, node, step]), () => new EventPlace(type, node, step));
  last.next = place;
  return place;
}
