/**
 * A trace in plain sentences, for somebody who knows neither the protocol nor the program: what was asked, what decided
 * with which values, what was written, how it ended. It says only what the trace has; what is suppressed is called secret.
 */

import type { Digest } from "../../json/canonical.ts";
import { eventsOf, MAIN_RUN, type TraceEvent } from "../../trace/event.ts";
import { type RunPath, runPathOf } from "../../trace/run-path.ts";
import { type RunRecord, runsOf } from "../../trace/runs.ts";
import { openWaits } from "../../trace/sessions.ts";
import { endingParagraph } from "./ending.ts";
import type { Paragraph, TraceFacts } from "./paragraph.ts";
import { sessionsParagraph } from "./sessions.ts";
import { visitParagraphs } from "./visit.ts";
import { membersText, memberTexts, momentText } from "./words.ts";

export interface Explanation {
  readonly trace: string;
  /** Null where the trace does not say it. */
  readonly workflow: string | null;
  /** Hash of the last event. */
  readonly head: Digest | null;
  /** In the order in which things happened; those of a called run follow those of the node that called it. */
  readonly paragraphs: readonly Paragraph[];
}

/** Pure: same events, same text. The events are those of an intact trace, which may be cut off. */
export function explain(events: readonly TraceEvent[]): Explanation {
  const { main, orphanRuns } = runsOf(events);
  const last = events.at(-1);
  const isDryRun = runPathOf(main).start?.dry_run === true;
  const facts = { waits: openWaits(events), isDryRun };
  return {
    trace: last?.execution_id ?? "",
    workflow: runPathOf(main).start?.workflow_code ?? null,
    head: last?.hash ?? null,
    paragraphs: [main, ...orphanRuns].flatMap((record) => explainRun(record, facts)),
  };
}

function explainRun(record: RunRecord, facts: TraceFacts): readonly Paragraph[] {
  const path = runPathOf(record);
  const context = { path, facts, explainRun: (called: RunRecord) => explainRun(called, facts) };
  return [
    ...requestParagraph(path),
    ...admissionParagraph(path),
    ...path.visits.flatMap((visit) => visitParagraphs(visit, context)),
    ...sessionsParagraph(path.events),
    endingParagraph(path, facts),
  ];
}

function requestParagraph({ run, start, events }: RunPath): readonly Paragraph[] {
  if (start === null) return [];
  const { workflow_code, payload, actor, parent, dry_run } = start;
  const dry = dry_run === true ? ["It was a dry run: nothing was written, and nothing was sent."] : [];
  const moment = momentText(eventsOf(events, "execution_start")[0]?.timestamp ?? "");
  const what =
    parent === undefined
      ? `The workflow ${workflow_code} was run on ${moment}.`
      : `The workflow ${workflow_code} was called on ${moment}, as run ${run}, by step ${parent.step} of ${parent.node}.`;
  const items = memberTexts(payload);
  const request = items.length === 0 ? "The request was empty." : "The request was:";
  return [
    {
      about: "request",
      run,
      node: null,
      sentences: [what, ...actorSentence(run, actor), ...dry, request],
      items,
    },
  ];
}

function actorSentence(run: string, actor: string | undefined): readonly string[] {
  if (run !== MAIN_RUN) return [];
  return [
    actor === undefined
      ? "The caller did not say who ran it."
      : `According to the caller, it was run by ${actor}.`,
  ];
}

/** Of a workflow without rules of admission, nothing is said. */
function admissionParagraph({ run, events }: RunPath): readonly Paragraph[] {
  return eventsOf(events, "admission").flatMap(({ payload: { requires, forbids, result } }) => {
    if (requires.length + forbids.length === 0) return [];
    const record = (rule: (typeof requires)[number]) => `a record of ${rule.event}${whereText(rule.where)}`;
    const found = ({ matched }: (typeof requires)[number]) => (matched ? "there was one" : "there was none");
    const items = [
      ...requires.map((rule) => `There must be ${record(rule)}: ${found(rule)}.`),
      ...forbids.map((rule) => `There must not be ${record(rule)}: ${found(rule)}.`),
      ...eventsOf(events, "violation").flatMap(({ payload: { violation_code, field, event } }) =>
        violation_code === "ADMISSION_BINDING_MISSING_FIELD"
          ? [`The request has no ${field}, by which records of ${event} are looked for.`]
          : [],
      ),
    ];
    const verdict = result === "ADMITTED" ? "The run was admitted." : "The run was denied.";
    return [
      { about: "admission", run, node: null, sentences: [verdict, "The rules of its admission are:"], items },
    ];
  });
}

function whereText(where: Parameters<typeof membersText>[0]): string {
  return Object.keys(where).length === 0 ? "" : ` with ${membersText(where)}`;
}
