/** Where the runs of a command line write their traces: each into its own folder, many into one file, or into memory. */

import type { TraceFolder } from "../../../ports.ts";
import type { SummarizedRun } from "../../../workspace/run-workflow.ts";
import type { Context } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import type { ExecutedRun, OneRun, Prepared, RunRequest } from "./prepare.ts";

/** A trace that begins, and where it is found; null where it is not kept. */
type OpenTrace = (id: string) => readonly [folder: TraceFolder, trace: string | null];

interface OpenedTraces {
  readonly open: OpenTrace;
  /** No run follows. */
  close(): void;
}

/** The run that is executed with such a trace. `opened` is told its name, and where it is. */
export async function withTrace(
  openTrace: OpenTrace,
  opened: OneRun["opened"],
  work: (openTrace: (id: string) => TraceFolder) => Promise<SummarizedRun>,
): Promise<ExecutedRun> {
  let trace: string | null = null;
  const run = await work((wanted) => {
    const [folder, path] = openTrace(wanted);
    trace = path;
    opened?.(folder.id, path);
    return folder;
  });
  return { ...run, trace };
}

/** Many runs write into one file, but for those that need a folder for what is kept beside their traces. */
export async function openTraces(
  { plan, session }: Pick<Prepared, "plan" | "session">,
  { payloads, ownFolders, traceAccess: access }: RunRequest,
  { platform, settings: { traces } }: Context,
): Promise<OpenedTraces> {
  const inFolder: OpenTrace = (id) => filed(platform.openTrace(traces, id, access));
  const folders = { open: inFolder, close: () => undefined };
  if (payloads === undefined || ownFolders) return folders;
  const { needsFolder } = await import("../../../engine/needs-folder.ts");
  if (needsFolder(plan, session)) return folders;
  const segments = await platform.openSegments(traces, access);
  return {
    open(wanted) {
      const shared = segments.open(wanted);
      if (shared === null) return inFolder(wanted);
      const { address, ...trace } = shared;
      return [{ ...trace, folder: "" }, `${traces}/${address}`];
    },
    close: () => segments.close(),
  };
}

const filed = (trace: TraceFolder): ReturnType<OpenTrace> => [trace, `${trace.folder}/${trace.id}.jsonl`];

/** In memory, where the trace is not to be kept. @throws UsageFault for the traces folder: its runs took place */
export async function openDryTraces(
  { keepTrace, traceAccess }: RunRequest,
  context: Context,
): Promise<OpenedTraces> {
  const { platform, settings } = context;
  const close = () => undefined;
  if (keepTrace !== undefined) {
    const path = context.path(keepTrace);
    const real = (folder: string) => platform.files.realPath(folder) ?? folder;
    if (real(path) !== real(settings.traces))
      return { open: (id) => filed(platform.openTrace(path, id, traceAccess)), close };
    throw new UsageFault("BAD_USAGE", {
      message: "--keep-trace names the traces folder, whose runs took place",
      hint: "type --keep-trace DIR, with another folder",
    });
  }
  const { memoryTraces } = await import("../../../workspace/traces.ts");
  const traces = memoryTraces();
  const open: OpenTrace = (wanted) => {
    const { id, folder, writer: file } = traces.open(wanted);
    return [{ id, folder, file }, null];
  };
  return { open, close };
}
