/** The process in which cases are played, so that one that hangs or takes all memory ends nothing else. */

import { type Case, play } from "./play.ts";

process.on("message", async (one: Case) => process.send?.(await play(one)));
process.send?.("ready");
