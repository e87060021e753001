/** Steps that wait: what they wait for, and until when. */

import { isoDuration } from "../../capabilities/iso-8601.ts";
import { areChoices } from "../../capabilities/targets/wait.ts";
import { momentOf } from "../../json/date-time.ts";
import { isObject, type Json } from "../../json/value.ts";
import { infer, type Reach } from "../../plan/analysis/abstract-value.ts";
import { flowing } from "../../plan/analysis/bindings.ts";
import { compileIntent } from "../../plan/compile-intent.ts";
import type { Expression } from "../../plan/expression.ts";
import type { EffectStep } from "../../plan/plan.ts";
import type { Artifact } from "../../snapshot/artifact.ts";
import { fieldPointer, type Path, sentence } from "../../snapshot/hint.ts";
import type { Hint } from "../../snapshot/parse.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const waitKeyMissing = rule({
  id: "wait-key-missing",
  about:
    "Require that a step that waits for an event has a key; without one, it ends with VIOLATION in every run",
  severity: "error",
  hint: "give the step a key: a text that names what it waits for",
  *check(subject) {
    for (const wait of waitsIn(subject)) {
      if (wait.step.op !== "EVENT") continue;
      const key = wait.input("key");
      if (key?.isText && key.value !== "") continue;
      const { name } = wait.step;
      const message =
        key === null
          ? `step ${name} has no key of an event`
          : `the key of step ${name} is empty, or not a text`;
      yield wait.found("key", message, 'a text that names the wait, such as "approval"');
    }
  },
});

export const waitMomentMalformed = rule({
  id: "wait-moment-malformed",
  about:
    "Require that a deadline or a pause is a duration or a moment; a step that waits for anything else ends with VIOLATION",
  severity: "error",
  hint: "write an ISO 8601 duration or an RFC 3339 moment",
  *check(subject) {
    for (const wait of waitsIn(subject)) {
      const names = wait.step.op === "EVENT" ? ["timeout"] : ["until", "after"];
      const given = names.filter((name) => wait.input(name) !== null);
      if (wait.step.op === "TIME" && given.length !== 1) yield notOne(wait, given);
      for (const name of given) if (!isMoment(wait, name)) yield noMoment(wait, name);
    }
  },
});

export const waitPromptMissing = rule({
  id: "wait-prompt-missing",
  about: "Require a prompt where a step offers choices; nobody can choose without knowing what is asked",
  severity: "warning",
  hint: "give the step a prompt, or remove its choices",
  *check(subject) {
    for (const wait of waitsIn(subject)) {
      if (wait.step.op !== "EVENT" || wait.input("choices") === null) continue;
      const prompt = wait.input("prompt");
      if (prompt?.isText && prompt.value !== "") continue;
      const message = `step ${wait.step.name} offers choices without a prompt`;
      yield wait.found("prompt", message, 'the question that is asked, such as "Is this approved?"');
    }
  },
});

export const waitAnswerMalformed = rule({
  id: "wait-answer-malformed",
  about:
    "Require that choices are different texts, and that fields are those of an intent; else the step never waits",
  severity: "error",
  hint: "write choices as a list of different texts, and fields as an intent declares its inputs",
  *check(subject) {
    for (const wait of waitsIn(subject)) {
      if (wait.step.op !== "EVENT") continue;
      const choices = wait.input("choices")?.value;
      if (choices !== undefined && !areChoices(choices)) {
        const message = `the choices of step ${wait.step.name} are not a list of different texts`;
        yield wait.found("choices", message, 'a list of different texts, such as ["approve", "decline"]');
      }
      const fields = wait.input("fields")?.value;
      if (fields !== undefined) yield* fieldFlaws(wait, fields);
    }
  },
});

interface StepWait {
  readonly step: EffectStep;
  /** Null where the step has no such input. */
  input(name: string): WaitInput | null;
  /** About an input that is to be changed to this, or added. */
  found(input: string, message: string, wanted: string): Found;
  foundAt(path: Path, message: string, hint: Hint): Found;
}

