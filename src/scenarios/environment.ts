/** What a scenario is played in: the outside world, and what the command line adds to a run. */

import type { TraceEnding } from "../engine/advance.ts";
import type { Fault } from "../errors/base.ts";
import type { JsonObject } from "../json/value.ts";
import type { Clock, Entropy, Mail, Ports, Remote, TempFolder, TraceFolder } from "../ports.ts";
import type { Stores } from "../storage/stores.ts";
import type { TraceEvent } from "../trace/event.ts";
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
  readonly maxHops: number;
  /** @throws PayloadFault */
  parsePayload(bytes: Uint8Array): JsonObject;
  exitCodeOf(end: TraceEnding | Fault): number;
  /** Everything that is said of a run, or left of it besides its trace. */
  outputsOf(ran: CommandRun): readonly Output[];
  outputsOfRefusal(fault: Fault): readonly Output[];
}

/** A run that is over, with what it left. */
export interface CommandRun extends ObservedEnding {
  readonly events: readonly TraceEvent[];
  readonly trace: Uint8Array;
}
