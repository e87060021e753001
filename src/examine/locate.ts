/** Where to look, and what to change: the artifact and field that an ending turns on (SPEC 6.4). */

import { refusalOf, type Summary } from "../engine/summary.ts";
import { wordingOf } from "../faults.ts";
import { isObject, own, parsePointer, pointer } from "../json.ts";
import type { ContractNode, Plan, PlanNode } from "../plan/plan.ts";
import { type Fqdn, fileOf, isFqdn, kindOf } from "../snapshot/fqdn.ts";
import { MAIN_RUN } from "../trace/event.ts";
import type { Classification } from "./classify.ts";

export interface Place {
  readonly artifact: Fqdn;
  readonly file: string;
  /** Path of the field below the artifact's `frontmatter`. */
  readonly path: readonly string[];
  /** What to change or to type. */
  readonly hint: string;
}

/** Null where the run ended well, or nothing of the snapshot is concerned. */
export function locate(found: Classification, summary: Summary, plan: Plan): Place | null {
  if (found.class === null) return null;
  return (
    refused(summary, plan) ??
    denied(summary, plan) ??
    unmet(found, summary, plan) ??
    turned(found, summary, plan)
  );
}

function place(artifact: string, path: readonly (string | number)[], hint: string): Place | null {
  const kind = isFqdn(artifact) ? kindOf(artifact) : undefined;
  if (!isFqdn(artifact) || kind === undefined) return null;
  return { artifact, file: fileOf(artifact, kind), path: path.map(String), hint };
}

/** A step's place in its contract, with the field that is meant. */
function atStep(
  node: PlanNode | undefined,
  step: string | null | undefined,
  field: string,
  hint: string,
): Place | null {
  if (node?.type !== "CC") return null;
  const index = node.contract.steps.findIndex(({ name }) => name === step);
  const path = index === -1 ? ["core", "pipeline"] : ["core", "pipeline", index, field];
  return place(node.contract.fqdn, path, hint);
}

function refused(summary: Summary, plan: Plan): Place | null {
  const refusal = refusalOf(summary);
  if (refusal === undefined) return null;
  const { error_code: code, facts, step } = refusal;
  const node = refusal.node === null ? undefined : plan.nodes.get(refusal.node);
  const hint = wordingOf(code, facts)?.hint ?? "correct the field, rebuild the snapshot and seal it again";
  const key = refusal.node ?? plan.start;
  switch (code) {
    case "OUTCOME_NOT_ROUTED":
      return atStep(node, step, "on_result", hint);
    case "OUTCOME_NOT_DECLARED":
      return notDeclared(String(own(facts, "contract")), node, step, hint);
    case "NO_TRANSITION":
      return place(plan.workflow.fqdn, ["core", "nodes", key, "next"], hint);
    case "HOP_LIMIT":
      return place(plan.workflow.fqdn, ["core", "nodes"], hint);
    case "PATH_UNRESOLVED":
    case "EXPRESSION_TYPE":
      return (
        atStep(step === undefined ? undefined : node, step, "inputs", expressionHint(code)) ??
        place(plan.workflow.fqdn, ["core", "nodes", key, "inputs"], expressionHint(code))
      );
    case "CAPABILITY_FAULT":
      return place(String(own(facts, "capability")), [], hint);
    default:
      return atStep(node, step, "store", hint) ?? place(plan.runtimeBinding, ["core"], hint);
  }
}

function expressionHint(code: string): string {
  return code === "PATH_UNRESOLVED"
    ? "bind a path that the run has, or make the value optional"
    : "compare values of one type; arithmetic is for integers";
}

function notDeclared(
  owner: string,
  node: PlanNode | undefined,
  step: string | undefined,
  hint: string,
): Place | null {
  if (node?.type === "CC" && owner === node.contract.fqdn) {
    return place(owner, ["core", "result_status_contract", "allowed"], hint);
  }
  const effect = node?.type === "CC" ? node.contract.steps.find(({ name }) => name === step) : undefined;
  const op = effect?.kind === "effect" ? effect.op : "";
  return place(owner, ["core", "operations", op, "result_status_values"], hint);
}

function denied({ violations, ending }: Summary, plan: Plan): Place | null {
  const rule = violations.find(({ run, node }) => run === MAIN_RUN && node === null);
  if (ending?.exit_reason_code !== "ADMISSION_DENIED" || rule === undefined) return null;
  const { violation_code: code, event = "", field = "" } = rule;
  const admission = ["core", "admission"];
  if (code === "ADMISSION_BINDING_MISSING_FIELD") {
    return place(plan.workflow.fqdn, [...admission, "bindings", event], `send ${field} in the payload`);
  }
  const isRequired = code === "ADMISSION_REQUIRES_UNMET";
  const hint = isRequired
    ? `run the workflow that records ${event} for these values first`
    : `${event} is on record for these values: this workflow is not for them any more`;
  return place(plan.workflow.fqdn, [...admission, isRequired ? "requires" : "forbids"], hint);
}

/** The first rule that the payload or a contract's inputs do not meet. */
function unmet({ node: key }: Classification, { violations }: Summary, plan: Plan): Place | null {
  const rule = violations.find(({ run, node }) => run === MAIN_RUN && node !== null && node === key);
  const node = key === null ? undefined : plan.nodes.get(key);
  if (rule?.field === undefined || node === undefined || node.type === "EXIT") return null;
  const parts = parsePointer(rule.field);
  const asked = rule.expected === undefined ? "" : ` ${JSON.stringify(rule.expected)}`;
  if (node.type === "CC") return unmetInput(node, parts[0] as string, plan, `${rule.constraint}${asked}`);
  const hint = `change ${rule.field} of the payload: ${rule.constraint}${asked}`;
  return node.intent === null ? null : place(node.intent.fqdn, ["core", "inputs", ...fieldPath(parts)], hint);
}

function unmetInput({ key, inputs }: ContractNode, name: string, plan: Plan, rule: string): Place | null {
  const source = inputs.find((binding) => binding.name === name)?.source;
  const text = source?.kind === "path" ? source.text : "its source";
  const hint = `${name} does not meet ${rule}: look at what ${text} gives it`;
  return place(plan.workflow.fqdn, ["core", "nodes", key, "inputs", name], hint);
}

/** From a payload's pointer to the declaration: `/a/0/b` is declared at `a`, its items, their fields. */
function fieldPath(parts: readonly string[]): readonly string[] {
  return parts.flatMap((part, i) => (i === 0 ? [part] : /^\d+$/.test(part) ? ["items"] : ["fields", part]));
}

/** The step whose outcome led away from the straight path. */
function turned({ node: key, step }: Classification, { reasons }: Summary, plan: Plan): Place | null {
  const node = key === null ? undefined : plan.nodes.get(key);
  const reason = reasons.findLast(
    (one) => one.run === MAIN_RUN && one.node === key && one.step === step,
  )?.reason;
  const why = isObject(reason) ? `: ${JSON.stringify(reason)}` : "";
  return atStep(
    node,
    step,
    "inputs",
    `the protocol declares this way; what led to it is the step's input${why}`,
  );
}

/** The JSON Pointer of the place within its artifact's file. */
export function pointerOf({ path }: Place): string {
  return pointer(["frontmatter", ...path]);
}
