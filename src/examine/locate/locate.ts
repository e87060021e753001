/** Where to look, and what to change: the artifacts and fields that an ending turns on (SPEC 6.4). */

import { wordingOf } from "../../engine/errors.ts";
import { parsePointer } from "../../json/pointer.ts";
import { type JsonObject, own } from "../../json/value.ts";
import type { ContractNode, IntentNode, Plan, Step } from "../../plan/plan.ts";
import { stepPath } from "../../plan/routes.ts";
import { MAIN_RUN } from "../../trace/event.ts";
import { type ErrorEntry, refusalOf, type Summary, type ViolationEntry } from "../../trace/summary.ts";
import type { Classification } from "../classify.ts";
import { denied, type Recording } from "./denied.ts";
import { contractNode, edit, inPlan, type Place, place, pointerOf } from "./location.ts";
import { declaredAt, payloadHint, undeclaredHint } from "./payload-hint.ts";
import { remoteHint } from "./remote-hint.ts";
import { dataHint } from "./stored.ts";
import { mistypedInput, type Traced, unboundInput, unboundStepInput } from "./unbound.ts";
import { unresolved } from "./unresolved.ts";
import { endless, undeclared, withoutAction, withoutEdge } from "./unrouted.ts";

export { type Place, pointerOf };

/** Null where the run ended well, or nothing of the snapshot is concerned. */
export function locate(found: Classification, summary: Summary, plan: Plan): Place | null {
  return places(found, summary, plan)[0] ?? null;
}

/** Every place that is to be changed before the run can end well, as far as this run came; the first one decided it. */
export function places(
  found: Classification,
  summary: Summary,
  plan: Plan,
  recording: Recording = () => [],
): readonly Place[] {
  if (found.class === null) return [];
  const decisive = [
    refused(summary, plan),
    ...denied(summary, plan, recording),
    ...unmet(found, summary, plan),
  ];
  const located = decisive.filter((one) => one !== null);
  const turn = located.length > 0 ? null : turned(found, summary, plan);
  return (turn === null ? located : [turn]).map((one) => inPlan(one, plan));
}

function refused(summary: Summary, plan: Plan): Place | null {
  const refusal = refusalOf(summary);
  if (refusal === undefined) return null;
  const { error_code: code, facts, step: stepName } = refusal;
  const hint = wordingOf(code, facts)?.hint ?? "see the facts of the refusal";
  const node = refusal.node === null ? undefined : plan.nodes.get(refusal.node);
  const outcome = String(own(facts, "outcome"));
  switch (code) {
    case "OUTCOME_NOT_ROUTED":
      return node === undefined ? null : withoutAction(node, stepName, outcome, plan);
    case "OUTCOME_NOT_DECLARED":
      return node === undefined
        ? null
        : undeclared(String(own(facts, "contract")), outcome, node, stepName, plan);
    case "NO_TRANSITION":
      return node === undefined ? null : withoutEdge(node, outcome, plan);
    case "HOP_LIMIT":
      return endless(summary, Number(own(facts, "limit")), plan);
    case "PATH_UNRESOLVED":
    case "EXPRESSION_TYPE":
    case "LIST_TOO_LONG":
      return unresolved(refusal, { plan, payload: summary.payload });
    case "CAPABILITY_FAULT":
      return place(String(own(facts, "capability")), [], hint);
    case "SECRETS_NOT_DECLARED":
      return notSuppressed(facts, plan);
    default:
      return atStep(refusal, plan, hint) ?? place(plan.runtimeBinding, ["core"], hint);
  }
}

function atStep({ node, step }: ErrorEntry, plan: Plan, hint: string): Place | null {
  const contract = contractNode(plan, node)?.contract;
  const index = contract?.steps.findIndex(({ name }) => name === step) ?? -1;
  if (contract === undefined) return null;
  return place(contract.fqdn, index === -1 ? ["core", "pipeline"] : stepPath(index, "store"), hint);
}

function notSuppressed(facts: JsonObject, plan: Plan): Place | null {
  const path = String(own(facts, "field"));
  const field = path.slice(path.lastIndexOf("/") + 1);
  const change = { do: "append", value: field } as const;
  return edit(String(own(facts, "contract")), ["core", "suppress_trace_fields"], change, plan);
}

