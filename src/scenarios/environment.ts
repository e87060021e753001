/** What a scenario is played in: the outside world, and what the command line adds to a run. */

import type { TraceEnding } from "../engine/advance.ts";
import type { Cancellation, Delivery } from "../engine/resume.ts";
import type { RunEnvironment, TracedRun } from "../engine/run.ts";
import type { Fault } from "../errors/base.ts";
import type { JsonObject } from "../json/value.ts";
import type { Plan } from "../plan/plan.ts";
import type { Clock, Entropy, Mail, Ports, Remote, TempFolder, TraceFolder } from "../ports.ts";
import type { Stores } from "../storage/stores.ts";
import type { Payloads, TraceEvent } from "../trace/event.ts";
import type { Summary } from "../trace/summary.ts";
import type { ObservedEnding } from "./expect/expectation.ts";
import type { Output } from "./expect/leaks.ts";

/** Printing and exit codes are the command line's: a vector holds them, too, to what they should be. */
export interface ScenarioEnvironment extends Pick<Ports, "files" | "clock" | "entropy"> {
  fixedClock(epochMs: number): Clock;
  seededEntropy(seed: string): Entropy;
  readonly tool: { readonly name: string; readonly version: string };
  /** Below `within` where that is given. @throws TraceFault */
  openTempFolder(within?: string): Promise<TempFolder>;
  /** Lets what waits for its turn have it, such as an interrupt. */
  pause(): Promise<void>;
  openStores(root: string): Stores;
  openMail(environment: ReadonlyMap<string, string>): Mail;
  openRemote(): Remote;
  /** Servers and code of the host, where scenarios may reach them; else the answers of such effects must be given. */
  readonly remote?: Remote;
  openTrace(traces: string, id: string): TraceFolder;
  /** @throws Fault with nothing appended to the trace, TraceFault when it cannot be written */
  resumeRun(request: ResumeRequest): Promise<ResumedRun>;
  readonly maxHops: number;
  /** @throws PayloadFault */
  parsePayload(bytes: Uint8Array): JsonObject;
  exitCodeOf(end: TraceEnding | Fault): number;
  /** Everything that is said of a run, or left of it besides its trace. */
  outputsOf(ran: CommandRun): readonly Output[];
  outputsOfRefusal(fault: Fault): readonly Output[];
}

/** Which run goes on, and with what. */
export interface ResumeRequest extends Omit<RunEnvironment, "plan" | "entropy"> {
  /** The path of its trace. */
  readonly file: string;
  plan(start: Payloads["execution_start"]): Promise<Plan>;
  /** Goes on behind the random bytes that the record has: `drawn` of them. */
  entropy(plan: Plan, start: Payloads["execution_start"], drawn: number): Entropy;
  readonly delivery?: Delivery;
  readonly cancellation?: Cancellation;
}

/** As it stands after the session. */
export interface ResumedRun extends TracedRun {
  readonly plan: Plan;
  readonly summary: Summary;
  /** Of the whole run. */
  readonly events: readonly TraceEvent[];
}

/** A run that is over or waits, with what it left. */
export interface CommandRun extends ObservedEnding {
  readonly events: readonly TraceEvent[];
  readonly trace: Uint8Array;
}
