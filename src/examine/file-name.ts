/** Whether a trace is in the file that its run wrote: another name proves nothing, but is worth a look. */

import { parseAddress } from "../trace/segment.ts";
import { finding, type TraceFinding } from "./finding.ts";

/** `YYYYMMDDTHHMMSSmmmZ__<WF code>__<8 hex>`, numbered where the name was taken. */
const TRACE_ID = /^[+-]?\d+T\d{9}Z__.+__[0-9a-f]{8}(?:_\d+)?$/;

/** What a shell names a pipe; a temporary folder may be below /dev, too. */
const PIPE = /^\/(?:dev\/(?:fd\/|stdin$)|proc\/)/;

/** Notices about the names of the file and of its folder, where that has the name of a trace; none of a trace in a segment or from a pipe. */
export function nameNotices(path: string, executionId: string): readonly TraceFinding[] {
  if (parseAddress(path) !== null || PIPE.test(path)) return [];
  const [file = "", folder = ""] = path.split(/[\\/]/).reverse();
  const named = [
    ...(file === `${executionId}.jsonl` ? [] : [{ of: "file", named: file }]),
    ...(folder === executionId || !TRACE_ID.test(folder) ? [] : [{ of: "folder", named: folder }]),
  ];
  return named.map((facts) => finding("OTHER_NAME", undefined, { ...facts, recorded: executionId }));
}