/** Of very many rules, as many are looked for as anybody corrects at once. */
export const LOCATED = 100;

/** Each rule that the payload, or a contract's inputs, do not meet. */
function unmet({ node: key }: Classification, summary: Summary, plan: Plan): readonly (Place | null)[] {
  const node = key === null ? undefined : plan.nodes.get(key);
  if (node === undefined || node.type === "EXIT") return [];
  const rules = summary.violations.filter(({ run, node: at }) => run === MAIN_RUN && at === key);
  return rules
    .slice(0, LOCATED)
    .map((rule) =>
      rule.field === undefined
        ? null
        : node.type === "CC"
          ? unmetInput(node, rule, rule.field, { plan, payload: summary.payload })
          : rule.constraint === "undeclared"
            ? undeclaredField(node, rule.field, summary.payload)
            : unmetField(node, rule.field, summary.payload),
    );
}

function unmetField({ intent }: IntentNode, at: string, payload: JsonObject): Place | null {
  const declared = intent && declaredAt(intent.spec, at);
  if (intent === null || !declared) return null;
  const hint = payloadHint(at, declared.field, payload, declared.siblings);
  return place(intent.fqdn, ["core", "inputs", ...declared.path], hint);
}

function undeclaredField({ intent }: IntentNode, at: string, payload: JsonObject): Place | null {
  if (intent === null) return null;
  return place(intent.fqdn, ["core", "inputs"], undeclaredHint(at, intent.spec, payload));
}

function unmetInput(node: ContractNode, rule: ViolationEntry, at: string, traced: Traced): Place | null {
  const [name = ""] = parsePointer(at);
  if (rule.constraint === "required") return unboundInput(node, name, traced);
  return mistypedInput(node, name, traced);
}

/** The last step that turned the run from its straight way. */
function turned({ node: key, step: name }: Classification, summary: Summary, plan: Plan): Place | null {
  const node = contractNode(plan, key);
  const step = node?.contract.steps.find((one) => one.name === name);
  if (node === undefined || step === undefined) return null;
  const reason = summary.reasons.findLast(
    (one) => one.run === MAIN_RUN && one.node === key && one.step === name,
  );
  return reason === undefined
    ? declaredWay(node, step, undefined)
    : (mended(node, step, reason.reason, { plan, payload: summary.payload }) ??
        declaredWay(node, step, reason.reason));
}

/** What can be mended about a step's reason: an input nobody gave it, or its store. */
function mended(node: ContractNode, step: Step, reason: JsonObject, traced: Traced): Place | null {
  const hint = dataHint(reason);
  if (hint !== undefined) return place(node.contract.fqdn, stepPath(step.index, "inputs"), hint);
  if (step.kind === "effect") {
    const binding = traced.plan.runtimeBinding;
    const ofPolicy = remoteHint(reason, { effect: step.code, binding });
    if (ofPolicy !== undefined) return place(binding, ["core", "bindings", step.code], ofPolicy);
  }
  if (own(reason, "code") === "NO_PATH") {
    const change = { do: "add", as: "the name of a store of the STRUCTURE" } as const;
    return edit(node.contract.fqdn, stepPath(step.index, "store"), change, traced.plan);
  }
  if (own(reason, "code") === "STORE_CONSULTED")
    return place(node.contract.fqdn, stepPath(step.index, "store"), CONSULTED_HINT);
  const field = own(reason, "field");
  const isMissing = own(reason, "code") === "INPUT_MISSING" || own(reason, "constraint") === "required";
  return isMissing && typeof field === "string" ? unboundStepInput(node, step, field, traced) : null;
}

const CONSULTED_HINT =
  "only read the store, which the workflow consults, or write to it in a workflow whose own runtime binding declares it";

function declaredWay({ contract }: ContractNode, step: Step, reason: JsonObject | undefined): Place | null {
  const why = reason === undefined ? "" : `: ${JSON.stringify(reason)}`;
  const hint = `the protocol declares this outcome; the step's input caused it${why}`;
  return place(contract.fqdn, stepPath(step.index, "inputs"), hint, "nothing");
}
