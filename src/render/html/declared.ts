/**
 * A declared workflow as one HTML page: the picture, and every node, which can be opened. It needs no network and no
 * script.
 */

import { counted } from "../../errors/counted.ts";
import type { Json } from "../../json/value.ts";
import { textOf } from "../../plan/expression.ts";
import { inReadingOrder, routesOf, toGraph } from "../../plan/graph.ts";
import type { FieldSpec } from "../../plan/intent.ts";
import type {
  Action,
  AdmissionRule,
  Binding,
  Contract,
  ContractNode,
  EffectStep,
  ExitNode,
  IntentNode,
  Plan,
  PlanNode,
  Routes,
  Step,
} from "../../plan/plan.ts";
import { retryText } from "../../plan/retry.ts";
import type { Path } from "../../snapshot/hint.ts";
import { bareCode } from "../../trace/declared-graph.ts";
import { renderDeclaredSvg } from "../declared-svg.ts";
import { sizeText, tooLarge } from "../picture/size.ts";
import { headOf } from "./head.ts";
import { outcomeChip } from "./step.ts";
import { code, facts, Html, html, NOTHING, type Part } from "./text.ts";
import { named } from "./value.ts";

/** A line of an authored text. */
export interface Source {
  /** File and line, for people. */
  readonly text: string;
  /** Relative to the folder of the page. */
  readonly href: string;
}

/** Where the field at the path below the Machine block of an artifact is authored; null where no file says. */
export type SourceOf = (artifact: string, path: Path) => Source | null;

interface Page {
  readonly plan: Plan;
  readonly sourceOf: SourceOf;
  /** The fragment of what a node shows. */
  readonly ids: ReadonlyMap<string, string>;
}

/** The page. Pure: same plan and sources, same text. */
export function renderDeclaredHtml(plan: Plan, sourceOf: SourceOf): string {
  const nodes = inReadingOrder(plan);
  const page: Page = { plan, sourceOf, ids: new Map(nodes.map(({ key }, i) => [key, `node-${i + 1}`])) };
  const { fqdn, summary } = plan.workflow;
  return html`<!DOCTYPE html>
<html lang="en">
${headOf(fqdn, MORE_STYLE)}
<body>
<main>
<h1>${fqdn}</h1>
<p>${summary}</p>
<div class="picture">${pictureOf(page)}</div>
<h2>Workflow</h2>
${facts(factsOf(page))}
${renderAdmission(plan)}
<h2>Nodes</h2>
<ol class="path">${nodes.map((node, i) => renderNode(node, i + 1, page))}</ol>
${renderStores(page)}
</main>
</body>
</html>
`.markup;
}

const MORE_STYLE = `
.path>.declared{border-color:var(--quiet-line)}
.declared>details>summary{background:var(--quiet-fill)}
.source{font-size:.82rem}
.source,dt{overflow-wrap:anywhere}
ul{margin:.4rem 0;padding-left:1.3rem}
`;

function pictureOf({ plan, ids }: Page): Html {
  const graph = toGraph(plan);
  const size = tooLarge(graph);
  if (size !== null) return html`<p>${sizeText(size)}</p>`;
  return new Html(renderDeclaredSvg(graph, (node) => `#${ids.get(node)}`));
}

function factsOf(page: Page): readonly (readonly [string, Part])[] {
  const { workflow, snapshot, runtimeBinding, start } = page.plan;
  return [
    ["Authored in", sourceLink(workflow.fqdn, [], page)],
    ["Start", nodeLink(start, page)],
    ["Runtime binding", artifactLink(runtimeBinding, page)],
    ["Workflow content", code(workflow.contentHash)],
    ["Snapshot root", html`${code(snapshot.root)} (${snapshot.seal})`],
  ];
}

/** `–` where no file is known. */
function sourceLink(artifact: string, path: Path, { sourceOf }: Page): Html {
  const source = sourceOf(artifact, path);
  return source === null ? html`–` : html`<a class="source" href="${source.href}">${source.text}</a>`;
}

function artifactLink(artifact: string, page: Page): Html {
  return html`${code(artifact)} ${sourceLink(artifact, [], page)}`;
}

function nodeLink(key: string, { ids }: Page): Html {
  const id = ids.get(key);
  return id === undefined ? code(key) : html`<a href="#${id}">${code(key)}</a>`;
}

