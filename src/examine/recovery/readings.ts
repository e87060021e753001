/** What clock and entropy say at each place of a run: what is on record there, else what follows from the place. */

import type { StepExecutor } from "../../engine/executor.ts";
import { digestOf } from "../../json/canonical.ts";
import type { Clock, Entropy, Observation } from "../../ports.ts";
import type { TraceEvent } from "../../trace/event.ts";

/** By place, for each time that the run came to it. */
export type Recorded = ReadonlyMap<string, readonly (readonly Observation[])[]>;

export function readingsIn(events: Iterable<TraceEvent>): Recorded {
  const recorded = new Map<string, (readonly Observation[])[]>();
  for (const event of events) {
    const place = placeIn(event);
    if (place === null) continue;
    const { observed = [] } = event.payload as { observed?: readonly Observation[] };
    const earlier = recorded.get(place);
    if (earlier === undefined) recorded.set(place, [observed]);
    else earlier.push(observed);
  }
  return recorded;
}

/** Null for an event that records no readings. */
function placeIn({ event_type: type, run, node_id: node = "", payload }: TraceEvent): string | null {
  if (type === "execution_start") return placeOf(run);
  const isStep = type === "transform_end" || type === "side_effect_end";
  return isStep ? placeOf(run, node, payload.step) : null;
}

const placeOf = (...place: readonly string[]) => JSON.stringify(place);

/** For one run. Two runs that come to a place equally often read the same there. */
export class Readings {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly #recorded: Recorded;
  readonly #times = new Map<string, number>();
  #node: readonly string[] = [];
  #derived = { place: "", times: 0, drawn: 0 };
  #left: Observation[] = [];

  constructor(recorded: Recorded, moment: string) {
    this.#recorded = recorded;
    this.clock = { now: () => Date.parse(this.#next("clock") ?? moment), micros: () => 0 };
    this.entropy = { hex: (count) => this.#next("entropy") ?? this.#derive(count) };
  }

  /** The executor, which reads here the clock and entropy of the place at which it is asked. */
  at(executor: StepExecutor): StepExecutor {
    return {
      ...executor,
      emit: (event) => {
        this.#node = [event.run, event.node_id ?? ""];
        return executor.emit(event);
      },
      transform: (step, inputs) => {
        this.#enter(...this.#node, step.name);
        return executor.transform(step, inputs);
      },
      effect: (...asked) => {
        const [step] = asked;
        this.#enter(...this.#node, step.name);
        return executor.effect(...asked);
      },
      beginRun: (run, plan) => {
        this.#enter(run);
        return executor.beginRun(run, plan);
      },
    };
  }

  #enter(...parts: readonly string[]): void {
    const place = placeOf(...parts);
    const times = this.#times.get(place) ?? 0;
    this.#times.set(place, times + 1);
    this.#left = [...(this.#recorded.get(place)?.[times] ?? [])];
    this.#derived = { place, times, drawn: 0 };
  }

  /** The next reading on record, where it is one of the kind that is asked for. */
  #next(kind: "clock" | "entropy"): string | undefined {
    const [reading] = this.#left as readonly { readonly [kind in "clock" | "entropy"]?: unknown }[];
    const value = reading?.[kind];
    if (typeof value !== "string") return undefined;
    this.#left.shift();
    return value;
  }

  #derive(count: number): string {
    let hex = "";
    while (hex.length < 2 * count) {
      this.#derived.drawn++;
      hex += digestOf(this.#derived).slice("sha256:".length);
    }
    return hex.slice(0, 2 * count);
  }
}
