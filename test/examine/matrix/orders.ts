/** Whole lines of a trace dropped, doubled, swapped or cut off: which stand there then, and what must be found. */

import type { TraceEvent } from "../../../src/trace/event.ts";
import type { Specimen } from "./specimen.ts";

/** The lines that stand there, as places in the untouched trace. */
export type Order = readonly number[];

export type Rearrange = (places: Order, lines: number) => Order;

const all = (lines: number): Order => Array.from({ length: lines }, (_, i) => i);

export const dropped: Rearrange = (places, lines) => all(lines).filter((i) => !places.includes(i));

export const doubled: Rearrange = (places, lines) =>
  all(lines).flatMap((i) => (places.includes(i) ? [i, i] : [i]));

/** Each with the line that stands so many behind it, where there is one. */
export const swapped =
  (distance: number): Rearrange =>
  (places, lines) => {
    const order = [...all(lines)];
    for (const i of places.filter((place) => place + distance < lines)) {
      [order[i], order[i + distance]] = [i + distance, i];
    }
    return order;
  };

export const textOf = ({ lines }: Specimen, order: Order) => order.map((i) => `${lines[i]}\n`).join("");

/**
 * `CODE:line` of all that must be found, with the untouched trace's head given. Each line is whole in itself, so that
 * only its place can be wrong: a line that does not follow the one before it, one behind the end, a missing end, an end
 * that counts others than stand there.
 */
export function findingsOf({ events }: Specimen, order: Order): readonly string[] {
  const end = events.length - 1;
  const isComplete = events[end]?.event_type === "workflow_complete";
  const ended = isComplete && order.includes(end) ? order.indexOf(end) : order.length;
  const wrong = miscounts(order.map((place) => events[place] as TraceEvent));
  const places = order.flatMap((place, i) =>
    [
      ...(i === 0 && place !== 0 ? ["BAD_START"] : []),
      ...(i > ended ? ["AFTER_END"] : []),
      ...(place === (order[i - 1] ?? -1) + 1 ? [] : ["BAD_SEQUENCE", "BAD_PREV_HASH"]),
      ...Array.from({ length: wrong[i] as number }, () => "BAD_COUNT"),
    ].map((code) => `${code}:${i + 1}`),
  );
  return [
    ...places,
    ...(ended < order.length || isSuspension(events[order.at(-1) ?? -1]) ? [] : [`NO_END:${order.length}`]),
    ...(order.at(-1) === end ? [] : [`HEAD_MISMATCH:${order.length}`]),
  ];
}

/** A trace that ends so waits; any other that has no end was cut off. */
export const isSuspension = (last: TraceEvent | undefined) => last?.event_type === "run_suspended";

/** Of each line, how many of its counts are not those of the lines of its run, and of the runs nested in it, since that began. */
export function miscounts(events: readonly (TraceEvent | null)[]): readonly number[] {
  const begun = new Map<string, number>();
  return events.map((event, i) => {
    if (event?.event_type === "execution_start") begun.set(event.run, i);
    if (event?.event_type !== "workflow_complete") return 0;
    const from = begun.get(event.run);
    begun.delete(event.run);
    // Its first line may be one that is no event: nothing was counted then.
    if (from === undefined && events.slice(0, i).includes(null)) return 0;
    const between = from === undefined ? [] : events.slice(from, i + 1);
    const isOf = (one: TraceEvent) => one.run === event.run || one.run.startsWith(`${event.run}.`);
    const isWork = ({ event_type }: TraceEvent) => !/^run_(suspended|resumed|cancelled)$/.test(event_type);
    const ofRun = between.filter((one) => one !== null).filter((one) => isOf(one) && isWork(one));
    const effects = ofRun.filter(({ event_type }) => event_type === "side_effect_start");
    return Number(event.payload.events !== ofRun.length) + Number(event.payload.effects !== effects.length);
  });
}
