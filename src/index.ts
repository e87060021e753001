/** The runner as a library: one process, many runs. */

export { registry } from "./capabilities/registry.ts";
export { type RunRequest, run, type TracedRun } from "./engine/run.ts";
export { compile } from "./plan/compile.ts";
export type { Plan } from "./plan/plan.ts";
export {
  fixedClock,
  nodeClock,
  nodeEntropy,
  nodeFiles,
  openTrace,
  seededEntropy,
} from "./platform/node-ports.ts";
export { openMail } from "./platform/smtp.ts";
export { openSnapshot } from "./snapshot/load.ts";
export { requireWorkflow } from "./snapshot/require.ts";
export type { Snapshot } from "./snapshot/snapshot.ts";
export { openStores } from "./storage/files/stores.ts";
export type { TraceEvent } from "./trace/event.ts";
export { TOOL } from "./trace/tool.ts";
