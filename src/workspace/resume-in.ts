/** Goes on with a recorded run for the library, or cancels it, with what its workspace has. */

import { sharedEntropy } from "../engine/entropy.ts";
import type { Delivery } from "../engine/resume.ts";
import type { RunEnvironment } from "../engine/run.ts";
import { FileFault, StoreFault } from "../errors/ports.ts";
import { SourceTrace } from "../examine/source-trace.ts";
import type { Digest } from "../json/canonical.ts";
import type { Json } from "../json/value.ts";
import { LEDGER_FILE } from "../ledger/line.ts";
import type { TraceRecords } from "../ledger/recording.ts";
import { openRuns } from "../ledger/runs.ts";
import { foldersAbove, tracesFolderOf } from "../ledger/trace-names.ts";
import { traceAddress } from "../ledger/trace-place.ts";
import type { Plan } from "../plan/plan.ts";
import { openSource } from "../platform/file-chunks.ts";
import { nodeFiles, nodeSleep } from "../platform/node-ports.ts";
import { openTracesRoot } from "../platform/traces-root.ts";
import type { TracesRoot } from "../ports.ts";
import { ownFileOf } from "../trace/segment.ts";
import { WorkspaceFault } from "./errors.ts";
import { lockWithin, PATIENCE_MS } from "./lock-trace.ts";
import { onlyTrace } from "./only-trace.ts";
import { copyPayload } from "./payload.ts";
import { type ContinuedRun, checkResumable, type GoOnRequest, type RunStart, resumeRun } from "./resume-run.ts";
import { continuedInFile, continuedInMemory, folderTraces, type RunTrace, type Traces } from "./traces.ts";

/** The trace of a run, the bytes of one, the path of its file, or its name in the traces folder. */
export type GivenTrace = RunTrace | Uint8Array | string;

/** What a run goes on with. */
export interface Going extends Omit<RunEnvironment, "plan">, Pick<GoOnRequest, "cancellation" | "assume"> {
  readonly delivery?: Delivery;
  /** `folders` are those in which what was kept of the protocol may be. */
  plan(start: RunStart, roots: ReadonlySet<Digest>, folders: readonly string[]): Promise<Plan>;
  /** The folder of the traces that are named without one. */
  readonly traces: string;
  /** What is kept beside the traces of a folder. */
  recordsOf(traces: Traces): TraceRecords | undefined;
}

export interface Continued {
  readonly run: ContinuedRun;
  readonly trace: RunTrace;
}

/** @throws ResumeFault, TraceFault */
export async function resumeIn(call: string, given: GivenTrace, going: Going): Promise<Continued> {
  const { traces, recordsOf, entropy, plan, ...how } = going;
  const named = fileOf(call, given, traces);
  const now = named === null ? null : onlyTrace(named);
  const folders = now === null ? [] : foldersAbove(ownFileOf(now));
  const planIn: GoOnRequest["plan"] = (start, roots) => plan(start, roots, folders);
  const behind: GoOnRequest["entropy"] = (_plan, _start, drawn) => sharedEntropy(entropy).behind(drawn);
  const request = { ...how, plan: planIn, entropy: behind };
  if (now === null) return resumeInMemory(given as RunTrace | Uint8Array, request);
  const records = recordsBeside(ownFileOf(now), recordsOf);
  const file = await ownFile(now, { ...going, ...records, plan: planIn });
  const { locked, trace } = await lockWithin(patienceOf(going), () => continuedInFile(file), nodeSleep);
  try {
    const reader = readerOf(file);
    const run = await resumeRun({ ...request, ...records, trace: reader, locked });
    return { run, trace: { ...trace, id: run.traceId } };
  } finally {
    locked.unlock();
  }
}

/** Of a trace in a segment, its file in a folder of its own, in which it goes on. @throws FileFault, ResumeFault, TraceFault */
async function ownFile(
  now: string,
  going: Pick<GoOnRequest, "plan" | "records" | "delivery">,
): Promise<string> {
  // A trace that is not there is refused before a lock, or a folder, is made for it.
  sourceOf(now);
  if (now === ownFileOf(now)) return now;
  await checkResumable(now, { ...going, open: async () => readerOf(now) });
  const { ownFolder } = await import("../platform/own-folder.ts");
  return lockWithin(patienceOf(going), () => ownFolder(now), nodeSleep);
}

const readerOf = (file: string) => new SourceTrace(file, nodeFiles.realPath(file) ?? file, sourceOf(file));

const patienceOf = ({ delivery }: Pick<Going, "delivery">) => (delivery?.id === undefined ? 0 : PATIENCE_MS);

async function resumeInMemory(
  given: RunTrace | Uint8Array,
  request: Omit<GoOnRequest, "trace" | "locked">,
): Promise<Continued> {
  const bytes = given instanceof Uint8Array ? given : given.bytes();
  const name = given instanceof Uint8Array ? "the trace" : given.id;
  const reader = new SourceTrace(name, null, { size: bytes.length, pieces: () => [bytes] });
  const secrets = given instanceof Uint8Array ? null : (given.secrets?.() ?? null);
  const { locked, trace } = continuedInMemory(name, bytes, secrets);
  const run = await resumeRun({ ...request, trace: reader, locked });
  return { run, trace: { ...trace, id: run.traceId } };
}

/** Null for a trace in memory. @throws WorkspaceFault */
function fileOf(call: string, given: GivenTrace, traces: string): string | null {
  if (typeof given === "string") {
    const isPath = given.includes("/") || given.endsWith(".jsonl");
    return isPath ? given : `${traces}/${addressOf(given, openTracesRoot(traces))}`;
  }
  if (given instanceof Uint8Array) return null;
  if (typeof given === "object" && given !== null && "file" in given) return given.file;
  const expected = "the trace of a run, the bytes of one, the path of its file, or its name";
  throw new WorkspaceFault("BAD_ARGUMENT", { call, expected });
}

/** By the ledger where that can be read, else by what is there. */
function addressOf(id: string, root: TracesRoot): string {
  try {
    const entry = root.store(LEDGER_FILE).stamp() === null ? undefined : openRuns(root)((runs) => runs.get(id));
    return traceAddress(id, entry?.place ?? null, root);
  } catch (error) {
    if (error instanceof StoreFault) return traceAddress(id, null, root);
    throw error;
  }
}

/** @throws FileFault where there is no such file */
function sourceOf(file: string) {
  const source = openSource(file);
  if (source !== null) return source;
  throw new FileFault("FILE_MISSING", { file, what: "the trace", suggestion: null });
}

/** None of a trace that is not in a folder of its own name. */
function recordsBeside(file: string, recordsOf: Going["recordsOf"]): Pick<GoOnRequest, "records"> {
  const traces = tracesFolderOf(file);
  if (traces === null) return {};
  return { records: recordsOf(folderTraces(traces)) ?? null };
}

/** What a program delivers. @throws PayloadFault for a key or an answer that JSON cannot carry */
export function deliveryOf(
  event: Json,
  { answer, eventId }: { readonly answer?: Json; readonly eventId?: string },
): Delivery {
  return {
    key: copyPayload({ event })["event"] as Json,
    ...(answer === undefined ? {} : { answer: copyPayload({ answer })["answer"] as Json }),
    ...(eventId === undefined ? {} : { id: eventId }),
  };
}
