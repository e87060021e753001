/** The sentences of an explanation. */

import { counted } from "../errors/counted.ts";
import { joined } from "../errors/joined.ts";
import { canonical } from "../json/canonical.ts";
import { routesOf } from "../plan/graph.ts";
import type { FieldSpec, ValueType } from "../plan/intent.ts";
import type { AdmissionRule, ContractNode, EffectStep } from "../plan/plan.ts";
import { bareCode } from "../trace/declared-graph.ts";
import { grouped } from "./grouped.ts";
import type { Arrival, Exit } from "./outcomes.ts";
import type { EffectUse, Store } from "./stores.ts";

export function admissionText(
  side: "requires" | "forbids",
  { event, bindings }: AdmissionRule,
  described: string,
): string {
  const equal = bindings.map(({ eventField, payloadField }) => {
    return eventField === payloadField ? eventField : `${eventField} (${payloadField} of the request)`;
  });
  const same = equal.length === 0 ? "" : ` with the same ${joined(equal)}`;
  const record = `a record of ${event}${described}${same}`;
  return side === "requires"
    ? `A request is admitted only where there is ${record}.`
    : `A request is denied where there is ${record}.`;
}

// ---- fields ----

const TYPES: Readonly<Record<ValueType, string>> = {
  string: "text",
  integer: "whole number",
  number: "number",
  boolean: "true or false",
  object: "object",
  array: "list",
  null: "null",
};

/** `valid_hours (whole number, at least 1; 8 where it is left out): For how long.` */
export function fieldText(name: string, spec: FieldSpec, description: string): string {
  const said = description.trim().replace(/\s+/g, " ").replace(/\.$/, "");
  return `${name} (${ruleText(spec)})${said === "" ? "" : `: ${said}`}.`;
}

function ruleText(spec: FieldSpec): string {
  const type = spec.types.length === 0 ? "any value" : spec.types.map((one) => TYPES[one]).join(" or ");
  const members = Object.keys(spec.fields ?? spec.items?.fields ?? {});
  const rules = [
    type,
    ...(spec.format === undefined ? [] : [`in the form ${spec.format}`]),
    ...(spec.prefix === undefined ? [] : [`beginning with ${spec.prefix}`]),
    ...(spec.enum === undefined ? [] : [`one of ${spec.enum.map((one) => canonical(one)).join(", ")}`]),
    ...(spec.minimum === undefined ? [] : [`at least ${spec.minimum}`]),
    ...(spec.minItems === undefined ? [] : [`${counted(spec.minItems, "item")} or more`]),
    ...(members.length === 0 ? [] : [`with ${joined(members)}`]),
  ];
  return `${rules.join(", ")}; ${needText(spec)}`;
}

function needText({ required, default: fallback }: FieldSpec): string {
  if (fallback !== undefined) return `${canonical(fallback)} where it is left out`;
  return required ? "required" : "may be left out";
}

// ---- nodes ----

/** What the node does, what decides its answer, and where each answer leads. */
export function nodeText(node: ContractNode, summary: string): string {
  const { key, contract, next } = node;
  const does = summary === "" ? bareCode(contract.fqdn) : summary.replace(/\.$/, "");
  const targets = grouped(routesOf(next), ([, to]) => to);
  const routes = [...targets].map(([to, all]) => {
    const outcomes = all.map(([outcome]) => (outcome === "default" ? "any other answer" : outcome));
    return `${joined(outcomes, "or")} leads to ${to}`;
  });
  const outside = contract.steps.flatMap((step) => (step.kind === "effect" ? outsideText(step) : []));
  const sentences = [
    `${does}.`,
    ...outside,
    ...decisionsOf(node),
    ...(routes.length === 0 ? [] : [`${routes.join("; ")}.`]),
  ];
  return `${key}: ${sentences.join(" ")}`;
}

/** What leaves the run and is no store. */
function outsideText({ operation, op, code, retry }: EffectStep): readonly string[] {
  const by = `${op} of ${bareCode(code)}`;
  const again = retry === null ? [] : [`It is tried up to ${counted(retry.maxAttempts, "time")}.`];
  switch (operation.target) {
    case "store":
    case "texts":
    case "clock":
      return again;
    case "snapshot":
      return [`It asks the snapshot about itself (${by}).`];
    case "mail":
      return [`It sends a mail (${by}).`, ...again];
    case "workflows":
      return [`It runs other workflows (${by}).`, ...again];
    case "wait":
      return [`It waits (${by}).`, ...again];
    case "http":
      return [`It asks a server (${by}).`, ...again];
    case "host":
      return [`It calls the host (${by}).`, ...again];
  }
}

function decisionsOf({ contract }: ContractNode): readonly string[] {
  const actions = contract.steps.flatMap(({ onResult }) => [...onResult.values()]);
  const asked = actions.flatMap((action) => (action.do === "evaluate" ? [action.evaluation] : []));
  const texts = asked.map(({ condition, onTrue, onFalse }) => {
    return `The answer is ${onTrue} where ${condition.text.replaceAll("$.", "")}, else ${onFalse}.`;
  });
  return [...new Set(texts)];
}

// ---- stores ----

export function storeText(store: Store, uses: readonly EffectUse[]): string {
  const of = (isReading: boolean) => [
    ...new Set(
      uses.filter((use) => use.isReading === isReading).map(({ node, step }) => `${node} (${step.op})`),
    ),
  ];
  const [writes, reads] = [of(false), of(true)];
  const verbs = [
    ...(writes.length === 0 ? [] : [`is written by ${joined(writes)}`]),
    ...(reads.length === 0 ? [] : [`is read by ${joined(reads)}`]),
  ];
  const { name } = store;
  const file = name === store.path ? `The file ${name}` : `The store ${name} (file ${store.path})`;
  return `${file} ${verbs.join("; it ")}.`;
}

// ---- endings ----

/** How a run ends there, and after what. */
export function endingText({ key, emits }: Exit, arrivals: readonly Arrival[]): string {
  const announced = emits.length === 0 ? "" : ` It announces ${joined(emits)}.`;
  if (arrivals.length === 0) return `${key}: no route leads there.`;
  const texts = [...grouped(arrivals, ({ status }) => status)].map(([status, all]) => {
    const reasons = [...grouped(all, ({ exit_reason_code: code }) => code)];
    const ways = reasons.map(([code, some]) => `${code} after ${afterText(some)}`);
    return `the run ${status === "SUCCESS" ? "succeeds" : "ends without success"}: ${ways.join("; ")}`;
  });
  return `${key}: ${texts.join("; ")}.${announced}`;
}

function afterText(arrivals: readonly Arrival[]): string {
  const byOutcome = [...grouped(arrivals, ({ outcome }) => outcome)];
  const texts = byOutcome.map(
    ([outcome, all]) =>
      `the answer ${outcome} of ${joined(
        all.map(({ node }) => node),
        "or",
      )}`,
  );
  return joined(texts, "or");
}
