/** What happened in one node, and why it ended as it did. */

import { eventsOf } from "../../trace/event.ts";
import { type RunPath, type Visit, wordOf } from "../../trace/run-path.ts";
import { eventsIn, type RunRecord } from "../../trace/runs.ts";
import { evaluationText, violationText } from "./decision.ts";
import { refusalText } from "./ending.ts";
import type { Paragraph, ParagraphText, TraceFacts } from "./paragraph.ts";
import { stepText } from "./step.ts";
import { membersText } from "./words.ts";

interface Context {
  readonly path: RunPath;
  readonly facts: TraceFacts;
  explainRun(run: RunRecord): readonly Paragraph[];
}

/** The node's paragraph, and those of the runs that its steps called. */
export function visitParagraphs(visit: Visit, context: Context): readonly Paragraph[] {
  const { node, steps } = visit;
  const own = { about: "node" as const, run: context.path.run, node, ...textOf(visit, context) };
  return [own, ...steps.flatMap(({ calls }) => calls.flatMap((called) => context.explainRun(called)))];
}

function textOf(visit: Visit, { path, facts }: Context): ParagraphText {
  switch (visit.type) {
    case "IN":
      return intentText(visit);
    case "CC":
      return contractText(visit, facts);
    case "EXIT":
      return exitText(visit, path);
    default:
      return visit.type satisfies never;
  }
}

function intentText({ node, start, events, outcome }: Visit): ParagraphText {
  const code = start.payload.capability_code;
  const rules = code === undefined ? "for which there are no rules" : `against the rules of ${code}`;
  const checked = `${node} checked the request, ${rules}. ${verdictText(outcome)}`;
  const items = eventsOf(events, "violation").map(({ payload }) => violationText(payload));
  const lead = items.length === 0 ? [] : ["The request does not meet these rules:"];
  return { sentences: [checked, ...lead], items };
}

function verdictText(outcome: string | null): string {
  if (outcome === null) return "Its end is not recorded.";
  return outcome === "ACK" ? "The request was accepted (ACK)." : `The request was rejected (${outcome}).`;
}

function contractText(visit: Visit, facts: TraceFacts): ParagraphText {
  const { start, events, steps } = visit;
  const violations = eventsOf(events, "violation").map(({ payload }) => violationText(payload));
  const code = start.payload.capability_code;
  const sentences = [
    endText(visit),
    ...(code === undefined ? [] : [`Its contract is ${code}.`]),
    ...eventsOf(events, "evaluation_end").map(({ payload }) => evaluationText(payload)),
    ...eventsOf(eventsIn(visit), "error").map(({ payload }) => refusalText(payload)),
  ];
  if (violations.length > 0)
    return {
      sentences: [...sentences, "Its inputs do not meet the contract, so no step ran:"],
      items: violations,
    };
  const lead = steps.length === 0 ? [] : ["Its steps:"];
  return { sentences: [...sentences, ...lead], items: steps.map((step) => stepText(step, facts)) };
}

/** Where no evaluation decided, the last step did. */
function endText({ node, events, steps, outcome }: Visit): string {
  if (outcome === null) return `${node} has not ended.`;
  const last = steps.at(-1);
  const isByStep = last !== undefined && eventsOf(events, "evaluation_end").length === 0;
  return `${node} ended with ${outcome}${isByStep ? `, the outcome of its last step, ${last.step}` : ""}.`;
}

function exitText(visit: Visit, path: RunPath): ParagraphText {
  const came = `The run came to its end at ${visit.node}${path.end === null ? "" : `: ${wordOf(visit, path)}`}.`;
  const announced = eventsOf(visit.events, "event_announced").map(
    ({ payload: { event_code, payload } }) =>
      `It announced the event ${event_code} with ${membersText(payload)}.`,
  );
  return { sentences: [came, ...announced], items: [] };
}
