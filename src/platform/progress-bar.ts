/** A progress bar on the terminal. */

import { SingleBar } from "cli-progress";
import type { Progress } from "../ports.ts";

/** Drawn anew at most ten times a second, and gone when it is closed. */
export function openProgress(stream: NodeJS.WriteStream, what: string, total: number): Progress {
  const bar = new SingleBar({
    stream,
    format: `${what} [{bar}] {percentage} % | {eta_formatted} left`,
    barCompleteChar: "=",
    barIncompleteChar: " ",
    // Nothing to be put right where the process is stopped half-way.
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
