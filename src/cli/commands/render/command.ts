/** `pgs render`: draws a trace that is there already, as page, Markdown or picture. */

import { checkSnapshot } from "../../../examine/allowed.ts";
import { type TraceFinding, wordsOf } from "../../../examine/finding.ts";
import { IoError } from "../../../ports.ts";
import type { Warning } from "../../../render/html/warnings.ts";
import { MAIN_RUN, type Payloads, type TraceEvent } from "../../../trace/event.ts";
import { type CommonOptions, type Context, shortPath } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { planOf } from "../../load.ts";
import { plain, printJson, printText, table } from "../../print.ts";
import { readTrace } from "../../read-trace.ts";
import { besideTrace } from "../../resolve-snapshot.ts";
import { checkOutput, writeFileArgument } from "../../write-file.ts";
import { type Kind, RENDERINGS } from "./renderings.ts";

export interface RenderOptions extends CommonOptions, Partial<Readonly<Record<Kind, string>>> {
  readonly expectSeal?: string;
}

interface Target {
  readonly kind: Kind;
  /** As named on the command line; `-` is standard output. */
  readonly file: string;
}

/** A trace that is not intact is drawn as far as it goes: that it is not is said, and the exit code says so, too. */
export async function renderCommand(options: RenderOptions, context: Context, trace: string): Promise<number> {
  const targets = targetsOf(options, trace);
  checkTargets(targets, trace, context);
  const { events, findings } = readTrace(trace, context);
  const start = startOf(events, trace);
  const plan = await planOf(start.workflow_code, besideTrace(trace, options, context), options);
  const warnings = [...findings, ...checkSnapshot(plan, start, 1)].map(toWarning);
  for (const { kind, file } of targets) {
    const unwritable = (cause: IoError) =>
      new UsageFault("RENDERING_UNWRITABLE", { file, kind, errno: cause.errno }, { cause });
    try {
      const drawn = await RENDERINGS[kind]({ plan, events, warnings }, context.platform);
      writeFileArgument(file, drawn, context, unwritable);
    } catch (error) {
      throw error instanceof IoError ? unwritable(error) : error;
    }
  }
  tell({ workflow: plan.workflow.fqdn, trace, targets, warnings }, context);
  return warnings.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
}

const KINDS = Object.keys(RENDERINGS) as readonly Kind[];

/** What is asked for; when nothing is, the page beside the trace. */
function targetsOf(options: RenderOptions, trace: string): readonly Target[] {
  const named = KINDS.flatMap((kind) => {
    const file = options[kind];
    return file === undefined ? [] : [{ kind, file }];
  });
  return named.length > 0 ? named : [{ kind: "html", file: `${trace.replace(/\.jsonl$/, "")}.html` }];
}

/** Two documents on one standard output would be none, and no rendering may replace a trace. @throws UsageFault */
function checkTargets(targets: readonly Target[], trace: string, context: Context): void {
  const { platform, path } = context;
  const refuse = (message: string, kind: Kind) => {
    throw new UsageFault("BAD_USAGE", { message, hint: `name a file with --${kind} FILE` });
  };
  const printed = targets.filter(({ file }) => file === "-").map(({ kind }) => kind);
  const [first, second] = printed;
  if (printed.includes("png")) refuse("--png - writes a picture to standard output, which is for text", "png");
  if (second !== undefined) refuse(`--${first} - and --${second} - both write to standard output`, second);
  if (first !== undefined) checkOutput(first, "-", context);
  const taken = new Map([[placeOf(path(trace)), "the trace"]]);
  for (const { kind, file } of targets.filter((target) => target.file !== "-")) {
    const place = placeOf(path(file));
    const other = taken.get(place);
    if (other !== undefined) refuse(`--${kind} ${file} is the file of ${other}`, kind);
    taken.set(place, `--${kind}`);
  }

  function placeOf(file: string): string {
    return platform.files.realPath(file) ?? file;
  }
}

/** @throws UsageFault when nothing tells which workflow ran */
function startOf(events: readonly TraceEvent[], trace: string): Payloads["execution_start"] {
  for (const event of events) {
    if (event.event_type === "execution_start" && event.run === MAIN_RUN) return event.payload;
  }
  throw new UsageFault("NOT_DRAWABLE", { file: trace, events: events.length });
}

function toWarning(found: TraceFinding): Warning {
  const { what, hint } = wordsOf(found);
  return { code: found.code, line: found.line ?? null, what, hint: hint ?? null };
}

interface Told {
  readonly workflow: string;
  readonly trace: string;
  readonly targets: readonly Target[];
  readonly warnings: readonly Warning[];
}

function tell({ workflow, trace, targets, warnings }: Told, context: Context): void {
  const { platform, settings, path } = context;
  const written = targets.filter(({ file }) => file !== "-");
  const files = written.map(({ kind, file }) => [kind, path(file)] as const);
  if (settings.json) {
    const ok = warnings.length === 0;
    printJson(context, { workflow, ok, findings: warnings, files: Object.fromEntries(files) });
    return;
  }
  for (const { code, line, what, hint } of warnings) {
    const where = line === null ? trace : `${trace}:${line}`;
    platform.err(
      `warning: ${code} ${plain(what)} (${plain(where)})\n${hint === null ? "" : `hint: ${plain(hint)}\n`}`,
    );
  }
  if (settings.quiet || written.length < targets.length) return;
  printText(
    context,
    table(
      files.map(([kind, file]) => [kind, shortPath(file, platform.cwd)]),
      "",
    ),
  );
}