function renderAdmission({ admission: { requires, forbids } }: Plan): Html {
  if (requires.length + forbids.length === 0) return NOTHING;
  const rule = (kind: string) => (one: AdmissionRule) => {
    const fields = one.bindings.map(({ eventField, payloadField }): [string, Part] => [
      eventField,
      html`${code(`$.payload.${payloadField}`)}`,
    ]);
    return html`<li>${kind} ${code(one.event)}${labelled("where", fields)}</li>`;
  };
  return html`<h2>Admission</h2>
<ul>${requires.map(rule("requires"))}${forbids.map(rule("forbids"))}</ul>`;
}

// ---- nodes ----

const KINDS = { IN: "intent", CC: "contract", EXIT: "exit" } as const;

function renderNode(node: PlanNode, order: number, page: Page): Html {
  const { fqdn } = page.plan.workflow;
  return html`
<li class="declared"><details>
<summary><span class="badge">${order}</span> <h3>${node.key}</h3> <span class="quiet">${KINDS[node.type]} ${boundTo(node)}</span></summary>
<div class="inside" id="${page.ids.get(node.key) ?? ""}">
<p>Node: ${sourceLink(fqdn, ["core", "nodes", node.key], page)}</p>
${insideOf(node, page)}
</div></details></li>`;
}

function boundTo(node: PlanNode): string {
  if (node.type === "EXIT") return node.reason ?? "";
  return bareCode((node.type === "CC" ? node.contract.fqdn : node.intent?.fqdn) ?? "");
}

function insideOf(node: PlanNode, page: Page): Html {
  switch (node.type) {
    case "IN":
      return renderIntent(node, page);
    case "CC":
      return renderContractNode(node, page);
    case "EXIT":
      return renderExit(node);
  }
}

function renderIntent({ intent, next }: IntentNode, page: Page): Html {
  if (intent === null) return html`<p>Accepts every payload.</p>${renderRoutes(next, page)}`;
  return html`<p>Intent: ${artifactLink(intent.fqdn, page)}</p>
${labelled("Payload", Object.entries(intent.spec).map(fieldRow))}
${intent.isClosed ? html`<p>Members that are not declared are violations.</p>` : NOTHING}${renderRoutes(next, page)}`;
}

function fieldRow([name, spec]: readonly [string, FieldSpec]): readonly [string, Part] {
  const { types, required, items, fields, enum: values, ...rules } = spec;
  const parts = [
    types.length === 0 ? "any" : types.join(" or "),
    ...(required ? ["required"] : []),
    ...(values === undefined ? [] : [`one of ${JSON.stringify(values)}`]),
    ...(rules.default === undefined ? [] : [`default ${JSON.stringify(rules.default)}`]),
    ...(rules.minimum === undefined ? [] : [`at least ${rules.minimum}`]),
    ...(rules.minItems === undefined ? [] : [`${counted(rules.minItems, "item")} or more`]),
    ...(rules.format === undefined ? [] : [rules.format]),
    ...(rules.prefix === undefined ? [] : [`prefix ${JSON.stringify(rules.prefix)}`]),
  ];
  const within = fields ?? items?.fields;
  const inner = within === undefined ? NOTHING : facts(Object.entries(within).map(fieldRow));
  return [name, html`${parts.join(", ")}${inner}`];
}

function renderContractNode({ contract, inputs, next }: ContractNode, page: Page): Html {
  return html`<p>Contract: ${artifactLink(contract.fqdn, page)}</p>
<p>Outcomes: ${chipsOf(contract.allowed)}</p>
<p>When an input is missing or wrong: ${outcomeChip(contract.onInputFailure)}</p>
${labelled("Bindings of its inputs", inputs.map(bindingRow))}
${labelled("Declared inputs", contract.inputs.map(inputRow))}
${labelled("Declared outputs", outputRows(contract))}
${suppressed(contract)}
<p class="label">Steps</p><ol class="steps">${contract.steps.map((step) => renderStep(step, contract, page))}</ol>
${renderRoutes(next, page)}`;
}

function chipsOf(outcomes: ReadonlySet<string>): Html {
  return html`${[...outcomes].map((outcome) => html`${outcomeChip(outcome)} `)}`;
}

function bindingRow({ name, source }: Binding): readonly [string, Part] {
  return [name, code(textOf(source))];
}

function inputRow({ name, types, required, default: fallback }: Contract["inputs"][number]): [string, Part] {
  const type = types.length === 0 ? "any" : types.join(" or ");
  return [name, html`${type}${required ? ", required" : ""}${defaultOf(fallback)}`];
}

function defaultOf(value: Json | undefined): Html {
  return value === undefined ? NOTHING : html`, default ${code(JSON.stringify(value))}`;
}

