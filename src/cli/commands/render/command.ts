/** `pgs render`: draws a trace that is there already, as page, Markdown or picture. */

import { checkSnapshot } from "../../../examine/allowed.ts";
import { type TraceFinding, wordsOf } from "../../../examine/finding.ts";
import { IoError } from "../../../ports.ts";
import type { Warning } from "../../../render/html/warnings.ts";
import { MAIN_RUN, type Payloads, type TraceEvent } from "../../../trace/event.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { planOf } from "../../load.ts";
import { argument, file } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { plain, printError, printJson, printText, shownOf, table } from "../../print.ts";
import { readTrace } from "../../read-trace.ts";
import { type Kind, RENDERINGS, type RenderedTrace } from "../../renderings.ts";
import { besideTrace } from "../../resolve-snapshot.ts";
import { SEAL } from "../../shared-options.ts";
import { trustOf } from "../../trust.ts";
import { writeFileArgument } from "../../write-file.ts";

interface Target {
  readonly kind: Kind;
  /** As named on the command line; `-` is standard output. */
  readonly file: string;
}

export const render = defineCommand({
  details:
    "Without an option, an HTML page is written next to the trace. A damaged trace is drawn up to the damage, with a warning.",
  arguments: { trace: argument("the trace, a .jsonl file", { completes: "file" }) },
  options: {
    Format: {
      html: file("write one HTML page with the picture and the data of every step; - prints it"),
      md: file("write the Markdown that a run writes; - prints it"),
      png: file("write the picture that a run writes"),
      svg: file("write the picture as SVG; - prints it"),
    },
    Seal: SEAL,
  },
  shared: ["workspace", "snapshot", "json", "quiet", "debug"],
  examples: [
    ["pgs render trace.jsonl", "write trace.html"],
    ["pgs render trace.jsonl --md - --png trace.png", "print the Markdown and write the picture"],
  ],
  exitCodes: {
    SUCCESS: "the trace is drawn, without a warning",
    SNAPSHOT: true,
    FOUND: "drawn with a warning",
  },
  async action({ trace, ...request }, context) {
    const targets = targetsOf(request, trace);
    if (request.png === "-") {
      const message = "--png - writes a picture to standard output, which is for text";
      throw new UsageFault("BAD_USAGE", { message, hint: "name a file with --png FILE" });
    }
    const outputs = Object.fromEntries(targets.map(({ kind, file: name }) => [kind, name]));
    const found = await besideTrace(trace, context);
    const beside = { ...found, registry: () => found.capabilities.unlockedRegistry() };
    await checkOutputs(outputs, { "the trace": trace }, beside);
    const { events, findings, omitted } = readTrace(trace, context);
    const start = startOf(events, trace);
    const plan = await planOf(start.workflow_code, beside, trustOf(request, context));
    const warnings = [...findings, ...checkSnapshot(plan, start, 1)].map(toWarning);
    for (const target of targets) await write(target, { plan, events, warnings }, context);
    report({ workflow: plan.workflow.fqdn, trace, targets, warnings, omitted }, context);
    return warnings.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
  },
});

/** @throws UsageFault where it cannot be written */
async function write({ kind, file: name }: Target, rendered: RenderedTrace, context: Context): Promise<void> {
  const unwritable = (cause: IoError) =>
    new UsageFault("RENDERING_UNWRITABLE", { file: name, kind, errno: cause.errno }, { cause });
  try {
    writeFileArgument(name, await RENDERINGS[kind](rendered, context.platform), context, unwritable);
  } catch (error) {
    throw error instanceof IoError ? unwritable(error) : error;
  }
}

const KINDS = Object.keys(RENDERINGS) as readonly Kind[];

/** What is asked for; when nothing is, the page beside the trace. */
function targetsOf(asked: Readonly<Record<Kind, string | undefined>>, trace: string): readonly Target[] {
  const named = KINDS.flatMap((kind) => {
    const file = asked[kind];
    return file === undefined ? [] : [{ kind, file }];
  });
  return named.length > 0 ? named : [{ kind: "html", file: `${trace.replace(/\.jsonl$/, "")}.html` }];
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

interface Report {
  readonly workflow: string;
  readonly trace: string;
  readonly targets: readonly Target[];
  readonly warnings: readonly Warning[];
  /** How many more there are, of which nothing is kept. */
  readonly omitted: number;
}

function report({ workflow, trace, targets, warnings, omitted }: Report, context: Context): void {
  const { platform, settings, path } = context;
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
  printError(context, omitted === 0 ? rest : `${rest}… and ${omitted} more were omitted\n`);
  if (settings.quiet || written.length < targets.length) return;
  printText(
    context,
    table(
      files.map(([kind, file]) => [kind, shortPath(file, platform.cwd)]),
      "",
    ),
  );
}
