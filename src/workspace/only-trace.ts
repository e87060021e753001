/** The trace that a program names by a path, where it is now. */

import { TraceInputFault } from "../examine/errors.ts";
import { foldersAbove } from "../ledger/trace-names.ts";
import { openSource } from "../platform/file-chunks.ts";
import { nodeFiles } from "../platform/node-ports.ts";
import { isSegmentPath, runsInSegment, traceNow } from "../trace/segment.ts";

/** Of a segment with one run, its address. @throws TraceInputFault `TRACES_SEVERAL` for a segment with several, IoError */
export function onlyTrace(named: string): string {
  const file = traceNow(named, nodeFiles);
  const segment = [file, nodeFiles.realPath(file) ?? file].find(isSegmentPath);
  const source = segment === undefined ? null : openSource(file);
  if (segment === undefined || source === null) return file;
  const runs = [...runsInSegment(source.pieces()).keys()];
  const [run] = runs;
  if (run === undefined) return file;
  const first = `${segment}#${run}`;
  if (runs.length === 1) return traceNow(first, nodeFiles);
  const [traces = ""] = foldersAbove(segment);
  throw new TraceInputFault("TRACES_SEVERAL", { file, runs: runs.length, first, traces });
}
