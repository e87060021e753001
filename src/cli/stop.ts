/** An interrupt tells a run to stop: the event at hand is finished, and the trace can be resumed. */

import type { Stop } from "../engine/stoppable-executor.ts";
import type { Context } from "./context.ts";

export interface Stopping extends Stop {
  /** What the interrupt asks for; null where there was none. */
  readonly exitCode: number | null;
  /** From here on, an interrupt ends the process as ever. */
  release(): void;
}

/** The first interrupt from now on; the second ends the process at once. */
export function untilInterrupt({ platform }: Context): Stopping {
  const stopping = new AbortController();
  let exitCode: number | null = null;
  const release = platform.onStop((code) => {
    exitCode = code;
    stopping.abort();
  });
  return {
    signal: stopping.signal,
    pause: () => platform.pause(),
    get exitCode() {
      return exitCode;
    },
    release,
  };
}
