/** The runner as a library: one process, many runs. */

export { registry } from "./capabilities/registry.ts";
export { type RunRequest, type RunResult, run } from "./engine/run.ts";
export { openMail } from "./node-mail.ts";
export { fixedClock, nodeClock, nodeEntropy, nodeFiles, openTrace, seededEntropy } from "./node-ports.ts";
export { openDataRoot } from "./node-store.ts";
export { compile } from "./plan/compile.ts";
export type { Plan } from "./plan/plan.ts";
export { openSnapshot, type Snapshot } from "./snapshot/load.ts";
export { requireWorkflow } from "./snapshot/require.ts";
export { TOOL } from "./tool.ts";
export type { TraceEvent } from "./trace/event.ts";
