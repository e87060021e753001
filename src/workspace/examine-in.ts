/** Examines a trace for the library, with what its workspace has. */

import { Fault } from "../errors/base.ts";
import { FileFault } from "../errors/ports.ts";
import { TraceInputFault } from "../examine/errors.ts";
import { examinationJson } from "../examine/examination.ts";
import { examineTrace } from "../examine/examine-trace.ts";
import { finding } from "../examine/finding.ts";
import { planRefusal } from "../examine/plan-refusal.ts";
import type { FindKept } from "../examine/protocol.ts";
import { SourceTrace } from "../examine/source-trace.ts";
import { externalFormat } from "../interop/detect.ts";
import { foldersAbove } from "../ledger/trace-names.ts";
import type { Plan } from "../plan/plan.ts";
import { openSource } from "../platform/file-chunks.ts";
import { nodeFiles } from "../platform/node-ports.ts";
import { traceHolder } from "../platform/trace-files.ts";
import type { Ports } from "../ports.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Stores } from "../storage/stores.ts";
import { WorkspaceFault } from "./errors.ts";
import { onlyTrace } from "./only-trace.ts";
import type { Verdict } from "./open-workspace.ts";
import type { RunTrace } from "./traces.ts";

interface Around extends Pick<Ports, "clock" | "entropy" | "mail"> {
  /** Null where there are none yet. */
  readonly stores: Stores | null;
  readonly dataRoot: string;
  readonly hasSnapshot: boolean;
  plan(name: string): Promise<Plan>;
  snapshot(): Promise<Snapshot>;
  /** Looks for the protocols that were kept in these folders, and in the workspace's own. */
  kept(folders: readonly string[]): FindKept;
}

export async function examineIn(
  given: RunTrace | Uint8Array | string,
  { head }: { readonly head?: string },
  around: Around,
): Promise<Verdict> {
  const trace = readerOf(given);
  const format = externalFormat(trace.firstPiece());
  if (format !== null) throw new TraceInputFault("FOREIGN_TRACE", { file: trace.file, format });
  const { clock, entropy, mail, stores, dataRoot } = around;
  const examination = await examineTrace(trace, head === undefined ? {} : { head }, {
    ...{ clock, entropy, mail, dataRoot },
    openStores: () => stores,
    placeOptions: async () => "",
    traceWord: "TRACE",
    executor: () => (trace.path === null ? null : traceHolder(trace.path)),
    plan: (name) => planOf(name, around),
    snapshot: () => around.snapshot(),
    kept: around.kept(trace.path === null ? [] : foldersAbove(trace.path)),
  });
  return { ...examinationJson(examination), ok: examination.isSound };
}

async function planOf(name: string, { hasSnapshot, plan }: Around) {
  if (!hasSnapshot) return finding("NO_SNAPSHOT");
  try {
    return await plan(name);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return planRefusal(error);
  }
}

/** @throws FileFault where there is no such file, TraceInputFault for a file with the traces of several runs */
function readerOf(given: RunTrace | Uint8Array | string): SourceTrace {
  if (!isTrace(given))
    throw new WorkspaceFault("BAD_ARGUMENT", {
      call: "examine",
      expected: "the trace of a run, the bytes of one, or the name of its file",
    });
  if (given instanceof Uint8Array) return inMemory("the trace", given);
  const file = typeof given === "string" ? given : given.file;
  if (file === null && typeof given !== "string") return inMemory(given.id, given.bytes());
  const path = onlyTrace(String(file));
  const source = openSource(path);
  if (source === null) throw new FileFault("FILE_MISSING", { file: path, what: "the trace", suggestion: null });
  return new SourceTrace(path, nodeFiles.realPath(path) ?? path, source);
}

function isTrace(given: unknown): boolean {
  if (typeof given === "string") return true;
  return typeof given === "object" && given !== null && (given instanceof Uint8Array || "file" in given);
}

function inMemory(name: string, bytes: Uint8Array): SourceTrace {
  return new SourceTrace(name, null, { size: bytes.length, pieces: () => [bytes] });
}
