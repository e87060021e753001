/** The files that `pgs render` and `pgs draw` write. */

import type { Fault } from "../errors/base.ts";
import { IoError } from "../ports.ts";
import { type Context, shortPath } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { printText, table } from "./print.ts";
import { writeFileArgument } from "./write-file.ts";

export interface Target<K extends string> {
  readonly kind: K;
  /** As named on the command line; `-` is standard output. */
  readonly file: string;
}

/** What is asked for. @throws UsageFault for a PNG on standard output */
export function targetsOf<K extends string>(
  kinds: readonly K[],
  asked: Readonly<Record<K, string | undefined>>,
): readonly Target<K>[] {
  const targets = kinds.flatMap((kind) => {
    const file = asked[kind];
    return file === undefined ? [] : [{ kind, file }];
  });
  if (targets.some(({ kind, file }) => kind === "png" && file === "-")) {
    const message = "--png - writes a picture to standard output, which is for text";
    throw new UsageFault("BAD_USAGE", { message, hint: "name a file with --png FILE" });
  }
  return targets;
}

/** @throws what `refusal` makes of a rendering that cannot be made or written */
export async function writeTarget<K extends string>(
  target: Target<K>,
  make: () => Promise<string | Uint8Array>,
  refusal: (target: Target<K>, cause: IoError) => Fault,
  context: Context,
): Promise<void> {
  const unwritable = (cause: IoError) => refusal(target, cause);
  try {
    writeFileArgument(target.file, await make(), context, unwritable);
  } catch (error) {
    throw error instanceof IoError ? unwritable(error) : error;
  }
}

/** By kind, the absolute paths; without what was printed. */
export function filesOf(
  targets: readonly Target<string>[],
  { path }: Context,
): readonly (readonly [string, string])[] {
  return targets.filter(({ file }) => file !== "-").map(({ kind, file }) => [kind, path(file)] as const);
}

/** A line for each file, unless a rendering was printed. */
export function printFiles(targets: readonly Target<string>[], context: Context): void {
  const { platform, settings } = context;
  const files = filesOf(targets, context);
  if (settings.quiet || files.length < targets.length) return;
  printText(
    context,
    table(
      files.map(([kind, file]) => [kind, shortPath(file, platform.cwd)]),
      "",
    ),
  );
}
