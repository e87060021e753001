/** What holds a value of a trace in its place, when every hash may be made anew. */

import type { Json } from "../../../src/json.ts";
import {
  holdsSuppressed,
  isSuppressed,
  MAIN_RUN,
  type Payloads,
  type TraceEvent,
} from "../../../src/trace/event.ts";
import { ofAnswer } from "./answers.ts";
import { digestsIn, type Edit } from "./edits.ts";
import type { Specimen } from "./specimen.ts";

/**
 * Where an edit must be found: `line`, on the edited line; `shown`, there or on a later line, which shows it; `head`, by
 * nothing but the head; `any`, wherever it shows, else by the head.
 */
export interface Anchor {
  readonly at: "line" | "shown" | "head" | "any";
  /** What only the head may have to hold. */
  readonly kind?: Unproven;
}

/** What only the head holds, with the reason why a replay cannot. */
export const UNPROVEN = {
  timestamp: "observational: two runs of the same thing differ in it",
  elapsed_us: "observational",
  duration_us: "observational",
  runtime: "which build ran: another one of the same contract leaves the same events",
  max_hops: "a limit that the run did not reach",
  "a nested run's clock": "a reading of the world's, which nothing has to use",
  "an effect's result": "the world's answer, of which a step need not publish everything",
  "an effect's reason": "the world's answer, for the reader alone",
  "an effect's change": "what stood in the store, which is not there any more",
  "an effect's readings": "drawn inside the effect, which is not done again",
  "a refusal's facts": "what the world refused with",
  "a suppressed value": "its digest is salted, and the salt is nowhere",
  "said to be suppressed": "it has the digest of a secret, and may be or hold that",
} as const;

export type Unproven = keyof typeof UNPROVEN;

/** What has to find the edit, as the format, the plan and the run have it. */
export function anchorOf(specimen: Specimen, edit: Edit): Anchor {
  const { path, is } = edit;
  const event = specimen.events[edit.place] as TraceEvent;
  if (path.includes("$suppressed"))
    return { at: isOfMainStart(event) ? "shown" : "any", kind: "a suppressed value" };
  if (isSuppressed(is) && digestsIn(specimen).includes(is.$suppressed))
    return { at: "any", kind: "said to be suppressed" };
  const [top, member] = path;
  if (top === "timestamp" || top === "elapsed_us") return { at: "head", kind: top };
  if (top === "execution_id") return { at: edit.place === 0 ? "shown" : "line" };
  if (top === "run") return { at: "shown" };
  if (top !== "payload") return { at: "line" };
  if (member === "duration_us") return { at: "head", kind: member };
  return ofPayload(specimen, edit, event, String(member)) ?? { at: "line" };
}

const isOfMainStart = ({ event_type, run }: TraceEvent) => event_type === "execution_start" && run === MAIN_RUN;

/** Undefined where the replay says the same again. */
function ofPayload(specimen: Specimen, edit: Edit, event: TraceEvent, member: string): Anchor | undefined {
  switch (event.event_type) {
    case "execution_start":
      return ofStart(specimen, event, member);
    case "admission":
      return edit.path.at(-1) === "matched" ? { at: "shown" } : undefined;
    case "side_effect_end":
      return ofAnswer(specimen, edit, event);
    case "transform_end": {
      const { inputs, observed = [] } = event.payload;
      const isHidden = holdsSuppressed(inputs) || holdsSuppressed(observed as unknown as Json);
      const isAnswer = member === "outputs" || member === "reason" || member === "observed";
      return isHidden && isAnswer ? { at: "shown" } : undefined;
    }
    case "error":
      return isOfTheWorld(event.payload) ? ofRefusal(member) : undefined;
    default:
      return undefined;
  }
}

function ofStart({ plans }: Specimen, event: TraceEvent, member: string): Anchor | undefined {
  if (!isOfMainStart(event))
    return member === "observed" ? { at: "any", kind: "a nested run's clock" } : undefined;
  if (member === "payload" || member === "observed") return { at: "shown" };
  if (member !== "runtime" && member !== "max_hops") return undefined;
  // Every nested run begins with those of the main one; a lower limit may have been one that the run reached.
  if (plans.size > 1) return { at: "shown" };
  return { at: member === "max_hops" ? "any" : "head", kind: member };
}

/** A refusal that the replay does not come to by itself. */
function isOfTheWorld({ stage, error_code }: Payloads["error"]): boolean {
  return stage === "admission" || (stage === "effect" && error_code !== "OUTCOME_NOT_DECLARED");
}

function ofRefusal(member: string): Anchor | undefined {
  if (member === "facts") return { at: "head", kind: "a refusal's facts" };
  return member === "error_code" ? { at: "shown" } : undefined;
}
