/** `pgs render`: draws a trace that is there already, as page, Markdown or picture. */

import { checkSnapshot } from "../../../examine/allowed.ts";
import { type TraceFinding, wordsOf } from "../../../examine/finding.ts";
import { recordedIn } from "../../../examine/protocol.ts";
import { CUT_OFF } from "../../../examine/verify.ts";
import type { Warning } from "../../../render/html/warnings.ts";
import { MAIN_RUN, type Payloads, type TraceEvent } from "../../../trace/event.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { file } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { plain, printError, printJson, shownOf } from "../../print.ts";
import { Protocols } from "../../protocols.ts";
import { readTrace } from "../../read-trace.ts";
import { filesOf, printFiles, type Target, targetsOf, writeTarget } from "../../rendering-files.ts";
import { type Kind, RENDERINGS, type RenderedTrace } from "../../renderings.ts";
import { besideRecord } from "../../resolve-snapshot.ts";
import { forEachTrace, refuseForSeveral } from "../../several-traces.ts";
import { LAST, SEAL, TRACES_ARGUMENT } from "../../shared-options.ts";
import { besideBase, isAddress, ownTrace } from "../../trace-place.ts";
import { namedTraces } from "../../traces-at.ts";
import { trustOf } from "../../trust.ts";

export const render = defineCommand({
  details:
    "Without an option, an HTML page is written next to each trace. A damaged trace is drawn up to the damage, with a warning; one that shares its file with others needs --html FILE then.",
  arguments: TRACES_ARGUMENT,
  options: {
    Rendering: LAST,
    Format: {
      html: file("write one HTML page with the picture and the data of every step; - prints it"),
      md: file("write the Markdown that a run writes; - prints it"),
      png: file("write the picture that a run writes"),
      svg: file("write the picture as SVG; - prints it"),
    },
    Seal: SEAL,
  },
  shared: ["workspace", "snapshot", "traces", "json", "quiet", "debug"],
  examples: [
    ["pgs render trace.jsonl", "write trace.html"],
    ["pgs render trace.jsonl --md - --png trace.png", "print the Markdown and write the picture"],
  ],
  exitCodes: {
    SUCCESS: "the trace is drawn, without a warning",
    SNAPSHOT: true,
    FOUND: "drawn with a warning",
  },
  async action({ traces, last, ...request }, context) {
    const files = await namedTraces({ traces, last }, context);
    const named = targetsOf(KINDS, request);
    for (const { kind } of named) refuseForSeveral(files, kind, true);
    const protocols = new Protocols(trustOf(request, context));
    return forEachTrace(files, context, (trace, within) => renderOne(trace, named, protocols, within));
  },
});

async function renderOne(
  trace: string,
  named: readonly Target<Kind>[],
  protocols: Protocols,
  context: Context,
): Promise<number> {
  const targets = named.length > 0 ? named : [besideOf(trace)];
  const outputs = Object.fromEntries(targets.map(({ kind, file: name }) => [kind, name]));
  const beside = await besideRecord(trace, context);
  await checkOutputs(outputs, { "the trace": trace }, beside);
  const { events, findings, omitted } = readTrace(trace, context);
  const start = startOf(events, trace);
  const { roots } = recordedIn(events);
  const { plan } = await protocols.recordedPlan(trace, start, roots, beside);
  const warnings = [...findings, ...checkSnapshot(plan, start, 1)].map(toWarning);
  if (named.length === 0 && isAddress(trace, context)) {
    refuseDamaged(trace, findings);
    await ownTrace(trace, context);
  }
  for (const target of targets) await write(target, { plan, events, warnings }, context);
  report({ workflow: plan.workflow.fqdn, trace, targets, warnings, omitted }, context);
  return warnings.length === 0 ? EXIT.SUCCESS : EXIT.FOUND;
}

/** A damaged trace gets no folder of its own, which would count even when its segment is restored. @throws UsageFault */
function refuseDamaged(trace: string, findings: readonly TraceFinding[]): void {
  if (findings.every(({ code }) => CUT_OFF.has(code))) return;
  throw new UsageFault("BAD_USAGE", {
    message: `${trace} is damaged, and gets no folder of its own for the page`,
    hint: "name a file for the page with --html FILE",
  });
}

/** @throws UsageFault where it cannot be written */
function write(target: Target<Kind>, rendered: RenderedTrace, context: Context): Promise<void> {
  return writeTarget(
    target,
    () => RENDERINGS[target.kind](rendered, context.platform),
    ({ kind, file: name }, cause) =>
      new UsageFault("RENDERING_UNWRITABLE", { file: name, kind, errno: cause.errno }, { cause }),
    context,
  );
}

const KINDS = Object.keys(RENDERINGS) as readonly Kind[];

/** The page beside the trace, which is written when nothing is asked for. */
function besideOf(trace: string): Target<Kind> {
  return { kind: "html", file: `${besideBase(trace)}.html` };
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
  readonly targets: readonly Target<Kind>[];
  readonly warnings: readonly Warning[];
  /** How many more there are, of which nothing is kept. */
  readonly omitted: number;
}

function report({ workflow, trace, targets, warnings, omitted }: Report, context: Context): void {
  if (context.settings.json) {
    const ok = warnings.length === 0;
    const files = Object.fromEntries(filesOf(targets, context));
    const more = omitted === 0 ? {} : { findings_omitted: omitted };
    printJson(context, { workflow, ok, findings: warnings, ...more, files });
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
  printFiles(targets, context);
}