function outputRows({ outputs }: Contract): readonly (readonly [string, Part])[] {
  return [...outputs].map(([name, types]) => [name, types.length === 0 ? "any" : types.join(" or ")]);
}

function suppressed({ suppressed: names }: Contract): Html {
  if (names.size === 0) return NOTHING;
  return html`<p>Never traced: ${[...names].map((name) => html`${code(name)} `)}</p>`;
}

function renderExit({ reason, emit }: ExitNode): Html {
  return facts([
    ["reason", reason === null ? "–" : code(reason)],
    ...emit.map((event) => ["announces", code(event)] as const),
  ]);
}

function renderRoutes(next: Routes, page: Page): Html {
  const rows = routesOf(next).map(([outcome, to]) => {
    return html`<li>${outcomeChip(outcome)} → ${nodeLink(to, page)}</li>`;
  });
  return html`<p class="label">Routes</p><ul>${rows}</ul>`;
}

// ---- steps ----

function renderStep(step: Step, contract: Contract, page: Page): Html {
  const actions = [...step.onResult].map(([outcome, action]): [string, Part] => [outcome, actionOf(action)]);
  return html`
<li class="step"><p class="name">${code(step.name)} ${sourceLink(contract.fqdn, ["core", "pipeline", step.index], page)}</p>
${step.kind === "transform" ? html`<p>transform ${artifactLink(step.code, page)}</p>` : renderEffect(step, page)}
${labelled("Inputs", step.inputs.map(bindingRow))}
${labelled("Outputs", step.outputs.map(bindingRow))}
${labelled("After each outcome", actions)}</li>`;
}

function renderEffect(step: EffectStep, page: Page): Html {
  const { code: effect, op, store, path, declared, policy, retry, verify } = step;
  const tried: readonly (readonly [string, Part])[] = retry === null ? [] : [["tried again", retryText(retry)]];
  const verified: readonly (readonly [string, Part])[] = verify
    ? [["verified", "a success counts where it is seen"]]
    : [];
  return html`<p>side effect ${artifactLink(effect, page)}</p>
${facts([
  ["operation", html`<strong>${op}</strong>`],
  ["store", store === null ? "–" : code(store)],
  ["file", path === null ? "–" : code(path)],
  ["outcomes", chipsOf(declared)],
  ...tried,
  ...verified,
])}
${Object.keys(policy).length === 0 ? NOTHING : named("Policy of the runtime binding", policy)}`;
}

function actionOf(action: Action): Html {
  switch (action.do) {
    case "continue":
      return html`continue`;
    case "exit":
      return html`exit`;
    case "step":
      return html`step ${code(action.name)}`;
    case "evaluate": {
      const { condition, onTrue, onFalse } = action.evaluation;
      return html`if ${code(condition.text)} then ${outcomeChip(onTrue)}, else ${outcomeChip(onFalse)}`;
    }
  }
}

/** Rows under a label; nothing where there are none. */
function labelled(label: string, rows: readonly (readonly [string, Part])[]): Html {
  return rows.length === 0 ? NOTHING : html`<p class="label">${label}</p>${facts(rows)}`;
}

// ---- stores ----

interface Use {
  readonly node: string;
  readonly step: EffectStep;
}

function renderStores(page: Page): Html {
  const uses = new Map<string, Use[]>();
  for (const node of page.plan.nodes.values()) {
    if (node.type !== "CC") continue;
    for (const step of node.contract.steps) {
      if (step.kind !== "effect" || step.path === null) continue;
      uses.set(step.path, [...(uses.get(step.path) ?? []), { node: node.key, step }]);
    }
  }
  if (uses.size === 0) return NOTHING;
  const rows = [...uses].sort(([a], [b]) => (a < b ? -1 : 1)).map((store) => renderStore(store, page));
  return html`<h2>Stores</h2>
<p>Files below the data root, as ${artifactLink(page.plan.runtimeBinding, page)} binds them.</p>
${rows}`;
}

function renderStore([path, uses]: readonly [string, readonly Use[]], page: Page): Html {
  const name = uses.find(({ step }) => step.store !== null)?.step.store ?? null;
  const items = uses.map(({ node, step }) => {
    return html`<li>${nodeLink(node, page)} ${code(step.name)}: ${code(bareCode(step.code))} <strong>${step.op}</strong></li>`;
  });
  return html`<p>${code(path)}${name === null ? NOTHING : html` <span class="quiet">store ${code(name)}</span>`}</p><ul>${items}</ul>`;
}
