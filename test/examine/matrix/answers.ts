/** What holds the answer of a side effect: it is taken as recorded, so that only what the run made of it can show an edit. */

import { isObject, type JsonObject } from "../../../src/json.ts";
import type { Path } from "../../../src/json-differences.ts";
import { type Expression, pathsIn } from "../../../src/plan/expression.ts";
import type { EffectStep, Step } from "../../../src/plan/plan.ts";
import { type EventOf, eventsOf } from "../../../src/trace/event.ts";
import type { Anchor } from "./anchors.ts";
import { type Edit, FORGED } from "./edits.ts";
import type { Specimen } from "./specimen.ts";

type Answered = EventOf<"side_effect_end">;

/** Undefined where the replay says the same again: of a step that calls workflows it does of all. */
export function ofAnswer(specimen: Specimen, edit: Edit, event: Answered): Anchor | undefined {
  const step = stepOf(specimen, event);
  if (step === undefined || step.operation.reaches === "workflows") return undefined;
  switch (edit.path[1]) {
    case "outcome":
      return { at: "shown" };
    case "result":
      return ofResult(specimen, step, edit, event);
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

function stepOf({ plans }: Specimen, { run, node_id = "", payload }: Answered): EffectStep | undefined {
  const node = plans.get(run)?.nodes.get(node_id);
  const steps: readonly Step[] = node?.type === "CC" ? node.contract.steps : [];
  return steps.find((step): step is EffectStep => step.kind === "effect" && step.name === payload.step);
}

/** What a step publishes of an answer is shown by its `step_end`; what nothing reads is not. */
function ofResult(specimen: Specimen, step: EffectStep, { path, was, is }: Edit, event: Answered): Anchor {
  const kind = "effect-result";
  // What is put into an empty object stands one level deeper.
  const inside = [...path.slice(2), ...(isObject(was) && is !== undefined ? [FORGED] : [])];
  const reading = step.outputs.map(({ source }) => readingOf(source, inside, event.payload.result));
  if (!isFollowed(specimen, event)) return { at: "head", kind };
  if (reading.includes("this")) return { at: "shown" };
  return { at: reading.includes("perhaps") ? "any" : "head", kind };
}

/** Whether the step ended; where its outcome had no route, the run did instead. */
function isFollowed({ events }: Specimen, { run, node_id, sequence, payload }: Answered): boolean {
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
