/** What to do about a step that did not come out as expected. */

import type { Fault, Stage } from "../errors/base.ts";
import { classify } from "../examine/classify.ts";
import { places } from "../examine/locate/locate.ts";
import { eventWriters } from "../plan/event-writers.ts";
import type { Plan, Step } from "../plan/plan.ts";
import { type AuthoredPlace, inArtifact, inAuthored, type Path, quote, suggested } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { CommandRun } from "./environment.ts";
import type { Refused } from "./play-run.ts";
import type { RunStep } from "./scenario.ts";

/** Plain data, so that any thread may have made it. */
export interface ScenarioHint {
  readonly text: string;
  /** What is to be changed; null where the text says that. */
  readonly edit: { readonly file: string; readonly path: Path; readonly authored?: AuthoredPlace } | null;
  /** Whether it is about the way the run ended; else it is about what the scenario says. */
  readonly isOfEnding: boolean;
}

export function hintText({ text, edit }: ScenarioHint): string {
  if (edit === null) return text;
  return edit.authored === undefined ? inArtifact(edit.file, null, text) : inAuthored(edit.authored, text);
}

/** Of a run that was not as expected. What the scenario says wrongly comes first: the run followed it. */
export function hintsOfRun(
  step: RunStep,
  { plan, summary }: CommandRun,
  snapshot: Snapshot,
): readonly ScenarioHint[] {
  const ofAnswers = answerHints(step, plan);
  if (ofAnswers.length > 0) return ofAnswers;
  const found = classify(summary);
  if (found === null) return [];
  const located = places(found, summary, plan, (event) => eventWriters(event, snapshot));
  return located.flatMap(({ asks, file, path, hint: text }) =>
    asks === "nothing" ? [] : [{ text, edit: asks === "edit" ? { file, path } : null, isOfEnding: true }],
  );
}

/** Of a step that was refused before it ran. */
export function hintsOfRefusal(fault: Fault, step: RunStep): readonly ScenarioHint[] {
  // The snapshot or a package is refused, whatever the scenario says.
  if (fault.hint !== null && OF_THE_SNAPSHOT.has(fault.stage))
    return [{ text: fault.hint, edit: null, isOfEnding: false }];
  const { suggestion } = fault.facts;
  const isName = fault.code === "UNKNOWN_WORKFLOW" || fault.code === "NOT_AN_FQDN";
  if (!isName || typeof suggestion !== "string") return [];
  return [inScenario(step, ["workflow"], `change ${step.workflow} to ${suggestion}`)];
}

/** Of a session that was refused. What the scenario says wrongly comes first. */
export function hintsOfSession(refused: Refused, step: RunStep, plan: Plan): readonly ScenarioHint[] {
  const ofAnswers = answerHints(step, plan);
  return ofAnswers.length > 0 ? ofAnswers : hintsOfDelivery(refused, step);
}

function hintsOfDelivery({ fault, at }: Refused, step: RunStep): readonly ScenarioHint[] {
  const isDelivery = at?.[0] === "resume";
  const say = (member: string, text: string) => [
    inScenario(step, [...(at ?? []), ...(isDelivery ? [member] : [])], text),
  ];
  const { key, open } = fault.facts;
  switch (fault.code) {
    case "NO_SUCH_WAIT": {
      const keys = Array.isArray(open) ? open.filter((one) => typeof one === "string") : [];
      const [only] = keys;
      if (only === undefined) return say("event", "remove the event: the run waits for none here");
      const nearest = nearestName(String(key), keys) ?? only;
      return say("event", `change ${quote(String(key))} to ${quote(nearest)}`);
    }
    case "ANSWER_REJECTED":
      return say("answer", "give an answer that the wait accepts");
    case "RUN_ENDED":
      return [inScenario(step, at ?? [], "remove the entry: the run has ended before")];
    default:
      return fault.hint === null ? [] : [{ text: fault.hint, edit: null, isOfEnding: false }];
  }
}

const OF_THE_SNAPSHOT: ReadonlySet<Stage> = new Set(["load", "seal", "compile"]);

/** Answers of steps that the workflow does not have, and outcomes that a step cannot have. */
function answerHints(step: RunStep, plan: Plan): readonly ScenarioHint[] {
  const steps = stepsIn(plan);
  return [...(step.authored?.answers ?? [])].flatMap(([name, answers]) => {
    const say = (text: string) => inScenario(step, ["given", "answers", name], text);
    const asked = steps.get(name);
    if (asked === undefined) {
      const nearest = nearestName(name, [...steps.keys()]);
      return [
        say(nearest === null ? `name one of ${[...steps.keys()].join(", ")}` : `change ${name} to ${nearest}`),
      ];
    }
    const outcomes = outcomesOf(asked);
    const unknown = answers.filter(({ outcome }) => !outcomes.includes(outcome));
    return unknown.map(({ outcome }) => say(`change ${quote(outcome)} to ${suggested(outcome, outcomes)}`));
  });
}

function stepsIn({ nodes }: Plan): ReadonlyMap<string, Step> {
  return new Map(
    [...nodes.values()].flatMap((node) =>
      node.type === "CC" ? node.contract.steps.map((step) => [`${node.key}.${step.name}`, step] as const) : [],
    ),
  );
}

function outcomesOf(step: Step): readonly string[] {
  if (step.kind === "effect") return [...step.declared];
  return [...new Set([step.onSuccess, step.onFailure])];
}

function inScenario({ authored }: RunStep, path: Path, text: string): ScenarioHint {
  const place = authored?.placeOf(path);
  return { text: place === undefined ? text : `in ${place}, ${text}`, edit: null, isOfEnding: false };
}
