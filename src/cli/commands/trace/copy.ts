/** `pgs trace get --folder`: a trace in a folder of its own, as `pgs run` leaves one. */

import { recordedIn } from "../../../examine/protocol.ts";
import { CUT_OFF, verifyTrace } from "../../../examine/verify.ts";
import { traceFileOf } from "../../../ledger/trace-names.ts";
import { IoError } from "../../../ports.ts";
import { parseAddress } from "../../../trace/segment.ts";
import { isTraceName } from "../../../trace/trace-name.ts";
import { type Context, shortPath } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { readFileArgument } from "../../file-argument.ts";
import { plain, printJson, printText } from "../../print.ts";
import { Protocols } from "../../protocols.ts";
import { notIntact, readIntactTrace } from "../../read-trace.ts";
import { RENDERINGS } from "../../renderings.ts";
import { besideRecord } from "../../resolve-snapshot.ts";
import type { Trust } from "../../trust.ts";

interface Copy {
  /** Its file or its address. */
  readonly trace: string;
  /** The folder in which its own is made, as it was given. */
  readonly to: string;
  readonly kinds: readonly ("md" | "png")[];
  readonly trust: Trust;
}

/** Nothing is written where anything is refused before. @throws UsageFault, SnapshotFault */
export async function copyTrace({ trace, to, kinds, trust }: Copy, context: Context): Promise<number> {
  const bytes = readFileArgument(trace, "the trace", context);
  const id = idOf(trace, bytes, context);
  const base = `${context.path(to)}/${traceFileOf(id).replace(/\.jsonl$/, "")}`;
  refuseTaken(trace, to, id, context);
  const rendered = kinds.length === 0 ? null : await renderable(trace, trust, context);
  const contents = new Map<string, string | Uint8Array>([["jsonl", bytes]]);
  for (const kind of kinds)
    if (rendered !== null) contents.set(kind, await RENDERINGS[kind](rendered, context.platform));
  for (const [kind, content] of contents) create(`${base}.${kind}`, content, context);
  report(id, base, [...contents.keys()], context);
  return EXIT.SUCCESS;
}

/** The name of its run, which a folder can have. @throws UsageFault */
function idOf(trace: string, bytes: Uint8Array, context: Context): string {
  const { events, findings } = verifyTrace(bytes);
  const [flaw = { code: "EMPTY" as const, facts: {} }] = findings;
  const id = parseAddress(context.path(trace))?.run ?? events[0]?.execution_id;
  if (id === undefined) throw notIntact(trace, flaw);
  if (isTraceName(id)) return id;
  throw new UsageFault("BAD_USAGE", {
    message: `the run of ${trace} is named ${id}, which is no name for the folder of a trace`,
    hint: "omit --folder, and write the output to a file",
  });
}

/** @throws UsageFault where a folder of that name is, and for the traces folder of a segment: its runs are there */
function refuseTaken(trace: string, to: string, id: string, { platform, path }: Context): void {
  const { files, cwd } = platform;
  const place = path(to);
  const traces = parseAddress(path(trace))?.traces ?? null;
  const isSame = traces !== null && files.realPath(traces) === files.realPath(place);
  const own = `${place}/${id}`;
  if (!isSame && files.realPath(own) === null) return;
  const message = isSame
    ? "--folder names the traces folder, in which the trace is"
    : `${shortPath(own, cwd)} is there already`;
  throw new UsageFault("BAD_USAGE", { message, hint: "type --folder DIR, with another folder" });
}

/** @throws UsageFault for a trace that is damaged, not for one that only lacks its end, or does not say which workflow ran */
async function renderable(trace: string, trust: Trust, context: Context) {
  const beside = await besideRecord(trace, context);
  const { events } = readIntactTrace(trace, context, CUT_OFF);
  const { start, roots } = recordedIn(events);
  if (start === null) throw new UsageFault("NOT_DRAWABLE", { file: trace, events: events.length });
  const { plan } = await new Protocols(trust).recordedPlan(trace, start, roots, beside);
  return { plan, events, warnings: [] };
}

/** For the user alone, as a run makes it. @throws UsageFault */
function create(file: string, content: string | Uint8Array, { platform }: Context): void {
  try {
    platform.createFile(file, content, "owner");
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new UsageFault("TRACE_COPY_UNWRITABLE", { file, errno: error.errno }, { cause: error });
  }
}

function report(id: string, base: string, kinds: readonly string[], context: Context): void {
  const { settings, platform } = context;
  const file = (kind: string) => (kinds.includes(kind) ? `${base}.${kind}` : null);
  if (settings.json) {
    printJson(context, { run: id, jsonl: file("jsonl"), md: file("md"), png: file("png") });
    return;
  }
  const lines = kinds.map((kind) => `${plain(shortPath(`${base}.${kind}`, platform.cwd))}\n`);
  if (!settings.quiet) printText(context, lines.join(""));
}
