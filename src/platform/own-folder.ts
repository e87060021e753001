/** Gives the trace of a run that is in a segment a folder of its own, for what is written beside a trace or behind it. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { TraceAccess } from "../ports.ts";
import { parseAddress, traceInSegment } from "../trace/segment.ts";

/**
 * The path of the trace's file in its own folder: made where it is not there yet, with the bytes that the segment has. Any
 * other path is answered as it is, and so is an address at which there is no trace.
 */
export function ownFolder(file: string, _access: TraceAccess = "owner"): string {
  const address = parseAddress(file);
  if (address === null || fs.existsSync(file)) return file;
  const { traces, segment, run } = address;
  const own = path.join(traces, run, `${run}.jsonl`);
  if (fs.existsSync(own)) return own;
  const bytes = Buffer.concat([
    ...traceInSegment([fs.readFileSync(path.join(traces, "segments", segment))], run),
  ]);
  fs.mkdirSync(path.dirname(own), { recursive: true, mode: 0o700 });
  fs.writeFileSync(own, bytes, { mode: 0o600 });
  return own;
}
