/** `pgs plan`: the compiled workflow, and what looks wrong in it. */

import { parsePointer } from "../../../json/pointer.ts";
import { textOf } from "../../../plan/expression.ts";
import { inReadingOrder, routesOf } from "../../../plan/graph.ts";
import type {
  Action,
  Binding,
  Contract,
  Finding,
  IntentNode,
  Plan,
  PlanNode,
  Step,
} from "../../../plan/plan.ts";
import { type Retry, retryText } from "../../../plan/retry.ts";
import { fqdnOfFile } from "../../../snapshot/fqdn.ts";
import type { AuthoredPlace } from "../../../snapshot/hint.ts";
import { markdownLine } from "../../../snapshot/markdown-line.ts";
import type { Snapshot } from "../../../snapshot/snapshot.ts";
import { type FindPlace, openPlaces, placedHint } from "../../authored-places.ts";
import { type Paint, painter } from "../../colour.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { open, planIn } from "../../load.ts";
import { choice } from "../../option.ts";
import { hintLines, plain, printJson, printText } from "../../print.ts";
import { SEAL, WORKFLOW_ARGUMENT, WORKFLOW_OPTION, workflowOf } from "../../shared-options.ts";
import { trustOf } from "../../trust.ts";

export const plan = defineCommand({
  arguments: WORKFLOW_ARGUMENT,
  options: {
    Plan: {
      ...WORKFLOW_OPTION,
      witness: choice(
        "kind",
        ["tokenized"],
        "compare the plan with the tokenized projection of the snapshot, field by field",
      ),
      ...SEAL,
    },
  },
  shared: ["workspace", "snapshot", "json", "debug", "no-color"],
  examples: [
    ["pgs plan release_governance::WF_RELEASE_CHANGE_V0", "print every node with its steps and its routes"],
    ["pgs plan release_governance::WF_RELEASE_CHANGE_V0 --json", "print the same for a program"],
  ],
  exitCodes: {
    SUCCESS: "the workflow compiles",
    SNAPSHOT: true,
    FOUND: "with --witness: the projection differs from the plan",
  },
  async action(request, context) {
    const { platform, settings } = context;
    const workflow = workflowOf(request);
    const snapshot = await open(context, trustOf(request, context));
    const compiled = await planIn(snapshot, workflow, context);
    if (request.witness !== undefined) {
      const [{ witnessesOf }, { printWitnesses }] = await Promise.all([
        import("../../../plan/witness.ts"),
        import("./witness-view.ts"),
      ]);
      return printWitnesses(compiled, witnessesOf(compiled, snapshot, platform.files), context);
    }
    const find = await openPlaces(context);
    const findings = await Promise.all(compiled.findings.map((finding) => locate(finding, find, snapshot)));
    if (settings.json) printJson(context, toJson(compiled, findings));
    else printText(context, toText(compiled, findings, await painter(settings)));
    return EXIT.SUCCESS;
  },
});

function toText(compiled: Plan, findings: readonly LocatedFinding[], paint: Paint): string {
  const { workflow, snapshot, supersededBy, actorContext, admission, start } = compiled;
  const { requires, forbids } = admission;
  return [
    `${paint("strong", workflow.fqdn)}  ${plain(workflow.summary)}\nsnapshot ${snapshot.seal} ${snapshot.root}\n`,
    ...supersededBy.map((name) => `${paint("bad", "superseded by")} ${plain(name)}\n`),
    ...(actorContext === null ? [] : [`actor ${plain(actorContext)}\n`]),
    ...requires.map(({ event }) => `requires ${plain(event)}\n`),
    ...forbids.map(({ event }) => `forbids ${plain(event)}\n`),
    ...inReadingOrder(compiled).map((node) => `\n${nodeText(node, node.key === start)}`),
    ...findings.map((finding) => findingText(finding, paint)),
  ].join("");
}

function findingText(
  { code, what, file, pointer, content_line: line, authored, hint }: LocatedFinding,
  paint: Paint,
): string {
  const inArtifact = `${file} ${pointer}${line === null ? "" : `, line ${line} of its Markdown`}`;
  const place = authored === undefined ? inArtifact : `${authored.file}:${authored.line}`;
  const hintLine = hint === undefined ? "" : `  ${hintLines([hint])}`;
  return `\n${paint("bad", code)} ${plain(what)}\n  ${plain(place)}\n${hintLine}`;
}

/** A finding with its line in the authored Markdown. */
interface LocatedFinding extends Omit<Finding, "hint"> {
  /** The field's line in the authored Markdown; null where that does not say. */
  readonly content_line: number | null;
  /** The place in the workspace's Markdown, where that is what makes the artifact. */
  readonly authored?: AuthoredPlace;
  readonly hint?: string;
}

