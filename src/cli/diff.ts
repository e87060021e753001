/** `pgs diff`: do two traces mean the same, and where do they not? */

import type { CommonOptions, Context } from "./context.ts";
import { diffTraceFiles } from "./diff-traces.ts";

export interface DiffOptions extends CommonOptions {
  readonly drawn?: boolean;
}

export async function diffCommand(
  options: DiffOptions,
  context: Context,
  a: string,
  b: string,
): Promise<number> {
  return diffTraceFiles(a, b, options.drawn ?? false, context);
}
