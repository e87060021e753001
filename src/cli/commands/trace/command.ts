/** `pgs trace get`: the bytes of one trace, wherever they are. */

import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { openFileArgument } from "../../file-argument.ts";
import { traceFile } from "../../find-run.ts";
import { argument, argumentChoice, flag, folder } from "../../option.ts";
import { SEAL } from "../../shared-options.ts";
import { trustOf } from "../../trust.ts";

export const trace = defineCommand({
  details:
    "The bytes are those that the run wrote. Runs of --payloads and of the library write into a file that many runs share, and the trace of one of them is taken out of it; with --folder it becomes a folder as pgs run leaves one.",
  arguments: {
    action: argumentChoice(["get"], "what to do with the trace"),
    trace: argument(
      "the trace: the id of its run or the beginning of that, its file, or its address in a segment",
      { completes: "file" },
    ),
  },
  options: {
    Copy: {
      folder: folder("write it to DIR/<trace id>/<trace id>.jsonl instead; nothing that is there is replaced"),
      md: flag("with --folder, also write the Markdown that a run writes"),
      png: flag("with --folder, also write the picture that a run writes"),
    },
    Seal: SEAL,
  },
  shared: ["workspace", "snapshot", "traces", "json", "quiet", "debug"],
  examples: [
    ["pgs trace get 20260131T090000000Z > trace.jsonl", "write the trace of a run to a file"],
    [
      "pgs trace get 20260131T090000000Z --folder copies --md --png",
      "make a folder as pgs run leaves one, with both renderings",
    ],
  ],
  exitCodes: { SUCCESS: true, SNAPSHOT: true },
  async action({ trace: given, folder: to, md, png, ...request }, context) {
    if (to === undefined) refuseWithoutFolder({ md, png, json: context.settings.json });
    const file = await traceFile(given, context);
    if (to !== undefined) {
      const { copyTrace } = await import("./copy.ts");
      const kinds = (["md", "png"] as const).filter((kind) => (kind === "md" ? md : png));
      return copyTrace({ trace: file, to, kinds, trust: trustOf(request, context) }, context);
    }
    for (const piece of (await openFileArgument(file, "the trace", context)).pieces())
      context.printExactly(piece);
    return EXIT.SUCCESS;
  },
});

/** @throws UsageFault for the first option that is given and says something about files */
function refuseWithoutFolder(options: Readonly<Record<"md" | "png" | "json", boolean>>): void {
  const [name] = Object.entries(options).find(([, isGiven]) => isGiven) ?? [];
  if (name === undefined) return;
  throw new UsageFault("BAD_USAGE", {
    message: `--${name} needs --folder: without it, the trace itself is printed`,
    hint: `add --folder DIR, or omit --${name}`,
  });
}
