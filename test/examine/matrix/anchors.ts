/** What holds a value of a trace in its place, when every hash may be made anew. */

import type { HeadOnlyId } from "../../../src/examine/head-only.ts";
import type { Path } from "../../../src/json/diff.ts";
import { pointer } from "../../../src/json/pointer.ts";
import type { Json } from "../../../src/json/value.ts";
import {
  type EventOf,
  eventsOf,
  holdsSuppressed,
  isSuppressed,
  MAIN_RUN,
  type Payloads,
  type TraceEvent,
} from "../../../src/trace/event.ts";
import { ofAnswer, ofTaken } from "./answers.ts";
import { digestsIn, type Edit, FORGED, type Renaming } from "./edits.ts";
import { hasEvaluations } from "./members.ts";
import type { Specimen } from "./specimen.ts";
import { isMisshapen as isMisshapenBy } from "./spoilt.ts";

/**
 * Where an edit must be found: `form`, on the edited line, as no event of the format; `line`, on the edited line; `shown`,
 * there or on a later line, which shows it; `head`, by nothing but the head; `any`, wherever it shows, else by the head.
 */
export interface Anchor {
  readonly at: "form" | "line" | "shown" | "head" | "any";
  /** What only the head may have to hold. */
  readonly kind?: HeadOnlyId;
}

/** What has to find the edit, as the format, the plan and the run have it. */
export function anchorOf(specimen: Specimen, edit: Edit): Anchor {
  const { path, is, name } = edit;
  const event = specimen.events[edit.place] as TraceEvent;
  if (name !== undefined) return ofName(name, path);
  if (is === undefined && isMisshapen(edit, event)) return { at: "line" };
  if (edit.was === undefined && path.at(-1) === FORGED && isMisshapen(edit, event)) return { at: "form" };
  if (edit.was !== undefined && isSuppressed(edit.was) && is !== undefined)
    return { at: "any", kind: "short-for-suppressed" };
  if (path.includes("$suppressed"))
    return { at: isOfMainStart(event) ? "shown" : "any", kind: "suppressed-value" };
  if (is !== undefined && isSuppressed(is) && digestsIn(specimen).includes(is.$suppressed))
    return { at: "any", kind: "said-suppressed" };
  const [top, member] = path;
  if (edit.was === undefined && top !== "payload") return { at: "line" };
  if (top === "timestamp" || top === "elapsed_us") return { at: "head", kind: top };
  if (top === "execution_id") return { at: edit.place === 0 ? "shown" : "line" };
  if (top === "run") return { at: "shown" };
  if (top !== "payload") return { at: "line" };
  if (member === "duration_us") return { at: "head", kind: member };
  return ofPayload(specimen, edit, event, String(member)) ?? { at: "line" };
}

/** A name that is not that of the run tells, unless what was changed besides shows before. */
function ofName(name: Renaming, [top, member]: Path): Anchor {
  if (name === "free") return { at: top === "payload" ? "shown" : "line" };
  if (name === "numbered") return { at: "head", kind: "name-number" };
  return { at: "any", kind: member === "observed" ? "run-clock" : "payload" };
}

const isMisshapen = ({ path, was, is }: Edit, { event_type }: TraceEvent) =>
  isMisshapenBy({ at: pointer(path), a: was, b: is }, { event_type });

const isOfMainStart = ({ event_type, run }: TraceEvent) => event_type === "execution_start" && run === MAIN_RUN;

/** Undefined where the replay says the same again. */
function ofPayload(specimen: Specimen, edit: Edit, event: TraceEvent, member: string): Anchor | undefined {
  switch (event.event_type) {
    case "execution_start":
      if (edit.is === undefined && edit.path[2] === "closure_root") return ofClosureRoot(specimen, event);
      return ofStart(specimen, event, member);
    case "admission":
      return edit.path.at(-1) === "matched" ? { at: "shown" } : undefined;
    case "side_effect_start":
      // A suspension names the effects that wait.
      if (member === "effect_key" && (event.payload.observed !== undefined || isOfAnother(specimen, edit)))
        return { at: "shown" };
      return member === "observed" && edit.path.length > 2 ? ofMoment(specimen, edit, event) : undefined;
    case "run_suspended":
      return edit.path.at(-1) === "key" ? { at: "shown" } : undefined;
    case "run_resumed":
      return ofResumption(edit, event, member);
    case "run_cancelled":
      return ofSession(member);
    case "side_effect_end":
      if (event.payload.settled !== undefined && (member === "actor" || member === "settled"))
        return member === "settled" && edit.is !== undefined ? undefined : { at: "any", kind: "settled" };
      return ofAnswer(specimen, edit, event);
    case "transform_end": {
      const { inputs, observed = [] } = event.payload;
      const isHidden = holdsSuppressed(inputs) || holdsSuppressed(observed as unknown as Json);
      return isHidden ? ofTaken(specimen, edit, event) : undefined;
    }
    case "error":
      return isOfTheWorld(event.payload) ? ofRefusal(member) : undefined;
    default:
      return undefined;
  }
}