interface WaitInput {
  /** Undefined where it follows from the run. */
  readonly value: Json | undefined;
  /** Whether it can be one. */
  readonly isText: boolean;
}

function* waitsIn(subject: SnapshotModel): Generator<StepWait> {
  for (const { artifact, flow } of flowing(subject))
    for (const { step, inputReach } of flow.steps)
      if (step.kind === "effect" && step.operation.target === "wait") yield waitOf(step, artifact, inputReach);
}

function waitOf(step: EffectStep, artifact: Artifact, reach: Reach): StepWait {
  const inputs = ["core", "pipeline", step.index, "inputs"];
  const input = (name: string) => {
    const bound = step.inputs.find((one) => one.name === name);
    return bound === undefined ? null : inputOf(bound.source, reach);
  };
  const foundAt = (path: Path, message: string, hint: Hint) => {
    const text =
      typeof hint === "string" ? hint : sentence(fieldPointer([...inputs, ...(hint.at ?? path)]), hint);
    return foundIn(artifact, [...inputs, ...path], { step: step.name, input: path.join(".") }, message, text);
  };
  return {
    step,
    input,
    foundAt,
    found: (name, message, wanted) =>
      foundAt([name], message, input(name) === null ? { do: "add", as: wanted } : { do: "change", to: wanted }),
  };
}

function inputOf(source: Expression, reach: Reach): WaitInput {
  const value = constantOf(source);
  if (value !== undefined) return { value, isText: typeof value === "string" };
  const types = infer(source, reach)?.types ?? [];
  return { value, isText: types.length === 0 || types.includes("string") };
}

/** What the expression is in every run; undefined where it reads something. */
function constantOf(expression: Expression): Json | undefined {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "array": {
      const items = expression.items.map(constantOf);
      return items.every((item) => item !== undefined) ? items : undefined;
    }
    case "object": {
      const members = expression.members.map(([name, member]) => [name, constantOf(member)] as const);
      const known = members.filter((one): one is readonly [string, Json] => one[1] !== undefined);
      return known.length === members.length ? Object.fromEntries(known) : undefined;
    }
    default:
      return undefined;
  }
}

function notOne(wait: StepWait, [, other]: readonly string[]): Found {
  const { name } = wait.step;
  if (other !== undefined)
    return wait.foundAt([other], `step ${name} has until and after, of which one is enough`, { do: "remove" });
  return wait.found("after", `step ${name} has neither until nor after`, 'a duration, such as "PT1H"');
}

/** Only `timeout` may be either. */
function isMoment(wait: StepWait, name: string): boolean {
  const { value, isText } = wait.input(name) ?? { value: undefined, isText: false };
  if (typeof value !== "string") return value === undefined && isText;
  const isDuration = name !== "until" && isoDuration(value) !== undefined;
  return isDuration || (name !== "after" && momentOf(value) !== undefined);
}

function noMoment(wait: StepWait, name: string): Found {
  const what = MOMENTS[name] ?? "a duration or a moment";
  const example = name === "until" ? "2026-01-31T09:00:00Z" : "PT1H";
  const message = `${name} of step ${wait.step.name} is not ${what}`;
  return wait.found(name, message, `${what}, such as ${JSON.stringify(example)}`);
}

const MOMENTS: Readonly<Record<string, string>> = { until: "a moment", after: "a duration" };

function fieldFlaws(wait: StepWait, fields: Json): readonly Found[] {
  if (!isObject(fields)) {
    const message = `the fields of step ${wait.step.name} are no mapping of names to rules`;
    return [wait.found("fields", message, 'a mapping, such as {"approver": {"type": "string"}}')];
  }
  const found: Found[] = [];
  compileIntent(fields, ["fields"], (_, path, what, hint = { do: "remove" }) => {
    found.push(wait.foundAt(path, `the answer to step ${wait.step.name}: ${what}`, hint));
  });
  return found;
}