async function locate(
  { hint, ...finding }: Finding,
  find: FindPlace,
  snapshot: Snapshot,
): Promise<LocatedFinding> {
  const { file } = finding;
  const name = fqdnOfFile(file);
  const artifact = name === undefined ? undefined : snapshot.artifact(name);
  const path = parsePointer(finding.pointer).slice(1);
  const content_line = artifact === undefined ? null : await markdownLine(artifact, path);
  const authored = find(file, path);
  const located = { ...finding, content_line, ...(authored === null ? {} : { authored }) };
  if (hint === undefined) return located;
  return { ...located, hint: await placedHint({ file, path: hint.path, hint: hint.text }, find, snapshot) };
}

function nodeText(node: PlanNode, isStart: boolean): string {
  const mark = isStart ? " (start)" : "";
  if (node.type === "EXIT") {
    const emits = node.emit.length === 0 ? "" : ` emits ${node.emit.join(", ")}`;
    return lineOf(`${node.key} EXIT ${node.reason ?? ""}${emits}`);
  }
  const bound = node.type === "CC" ? node.contract.fqdn : (node.intent?.fqdn ?? "");
  const head = lineOf(`${node.key} ${node.type}${mark} ${bound}`);
  const steps = node.type === "CC" ? node.contract.steps.map(stepText).join("") : "";
  return `${head}${steps}${routesOf(node.next)
    .map(([outcome, to]) => lineOf(`  ${outcome} -> ${to}`))
    .join("")}`;
}

function stepText(step: Step): string {
  const what =
    step.kind === "transform"
      ? step.code
      : `${step.code} ${step.op} ${step.store ?? step.path ?? "(no store)"}${step.reach === "consulted" ? " (consulted)" : ""}`;
  const tried = step.kind === "effect" && step.retry !== null ? [retryText(step.retry)] : [];
  const verified = step.kind === "effect" && step.verify ? ["verified"] : [];
  return [
    lineOf(`  - ${step.name}: ${what}`),
    ...[...tried, ...verified].map((text) => lineOf(`      ${text}`)),
  ].join("");
}

const lineOf = (text: string) => `${plain(text)}\n`;

function toJson(plan: Plan, findings: readonly LocatedFinding[]): unknown {
  return {
    workflow: plan.workflow,
    snapshot: plan.snapshot,
    superseded_by: plan.supersededBy,
    actor_context: plan.actorContext,
    runtime_binding: plan.runtimeBinding,
    admission: plan.admission,
    start: plan.start,
    nodes: Object.fromEntries([...plan.nodes].map(([key, node]) => [key, nodeJson(node)])),
    suppressed: plan.secrets === null ? null : Object.fromEntries(plan.secrets.paths),
    findings,
  };
}

function nodeJson(node: PlanNode): unknown {
  if (node.type === "EXIT") return { ...node, emit: node.emit.length > 1 ? node.emit : (node.emit[0] ?? null) };
  const next = Object.fromEntries(routesOf(node.next));
  if (node.type === "IN") return { type: node.type, intent: node.intent && intentJson(node.intent), next };
  return { type: node.type, contract: contractJson(node.contract), inputs: bindingsJson(node.inputs), next };
}

function intentJson({ fqdn, spec, isClosed }: NonNullable<IntentNode["intent"]>): unknown {
  return { fqdn, spec, additional: !isClosed };
}

function contractJson(contract: Contract): unknown {
  return {
    fqdn: contract.fqdn,
    inputs: contract.inputs,
    allowed: [...contract.allowed],
    on_input_failure: contract.onInputFailure,
    suppress_trace_fields: [...contract.suppressed],
    steps: contract.steps.map(stepJson),
  };
}

function stepJson(step: Step): unknown {
  const bound =
    step.kind === "transform"
      ? { transform: step.code, on_success: step.onSuccess, on_failure: step.onFailure }
      : {
          side_effect: step.code,
          op: step.op,
          store: step.store,
          path: step.path,
          reach: step.reach,
          outcomes: [...step.declared],
          retry: step.retry && retryJson(step.retry),
          verify: step.verify,
        };
  return {
    step: step.name,
    ...bound,
    inputs: bindingsJson(step.inputs),
    outputs: bindingsJson(step.outputs),
    on_result: Object.fromEntries([...step.onResult].map(([outcome, action]) => [outcome, actionJson(action)])),
  };
}

function retryJson({ maxAttempts, backoff, factor, maxBackoff, on }: Retry): unknown {
  return {
    max_attempts: maxAttempts,
    backoff_ms: backoff,
    factor,
    max_backoff_ms: maxBackoff,
    on: [...on],
  };
}

function bindingsJson(bindings: readonly Binding[]): unknown {
  return Object.fromEntries(bindings.map(({ name, source }) => [name, textOf(source)]));
}

function actionJson(action: Action): unknown {
  if (action.do === "step") return { step: action.name };
  if (action.do !== "evaluate") return action.do;
  const { condition, onTrue, onFalse } = action.evaluation;
  return { evaluate: action.name, condition: condition.text, on_true: onTrue, on_false: onFalse };
}
