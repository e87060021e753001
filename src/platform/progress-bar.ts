/** A progress bar on the terminal. */

import { SingleBar } from "cli-progress";
import type { Progress } from "../ports.ts";

/** Drawn at most ten times per second, and removed when it is closed. */
export function openProgress(stream: NodeJS.WriteStream, what: string, total: number): Progress {
  const bar = new SingleBar({
    stream,
    format: `${what} [{bar}] {percentage} % | {eta_formatted} left`,
    barCompleteChar: "=",
    barIncompleteChar: " ",
    // Nothing needs to be restored if the process is stopped in between.
    linewrap: true,
    clearOnComplete: true,
    fps: 10,
  });
  bar.start(total, 0);
  return {
    at: (done) => bar.update(done),
    close: () => bar.stop(),
  };
}
