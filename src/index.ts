/** The runner as a library: open a workspace, run its workflows, examine their traces. */

export type { CheckFinding } from "./check/check.ts";
export { Fault as PgsError } from "./errors/base.ts";
export type { Json, JsonObject } from "./json/value.ts";
export { fixedClock, seededEntropy } from "./platform/node-ports.ts";
export { openRemote } from "./platform/remote.ts";
export { openMail } from "./platform/smtp.ts";
export type { Clock, Entropy, Mail, Remote } from "./ports.ts";
export { memoryStores } from "./storage/files/memory-stores.ts";
export { openStores } from "./storage/files/stores.ts";
export type { Stores } from "./storage/stores.ts";
export type { TraceEvent } from "./trace/event.ts";
export { TOOL } from "./trace/tool.ts";
export {
  type CancelOptions,
  type CheckReport,
  openWorkspace,
  type ResumeOptions,
  type RunOptions,
  type RunPorts,
  type RunResult,
  type SessionOptions,
  type Verdict,
  type Verification,
  type Workflow,
  type Workspace,
  type WorkspaceOptions,
} from "./workspace/open-workspace.ts";
export { folderTraces, memoryTraces, type RunTrace, segmentTraces, type Traces } from "./workspace/traces.ts";
