/** `pgs render`: draws a trace that is there already, as page, Markdown or picture. */

import { checkSnapshot } from "../examine/allowed.ts";
import { type TraceFinding, wordsOf } from "../examine/finding.ts";
import { UsageFault } from "../faults.ts";
import { IoError } from "../ports.ts";
import { MAIN_RUN, type Payloads, type TraceEvent } from "../trace/event.ts";
import type { Warning } from "../trace/render/html-warnings.ts";
import { besideTrace } from "./beside.ts";
import { type CommonOptions, type Context, shortPath } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { planOf } from "./load.ts";
import { readTrace } from "./read-trace.ts";
import { type Kind, RENDERINGS } from "./renderings.ts";
import { plain, printError, printJson, printText, shownOf, table } from "./report.ts";
import { checkOutput, writeGiven } from "./write-given.ts";

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
  const { events, findings, omitted } = readTrace(trace, context);
  const start = startOf(events, trace);
  const plan = await planOf(start.workflow_code, besideTrace(trace, context), options);
  const warnings = [...findings, ...checkSnapshot(plan, start, 1)].map(toWarning);
  for (const { kind, file } of targets) {
    const unwritable = (cause: IoError) =>
      new UsageFault("RENDERING_UNWRITABLE", { file, kind, errno: cause.errno }, { cause });
    try {
      const drawn = await RENDERINGS[kind]({ plan, events, warnings }, context.world);
      writeGiven(file, drawn, context, unwritable);
    } catch (error) {
      throw error instanceof IoError ? unwritable(error) : error;
    }
  }
  tell({ workflow: plan.workflow.fqdn, trace, targets, warnings, omitted }, context);
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
  const { world, path } = context;
  const refuse = (message: string, kind: Kind) => {
    throw new UsageFault("BAD_USAGE", { message, hint: `name a file with --${kind} FILE` });
  };
  const printed = targets.filter(({ file }) => file === "-").map(({ kind }) => kind);
  const [first, second] = printed;
  if (printed.includes("png"))
    refuse("--png - asks for a picture on standard output, which is for text", "png");
  if (second !== undefined) refuse(`--${first} - and --${second} - both ask for standard output`, second);
  if (first !== undefined) checkOutput(first, "-", context);
  const taken = new Map([[placeOf(path(trace)), "the trace"]]);
  for (const { kind, file } of targets.filter((target) => target.file !== "-")) {
    const place = placeOf(path(file));
    const other = taken.get(place);
    if (other !== undefined) refuse(`--${kind} ${file} is the file of ${other}`, kind);
    taken.set(place, `--${kind}`);
  }

  function placeOf(file: string): string {
    return world.files.realPath(file) ?? file;
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
  /** How many more there are, of which nothing is kept. */
  readonly omitted: number;
}

function tell({ workflow, trace, targets, warnings, omitted }: Told, context: Context): void {
  const { world, settings, path } = context;
  const written = targets.filter(({ file }) => file !== "-");
  const files = written.map(({ kind, file }) => [kind, path(file)] as const);
  if (settings.json) {
    const ok = warnings.length === 0;
    const more = omitted === 0 ? {} : { findings_omitted: omitted };
    printJson(context, { workflow, ok, findings: warnings, ...more, files: Object.fromEntries(files) });
    return;
  }
  const { shown, rest } = shownOf(warnings);
  for (const { code, line, what, hint } of shown) {
    const where = line === null ? trace : `${trace}:${line}`;
    printError(
      context,
      `warning: ${code} ${plain(what)} (${plain(where)})\n${hint === null ? "" : `hint: ${plain(hint)}\n`}`,
    );
  }
  printError(context, omitted === 0 ? rest : `${rest}… and ${omitted} more, of which nothing is kept\n`);
  if (settings.quiet || written.length < targets.length) return;
  printText(
    context,
    table(
      files.map(([kind, file]) => [kind, shortPath(file, world.cwd)]),
      "",
    ),
  );
}
