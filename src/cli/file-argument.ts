/** A file that the command line names. */

import { FileFault } from "../errors/ports.ts";
import { SIZE } from "../json/limits.ts";
import { IoError, type Source, TooLarge } from "../ports.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import { parseAddress } from "../trace/segment.ts";
import type { Context, Platform } from "./context.ts";

/** Its bytes; `what` says in a refusal what was looked for. @throws UsageFault; TooLarge where `most` is given */
export function readFileArgument(given: string, what: string, context: Context, most?: number): Uint8Array {
  const { platform, path } = context;
  try {
    return present(platform.files.read(path(given), most ?? SIZE.text), given, what, context);
  } catch (error) {
    throw asFault(error, given, what, most !== undefined);
  }
}

/** The file, to be read a piece at a time. @throws UsageFault, also while it is read */
export function openFileArgument(given: string, what: string, context: Context): Promise<Source> {
  return openedWith(openOrKeep, given, what, context);
}

/** The same; what is no regular file, such as a pipe, is refused with `ENXIO`, which its writer may never end. */
export function openRegularArgument(given: string, what: string, context: Context): Promise<Source> {
  return openedWith((file, { openSource }) => openSource(file), given, what, context);
}

async function openedWith(
  open: (file: string, platform: Platform) => Promise<Source | null>,
  given: string,
  what: string,
  context: Context,
): Promise<Source> {
  const { platform, path } = context;
  try {
    const { size, pieces } = present(await open(path(given), platform), given, what, context);
    return { size, pieces: () => guarded(pieces(), given, what) };
  } catch (error) {
    throw asFault(error, given, what);
  }
}

/** What is no regular file, such as a pipe, cannot be read twice: it is kept. @throws IoError */
async function openOrKeep(file: string, { openSource, files }: Platform): Promise<Source | null> {
  try {
    return await openSource(file);
  } catch (error) {
    if (!(error instanceof IoError) || error.errno !== "ENXIO") throw error;
    const bytes = files.read(file, SIZE.text);
    return bytes && { size: bytes.length, pieces: () => [bytes] };
  }
}

function* guarded(pieces: Iterable<Uint8Array>, given: string, what: string): Generator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    throw asFault(error, given, what);
  }
}

function present<T>(found: T | null, file: string, what: string, context: Context): T {
  if (found !== null) return found;
  const isTrace = what === "the trace" ? { isTrace: true as const } : {};
  throw new FileFault("FILE_MISSING", { file, what, suggestion: nearestFile(file, context), ...isTrace });
}

/** The file of the same folder that may have been meant, as it would be typed. */
function nearestFile(given: string, { platform, path }: Context): string | null {
  const [, folder = "", name = ""] = /^(.*\/)?([^/]*)$/s.exec(given) ?? [];
  // Every short name is near to every other, and the address of a trace to that of its segment.
  if (name.length < 3 || parseAddress(path(given)) !== null) return null;
  const near = platform.files
    .names(path(folder === "" ? "." : folder))
    .filter((other) => isNearPartByPart(name, other));
  const nearest = nearestName(name, near);
  return nearest === null ? null : `${folder}${nearest}`;
}

/** An ending in common makes no two names alike. */
function isNearPartByPart(name: string, other: string): boolean {
  const [parts, others] = [name.split("."), other.split(".")];
  return (
    parts.length === others.length && parts.every((part, i) => nearestName(part, [others[i] ?? ""]) !== null)
  );
}

export function asFault(error: unknown, file: string, what: string, isLimited = false): unknown {
  if (!(error instanceof IoError) || (error instanceof TooLarge && isLimited)) return error;
  return new FileFault("FILE_UNREADABLE", { file, what, errno: error.errno });
}
