/** A file that the command line names to be written; `-` is standard output. */

import type { Fault } from "../errors/base.ts";
import { IoError } from "../ports.ts";
import type { Context } from "./context.ts";

/** @throws what `refusal` makes of a file that cannot be written */
export function writeFileArgument(
  given: string,
  content: string | Uint8Array,
  { platform, path }: Context,
  refusal: (cause: IoError) => Fault,
): void {
  try {
    if (given === "-" && typeof content === "string") platform.out(content);
    else platform.writeFile(path(given), content);
  } catch (error) {
    throw error instanceof IoError ? refusal(error) : error;
  }
}