/** An older trace has none, and so no events of evaluations either. */
function ofClosureRoot(specimen: Specimen, start: TraceEvent): Anchor {
  return isOfMainStart(start) && hasEvaluations(specimen)
    ? { at: "shown" }
    : { at: "head", kind: "closure-root" };
}

function ofStart({ plans }: Specimen, event: TraceEvent, member: string): Anchor | undefined {
  if (member === "actor" && isOfMainStart(event)) return { at: "head", kind: "actor" };
  if (member === "dry_run" && isOfMainStart(event)) return { at: "head", kind: "dry-run" };
  if (member === "strict_payload" && isOfMainStart(event)) return { at: "any", kind: "strict-payload" };
  if (!isOfMainStart(event)) return member === "observed" ? { at: "any", kind: "nested-clock" } : undefined;
  if (member === "payload" || member === "observed") return { at: "shown" };
  if (member !== "runtime" && member !== "max_hops") return undefined;
  // Every nested run begins with those of the main one; a lower limit may have been one that the run reached.
  if (plans.size > 1) return { at: "shown" };
  return { at: member === "max_hops" ? "any" : "head", kind: member };
}

/** Whether the key is made that of an effect that waits, too. */
function isOfAnother({ events }: Specimen, { is }: Edit): boolean {
  return eventsOf(events, "run_suspended").some(({ payload }) =>
    payload.waits.some(({ effect_key }) => effect_key === is),
  );
}

/** When a wait began: its due time is counted from it. */
function ofMoment(
  { events }: Specimen,
  { path, was }: Edit,
  { sequence, payload }: EventOf<"side_effect_start">,
): Anchor | undefined {
  if (path.at(-1) !== "clock" || was === undefined) return undefined;
  const waits = eventsOf(events.slice(sequence), "run_suspended").flatMap((one) => one.payload.waits);
  const isShown = waits.some(({ effect_key, due }) => effect_key === payload.effect_key && due !== undefined);
  return isShown ? { at: "shown" } : { at: "head", kind: "wait-moment" };
}

/** Of an event that was delivered, the answer, who gave it and when are in the result of the step that waited. */
function ofResumption({ path }: Edit, { payload }: EventOf<"run_resumed">, member: string): Anchor | undefined {
  const isDelivered = payload.cause === "EVENT";
  switch (member) {
    case "answer":
      return isDelivered ? { at: "shown" } : { at: "head", kind: "unused-answer" };
    case "actor":
      return isDelivered ? { at: "shown" } : ofSession(member);
    case "observed":
      // Of an interruption, nothing is decided by the time.
      if (payload.cause === "INTERRUPTED" || path.length < 4) return { at: "any", kind: "session-clock" };
      return isDelivered ? { at: "shown" } : { at: "any", kind: "session-clock" };
    case "key":
      return payload.cause === "INTERRUPTED" ? { at: "head", kind: "unused-answer" } : undefined;
    case "event_id":
    case "torn_bytes":
      return { at: "head", kind: "delivery" };
    default:
      return ofSession(member);
  }
}

/** How a session is recorded, which nothing in the run depends on. */
function ofSession(member: string): Anchor | undefined {
  switch (member) {
    case "actor":
      return { at: "head", kind: "session-actor" };
    case "runtime":
      return { at: "head", kind: "session-runtime" };
    case "observed":
      return { at: "any", kind: "session-clock" };
    case "reason":
      return { at: "head", kind: "cancel-reason" };
    default:
      return undefined;
  }
}

/** A refusal that the replay does not come to by itself. */
function isOfTheWorld({ stage, error_code }: Payloads["error"]): boolean {
  return stage === "admission" || (stage === "effect" && error_code !== "OUTCOME_NOT_DECLARED");
}

function ofRefusal(member: string): Anchor | undefined {
  if (member === "facts") return { at: "head", kind: "refusal-facts" };
  return member === "error_code" ? { at: "shown" } : undefined;
}
