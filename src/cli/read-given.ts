/** A file that the command line names. */

import { UsageFault } from "../faults.ts";
import { IoError } from "../ports.ts";
import type { Context } from "./context.ts";

/** Its bytes; `what` says in a refusal what was looked for. @throws UsageFault */
export function readGiven(given: string, what: string, { world, path }: Context): Uint8Array {
  try {
    const bytes = world.files.read(path(given));
    if (bytes !== null) return bytes;
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new UsageFault("FILE_UNREADABLE", { file: given, what, errno: error.errno });
  }
  throw new UsageFault("FILE_MISSING", { file: given, what });
}
