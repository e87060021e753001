/** The process in which cases are played, so that one that does not end, or takes all memory, ends nothing else. */

import { Worker } from "node:worker_threads";
import { type Case, play } from "./play.ts";

/** Ends the process when a case has used so much processor time, however busy the machine is. */
const WATCH = `
const { count, seconds } = require("node:worker_threads").workerData;
const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1e6; };
let [seen, since] = [0, used()];
setInterval(() => {
  const now = Atomics.load(count, 0);
  if (now !== seen) [seen, since] = [now, used()];
  else if (now % 2 === 1 && used() - since > seconds) process.kill(process.pid, "SIGKILL");
}, 100);
`;

/** Odd while a case is played. */
const count = new Int32Array(new SharedArrayBuffer(4));
new Worker(WATCH, { eval: true, workerData: { count, seconds: Number(process.argv[2]) } });

process.on("message", async (one: Case) => {
  Atomics.add(count, 0, 1);
  const played = await play(one);
  Atomics.add(count, 0, 1);
  process.send?.(played);
});
process.send?.("ready");
