/** What holds the answer of a side effect: it is taken as recorded, so that only what the run made of it can show an edit. */

import { targetOf } from "../../../src/capabilities/effect.ts";
import type { HeadOnlyId } from "../../../src/examine/head-only.ts";
import type { Path } from "../../../src/json/diff.ts";
import { isObject, type JsonObject } from "../../../src/json/value.ts";
import { type Expression, pathsIn } from "../../../src/plan/expression.ts";
import type { Step } from "../../../src/plan/plan.ts";
import { type EventOf, eventsOf } from "../../../src/trace/event.ts";
import type { Anchor } from "./anchors.ts";
import { type Edit, FORGED } from "./edits.ts";
import type { Specimen } from "./specimen.ts";

type Answered = EventOf<"side_effect_end">;
type Ended = Answered | EventOf<"transform_end">;

/** Undefined where the replay says the same again: of a step that calls workflows, or waits, it does of all. */
export function ofAnswer(specimen: Specimen, edit: Edit, event: Answered): Anchor | undefined {
  const step = stepOf(specimen, event);
  if (step?.kind !== "effect" || targetOf(step.operation).answers !== "recorded") return undefined;
  switch (edit.path[1]) {
    case "outcome":
      return { at: "shown" };
    case "result":
      return ofRaw(specimen, step, edit, event, event.payload.result, "effect-result");
    case "reason":
      return { at: "head", kind: "effect-reason" };
    case "change":
      return { at: "head", kind: "effect-change" };
    case "observed":
      // Without its last reading the list is left out.
      return isEmptied(edit, event) ? undefined : { at: "head", kind: "effect-readings" };
    default:
      return undefined;
  }
}

const isEmptied = ({ path, is }: Edit, { payload: { observed = [] } }: Answered) =>
  is === undefined && path.length === 3 && observed.length === 1;

/** Of a transform whose answer is taken as recorded, because a suppressed value is among its inputs or readings. */
export function ofTaken(specimen: Specimen, edit: Edit, event: EventOf<"transform_end">): Anchor | undefined {
  const { outputs } = event.payload;
  const step = stepOf(specimen, event);
  if (edit.path[1] === "observed") return { at: "any", kind: "suppressed-readings" };
  if (edit.path[1] === "reason") return { at: "shown" };
  if (edit.path[1] !== "outputs" || step === undefined || outputs === undefined) return undefined;
  if (edit.path.length === 2) return { at: "shown" };
  return ofRaw(specimen, step, edit, event, outputs, "unread-from-suppressed");
}

function stepOf({ plans }: Specimen, { run, node_id = "", payload }: Ended): Step | undefined {
  const node = plans.get(run)?.nodes.get(node_id);
  const steps: readonly Step[] = node?.type === "CC" ? node.contract.steps : [];
  return steps.find(({ name }) => name === payload.step);
}

/** What a step publishes of an answer is shown by its `step_end`; what nothing reads is not. */
function ofRaw(
  specimen: Specimen,
  step: Step,
  { path, was, is }: Edit,
  event: Ended,
  raw: JsonObject,
  kind: HeadOnlyId,
): Anchor {
  // What is put into an empty object stands one level deeper.
  const inside = [...path.slice(2), ...(isObject(was) && is !== undefined ? [FORGED] : [])];
  const reading = step.outputs.map(({ source }) => readingOf(source, inside, raw));
  if (!isFollowed(specimen, event)) return { at: "head", kind };
  if (reading.includes("this")) return { at: "shown" };
  return { at: reading.includes("perhaps") ? "any" : "head", kind };
}

/** Whether the step ended; where its outcome had no route, the run did instead. */
function isFollowed({ events }: Specimen, { run, node_id, sequence, payload }: Ended): boolean {
  return eventsOf(events, "step_end").some(
    (one) =>
      one.sequence > sequence &&
      one.run === run &&
      one.node_id === node_id &&
      one.payload.step === payload.step,
  );
}

/** Whether the expression reads the value at this path of the raw result, or something that holds it. */
function readingOf(source: Expression, inside: Path, raw: JsonObject): "this" | "perhaps" | "other" {
  const found = pathsIn(source).map(({ root, segments, text, whole }) => {
    const base = root === "capability_value" && Object.hasOwn(raw, "value") ? ["value"] : [];
    const isAnswer = root === "capability_result" || root === "capability_value";
    const isOnTheWay = [...base, ...segments].every((part, i) => i >= inside.length || inside[i] === part);
    if (!isAnswer || !isOnTheWay) return "other";
    return whole.startsWith("$.") && whole !== text ? "perhaps" : "this";
  });
  return found.includes("this") ? "this" : (found[0] ?? "other");
}
