/** A run while it goes on: its input, its results so far, its position. */

import type { ChildResult } from "../capabilities/target.ts";
import type { JsonObject, MutableJson } from "../json/value.ts";
import type { Contract, NodeKey, Plan } from "../plan/plan.ts";
import type { EventBody, EventType } from "../trace/event.ts";
import type { StepExecutor } from "./executor.ts";
import type { Waits } from "./waits.ts";

export interface RunInput {
  readonly executionId: string;
  /** `"0"`; a nested run appends its place: `"0.1"`. */
  readonly run: string;
  readonly payload: JsonObject;
  /** The run's clock, RFC 3339 UTC: what `{{timestamp}}` stands for. */
  readonly clock: string;
  readonly maxHops: number;
  /** Whether evaluations are events of the trace: not of one that was recorded before they were. */
  readonly recordsEvaluations: boolean;
  /** Whether it is a dry run, of which nothing is written and nothing sent. */
  readonly isDryRun?: true | undefined;
  /** Whether members of the payload that the intent does not declare are violations, whatever the intent says. */
  readonly isPayloadStrict?: true | undefined;
  readonly runtime: { readonly name: string; readonly version: string };
  readonly actor?: string | undefined;
  /** The step that called this run; absent for the main run. */
  readonly parent?: { readonly run: string; readonly node: string; readonly step: string };
  /** Monotonic microseconds, for durations. */
  micros(): number;
}

/** Returns an event of the type that it is given. */
export type EmitEvent = <T extends EventType>(event: EventBody<T>) => EventBody<T>;

/** What a step sees of its run. */
export interface RunState {
  readonly plan: Plan;
  readonly input: RunInput;
  readonly executor: StepExecutor;
  /** Counts the event and hands it to the executor. @throws RunFault where it could not be read back from a trace. */
  readonly emit: EmitEvent;
  /** Of the whole trace. */
  readonly waits: Waits;
  /** What the whole trace holds so far. */
  readonly tally: { runs: number; events: number };
  /** Where the run is: what an `error` event names. */
  readonly cursor: { node: NodeKey | undefined; step: string | undefined; visit: number };
  /** Runs another workflow nested in this one, for the step that is going on. */
  call(workflow: string, payload: JsonObject, contract: Contract): Promise<ChildResult>;
  payload: JsonObject;
  readonly results: MutableJson;
  readonly outcomes: MutableJson;
}
