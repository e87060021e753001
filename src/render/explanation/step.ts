/** What one step of a contract did, in sentences. */

import { counted } from "../../errors/counted.ts";
import { joined } from "../../errors/joined.ts";
import type { Change, RecordedRequest } from "../../ports.ts";
import { bareCode } from "../../trace/declared-graph.ts";
import { eventsOf, type Payloads } from "../../trace/event.ts";
import type { StepRecord } from "../../trace/runs.ts";
import { reasonText } from "./decision.ts";
import type { TraceFacts } from "./paragraph.ts";
import { waitText } from "./sessions.ts";
import { membersText, valueText } from "./words.ts";

type Started = Payloads["side_effect_start"];
type Ended = Payloads["side_effect_end"];

/** The step's sentences; the runs that it called are explained on their own. */
export function stepText({ step, events, calls }: StepRecord, facts: TraceFacts): string {
  const [end] = eventsOf(events, "step_end");
  const sentences = [
    ...eventsOf(events, "transform_end").flatMap(({ payload }) => transformSentences(payload)),
    ...effectSentences({ step, events, calls }, facts),
    ...(end === undefined ? [] : endSentences(end.payload, events)),
  ];
  return [`Step ${step}:`, ...sentences].join(" ");
}

function transformSentences({ ct_code, outcome, reason }: Payloads["transform_end"]): readonly string[] {
  return [`${bareCode(ct_code)} was computed. The outcome was ${outcome}.`, ...reasonSentence(reason)];
}

const reasonSentence = (reason: Ended["reason"]) => (reason === undefined ? [] : [reasonText(reason)]);

function effectSentences({ events, calls }: StepRecord, facts: TraceFacts): readonly string[] {
  const starts = eventsOf(events, "side_effect_start");
  const ends = eventsOf(events, "side_effect_end");
  return starts.flatMap(({ payload: start }, i) => {
    const called = i === 0 ? callSentence(calls.map(({ run }) => run)) : [];
    const end = ends[i]?.payload;
    if (end === undefined) return [openText(start, facts), ...called];
    const isToBeRetried = end.retried === true && i === starts.length - 1;
    const retry = isToBeRetried ? [retryText(start, facts)] : [];
    return [...endedSentences(start, end, called, facts), ...retry];
  });
}

function callSentence(runs: readonly string[]): readonly string[] {
  return runs.length === 0 ? [] : [`It called ${counted(runs.length, "run")}: ${joined(runs)}.`];
}

/** A step that called a run which waits has not ended either. */
function openText(start: Started, { waits }: TraceFacts): string {
  const wait = waitOf(start, waits);
  if (wait !== undefined) return `It waits ${waitText(wait)}.`;
  if (waits.length > 0) return `${operationText(start)} was begun${inputsText(start)}, and has not ended.`;
  const isWait = start.observed !== undefined;
  const end = isWait
    ? "It waited, and nothing ended the wait."
    : "Its end is not recorded: it may have taken place.";
  return `${operationText(start)} was begun${inputsText(start)}. ${end}`;
}

const waitOf = ({ effect_key: key }: Started, waits: TraceFacts["waits"]) =>
  waits.find(({ effect_key }) => effect_key === key);

/** Where the next attempt has not begun. */
function retryText(start: Started, { waits }: TraceFacts): string {
  const wait = waitOf(start, waits);
  return wait === undefined
    ? "It was to be tried again."
    : `Before it is tried again, it waits ${waitText(wait)}.`;
}

function endedSentences(
  start: Started,
  end: Ended,
  called: readonly string[],
  { isDryRun }: TraceFacts,
): readonly string[] {
  const { attempt = 1 } = start;
  const was = isDryRun ? "would be" : "was";
  const performed =
    attempt === 1
      ? `${operationText(start)} ${was} performed${inputsText(start)}.`
      : `It ${was} tried again (attempt ${attempt}).`;
  return [
    `${performed} The outcome ${was} ${end.outcome}.`,
    ...called,
    ...reasonSentence(end.reason),
    ...(end.change === undefined ? [] : [changeText(end.change, isDryRun)]),
    ...(end.requests ?? []).map(requestText),
    ...settledSentence(end),
  ];
}

function operationText({ op, cs_code, store }: Started): string {
  return store === null ? `${op} of ${bareCode(cs_code)}` : `${op} on the store ${store}`;
}

/** After an interruption, its end was written down later. */
function settledSentence({ settled, actor }: Ended): readonly string[] {
  if (settled === undefined) return [];
  if (settled === "shown") return ["The run was interrupted before that was recorded; the store shows it."];
  const by = actor === undefined ? "the caller" : actor;
  return [`The run was interrupted before that was recorded; ${by} said that it took place.`];
}

function inputsText({ inputs }: Started): string {
  return Object.keys(inputs).length === 0 ? "" : ` with ${membersText(inputs)}`;
}

function changeText({ before, after }: Change, isDryRun: boolean): string {
  const [removed, wrote, replaced] = isDryRun
    ? ["would remove", "would write", "would replace"]
    : ["removed", "wrote", "replaced"];
  if (after === null) return before === null ? "It changes nothing." : `It ${removed} ${valueText(before)}.`;
  if (before === null) return `It ${wrote} ${valueText(after)}.`;
  return `It ${replaced} ${valueText(before)} by ${valueText(after)}.`;
}

function requestText({ method, url, status, sent, failure }: RecordedRequest): string {
  const request = `${method} ${typeof url === "string" ? url : valueText(url)}`;
  if (!sent) return `It did not send ${request}${failure === undefined ? "" : `: ${failure}`}.`;
  const answer = status === undefined ? (failure ?? "no answer") : `the status ${status}`;
  return `It sent ${request}, and got ${answer}.`;
}

/** What the step published, and its outcome where an output of it stated another one. */
function endSentences(
  { outcome, published }: Payloads["step_end"],
  events: StepRecord["events"],
): readonly string[] {
  const own = [...eventsOf(events, "transform_end"), ...eventsOf(events, "side_effect_end")].at(-1)?.payload;
  const isStated = own !== undefined && own.outcome !== outcome;
  const given = Object.keys(published).length === 0 ? [] : [`It gave ${membersText(published)}.`];
  return [...given, ...(isStated ? [`By its result, the outcome of the step was ${outcome}.`] : [])];
}
