/**
 * From tables to a Plan: every reference resolved, every path parsed, every capability bound. A workflow that
 * does not compile is refused with all the reasons (SPEC 2.2); what may still be refused at run time compiles
 * and is listed as a finding.
 */

import type { PackagePin, Registry } from "../capabilities/registry.ts";
import type { Artifact } from "../snapshot/artifact.ts";
import { codeOf, firstWordOf, qualify } from "../snapshot/fqdn.ts";
import { type Path, quote, suggested } from "../snapshot/hint.ts";
import { closureFiles, closureRoot } from "../snapshot/load.ts";
import type { Hint, NodeTable, Report, WorkflowTable } from "../snapshot/parse.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { ContractScope } from "./bind-capability.ts";
import { checkPolicies } from "./check-retry.ts";
import { Closure } from "./closure.ts";
import { compileContract } from "./compile-contract.ts";
import { compileIntent } from "./compile-intent.ts";
import {
  type Expression,
  ExpressionError,
  mapPaths,
  type PathExpression,
  type PathWithin,
  parseExpression,
  pathsIn,
} from "./expression.ts";
import { findings } from "./findings.ts";
import type { FieldSpec, IntentSpec, ValueType } from "./intent.ts";
import { compose } from "./molecule.ts";
import type {
  Admission,
  AdmissionRule,
  Binding,
  Contract,
  ContractNode,
  ExitNode,
  FindWorkflow,
  IntentNode,
  NodeKey,
  Plan,
  PlanNode,
  Routes,
} from "./plan.ts";
import { findSecrets } from "./secrets.ts";
import { resolveStorage, type Storage } from "./storage.ts";
import { placeOfText, suggestExpression, suggestOwner, suggestRoot } from "./suggest/misspelt.ts";
import { findIn } from "./workflows.ts";

/**
 * The plan of a workflow; `called` finds those of the workflows that its steps name while it runs.
 * @throws CompileFault with every reason; SnapshotFault or SealFault when an artifact of the closure is refused.
 */
export async function compile(
  workflow: Artifact,
  snapshot: Snapshot,
  registry: Registry,
  called: FindWorkflow = findIn(snapshot, (artifact, find) => compile(artifact, snapshot, registry, find)),
): Promise<Plan> {
  const closure = new Closure(snapshot, workflow);
  const report = closure.reportFor(workflow);
  const table = snapshot.tables.workflow(workflow, report);
  const storage = resolveStorage(table, closure, report);
  const keys = new Set(table.nodes.map(({ key }) => key));
  const capable = (await registry.including?.(codesIn(table, closure))) ?? registry;
  const nodes = compileNodes({ table, keys, storage, closure, registry: capable, report });
  checkPolicies(nodes.values(), storage);
  const admission = compileAdmission(table);
  await snapshot.confirm?.(closure.artifacts.values());
  if (closure.reasons.length > 0) {
    // The report needs a YAML parser, which a workflow that compiles never loads.
    const { refusal } = await import("./refusal.ts");
    throw await refusal(workflow.fqdn, closure.reasons, snapshot);
  }
  const capabilities = packagesOf(nodes.values(), capable);
  capable.requireLocked?.(capabilities, snapshot);
  await prepareTransforms(nodes.values());
  const files = closureFiles(closure.artifacts.values());
  const plan: Omit<Plan, "findings"> = {
    workflow: {
      fqdn: workflow.fqdn,
      code: codeOf(workflow.fqdn),
      contentHash: workflow.contentHash,
      summary: table.summary,
    },
    snapshot: { root: snapshot.rootOf(closure.artifacts.values()), seal: snapshot.state },
    closureRoot: closureRoot(closure.artifacts.values()),
    closureFiles: files,
    closureTexts: () => new Map([...closure.artifacts.values()].map(({ file, text }) => [file, text])),
    proof: () => snapshot.proof(files.map(({ path }) => path)),
    supersededBy: table.supersededBy.map(({ name }) => qualify(name, closure.namespace)),
    actorContext: table.actorContext === null ? null : qualify(table.actorContext, closure.namespace),
    runtimeBinding: table.runtimeBinding,
    capabilities,
    admission,
    start: table.start,
    nodes,
    secrets: findSecrets(nodes, admission),
    called,
  };
  return { ...plan, findings: findings(plan, workflow) };
}

/** The capabilities that the steps of the workflow name, before anything is compiled. */
function codesIn({ nodes }: WorkflowTable, closure: Closure): readonly string[] {
  const contracts = nodes.flatMap(({ type, code }) =>
    type === "CC" && code !== null ? (closure.peek(qualify(code, closure.namespace)) ?? []) : [],
  );
  const steps = contracts.flatMap((contract) => closure.tables.contract(contract, () => undefined).steps);
  return steps.flatMap(({ transform, sideEffect }) => [
    ...(transform === null ? [] : (atomsOf(closure.peek(transform)) ?? [transform])),
    ...(sideEffect === null ? [] : [sideEffect]),
  ]);
}

/** Undefined where the transform is no composition. */
function atomsOf(transform: Artifact | undefined): readonly string[] | undefined {
  return transform && compose(transform.fqdn, transform.ir, () => undefined)?.atoms;
}

/** The packages that the nodes' capabilities are of, each once, by name. */
function packagesOf(nodes: Iterable<PlanNode>, registry: Registry): readonly PackagePin[] {
  const pins = new Map<string, PackagePin>();
  for (const node of nodes) {
    if (node.type !== "CC") continue;
    const codes = node.contract.steps.flatMap((step) => (step.kind === "transform" ? step.atoms : [step.code]));
    for (const code of codes) {
      const origin = registry.capability(code)?.origin;
      if (origin) pins.set(origin.package, origin);
    }
  }
  return [...pins.values()].sort((a, b) => (a.package < b.package ? -1 : 1));
}

/** Loads the libraries of the workflow's transforms, so that the execution never waits for them. */
async function prepareTransforms(nodes: Iterable<PlanNode>): Promise<void> {
  for (const node of nodes) {
    if (node.type !== "CC") continue;
    for (const step of node.contract.steps) {
      if (step.kind === "transform") await step.transform.prepare?.();
    }
  }
}

interface NodeScope {
  readonly table: WorkflowTable;
  /** Those of the nodes that are declared. */
  readonly keys: ReadonlySet<NodeKey>;
  readonly storage: Storage;
  readonly closure: Closure;
  readonly registry: Registry;
  readonly report: Report;
}

function compileNodes(scope: NodeScope): ReadonlyMap<NodeKey, PlanNode> {
  const { table, report } = scope;
  const nodes = new Map<NodeKey, PlanNode>();
  const contracts = new Map<string, Contract | undefined>();
  for (const node of table.nodes) {
    const compiled = compileNode(node, scope, contracts);
    if (compiled !== undefined) nodes.set(node.key, compiled);
  }
  const start = table.nodes.find((node) => node.key === table.start);
  if (start === undefined) {
    const what = `start node ${table.start} is not declared`;
    report("NO_START", ["core", "start_node"], what, startMeant(table));
  } else if (start.type !== "IN") {
    report("START_NOT_IN", ["core", "start_node"], `start node ${table.start} is not an IN`, startMeant(table));
  }
  for (const node of table.nodes) {
    if (node.type === "IN" && node.key !== table.start) {
      const what = `${node.key} is a second IN node besides the start node ${table.start}`;
      report("TWO_STARTS", node.path, what, start?.type === "IN" ? { do: "remove" } : undefined);
    }
  }
  return new Map(
    [...nodes].map(([key, node]) => [
      key,
      node.type === "CC" ? withContradictions(node, nodes, table.start) : node,
    ]),
  );
}

function startMeant({ start, nodes }: WorkflowTable): Hint | undefined {
  const intents = nodes.filter(({ type }) => type === "IN").map(({ key }) => key);
  return intents.length === 0 ? undefined : { do: "change", to: suggested(start, intents) };
}

function compileNode(
  node: NodeTable,
  scope: NodeScope,
  contracts: Map<string, Contract | undefined>,
): PlanNode | undefined {
  switch (node.type) {
    case "IN":
      return compileIntentNode(node, scope);
    case "CC":
      return compileContractNode(node, scope, contracts);
    case "EXIT":
      return compileExit(node);
    default:
      scope.report(
        "NODE_TYPE",
        [...node.path, "type"],
        `${node.key} is of type ${node.type}, not IN, CC or EXIT`,
        { do: "change", to: typeMeant(node) },
      );
      return undefined;
  }
}

function compileExit({ key, reason, emit }: NodeTable): ExitNode {
  return { type: "EXIT", key, reason, emit: emit.map(({ name }) => name) };
}

/** The code of a node determines its type; a node without a code is an EXIT. */
function typeMeant({ code, type }: NodeTable): string {
  const prefix = code === null ? "EXIT" : firstWordOf(code.split("::").at(-1) ?? code);
  const types = ["IN", "CC", "EXIT"];
  return types.includes(prefix) ? quote(prefix) : suggested(type, types);
}

function compileIntentNode(node: NodeTable, scope: NodeScope): IntentNode {
  const { closure, report } = scope;
  const next = routes(node, scope);
  if (node.code === null) return { type: "IN", key: node.key, intent: null, next };
  const name = qualify(node.code, closure.namespace);
  const artifact = closure.resolve(name, "IN", report, [...node.path, "code"]);
  if (artifact === undefined) return { type: "IN", key: node.key, intent: null, next };
  const intentReport = closure.reportFor(artifact);
  const { inputs, additional } = closure.tables.intent(artifact, intentReport);
  const spec = compileIntent(inputs, ["core", "inputs"], intentReport);
  const isClosed = additional === false;
  return { type: "IN", key: node.key, intent: { fqdn: artifact.fqdn, spec, isClosed }, next };
}

function compileContractNode(
  node: NodeTable,
  scope: NodeScope,
  contracts: Map<string, Contract | undefined>,
): ContractNode | undefined {
  const { closure } = scope;
  const next = routes(node, scope);
  const name = qualify(node.code ?? "", closure.namespace);
  if (!contracts.has(name)) contracts.set(name, resolveContract(name, node, scope));
  const contract = contracts.get(name);
  if (contract === undefined) return undefined;
  return {
    type: "CC",
    key: node.key,
    contract,
    inputs: nodeInputs(node, contract, scope),
    contradicted: new Set(),
    next,
  };
}

function resolveContract(name: string, node: NodeTable, scope: NodeScope): Contract | undefined {
  const artifact = scope.closure.resolve(name, "CC", scope.report, [...node.path, "code"]);
  if (artifact === undefined) return undefined;
  const contractScope: ContractScope = { ...scope, report: scope.closure.reportFor(artifact) };
  return compileContract(artifact, contractScope);
}

/** Finds the inputs whose source is declared with types of which the contract takes none. */
function withContradictions(
  node: ContractNode,
  nodes: ReadonlyMap<NodeKey, PlanNode>,
  start: NodeKey,
): ContractNode {
  const contradicted = node.inputs.filter(({ name, source }) => {
    const wanted = node.contract.inputs.find((input) => input.name === name)?.types ?? [];
    const declared = sourceTypes(source, nodes, start);
    return (
      wanted.length > 0 &&
      declared.length > 0 &&
      !declared.some((type) => wanted.some((one) => overlap(type, one)))
    );
  });
  return { ...node, contradicted: new Set(contradicted.map(({ name }) => name)) };
}

export function overlap(a: ValueType, b: ValueType): boolean {
  const isNumeric = (type: ValueType) => type === "integer" || type === "number";
  return a === b || (isNumeric(a) && isNumeric(b));
}

/** The types that intent or contract declare for a path's value; empty when nothing is declared. */
function sourceTypes(
  source: Expression,
  nodes: ReadonlyMap<NodeKey, PlanNode>,
  start: NodeKey,
): readonly ValueType[] {
  if (source.kind !== "path") return [];
  const [first, second, ...deeper] = source.segments;
  if (source.root === "results") {
    const node = nodes.get(String(first));
    return node?.type === "CC" && deeper.length === 0 ? (node.contract.outputs.get(String(second)) ?? []) : [];
  }
  const intent = nodes.get(start);
  if (source.root !== "payload" || intent?.type !== "IN") return [];
  let fields: IntentSpec | undefined = intent.intent?.spec;
  let types: readonly ValueType[] = [];
  for (const segment of source.segments) {
    const field: FieldSpec | undefined = fields?.[String(segment)];
    types = field?.types ?? [];
    fields = field?.fields;
  }
  return types;
}

/** A node without `inputs` takes each declared input from the payload field of that name (SPEC 4.4). */
function nodeInputs(node: NodeTable, contract: Contract, scope: NodeScope): readonly Binding[] {
  const { report } = scope;
  if (node.inputs === null) {
    return contract.inputs.map(({ name }) => ({
      name,
      source: { kind: "path", text: `$.payload.${name}`, root: "payload", segments: [name] },
    }));
  }
  const before = () => new Set(nodesBefore(node, scope.table));
  return Object.entries(node.inputs).flatMap(([name, value]) => {
    const path = [...node.path, "inputs", name];
    try {
      const source = mapPaths(parseExpression(value), redirectStatus);
      checkRoots(source, node, scope, path);
      return [{ name, source }];
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const hint = suggestExpression(error, (found) => isRoot(found) && isOfNode(found, before()));
      report("EXPRESSION", [...path, ...placeOfText(value, error.text)], error.message, hint);
      return [];
    }
  });
}

/** `$.results.<node>.result_status` is the node's outcome, which is not one of its published results. */
function redirectStatus(path: PathExpression): PathExpression {
  const [node, member, ...rest] = path.segments;
  const isStatus = path.root === "results" && member === "result_status" && rest.length === 0;
  return isStatus && node !== undefined ? { ...path, root: "outcomes", segments: [node] } : path;
}

function checkRoots(source: Expression, node: NodeTable, { keys, table, report }: NodeScope, path: Path): void {
  for (const found of pathsIn(source)) {
    const { text, segments, at } = found;
    if (!isRoot(found)) {
      const what = `${text} does not begin with $.payload or $.results`;
      report("UNKNOWN_ROOT", [...path, ...at], what, suggestRoot(found, ["payload", "results"]));
    } else if (!isOfNode(found, keys)) {
      const what = `${text} names the node ${segments[0]}, which is not declared`;
      const hint = suggestOwner(found, nodesBefore(node, table), ["payload"]);
      report("UNKNOWN_NODE", [...path, ...at], what, hint);
    }
  }
}

const ROOTS: ReadonlySet<string> = new Set(["payload", "results", "outcomes"]);

const isRoot = ({ root }: PathWithin) => ROOTS.has(root);

/** The nodes that lead to a node, itself left out: whose results it can have. */
function nodesBefore({ key }: NodeTable, { nodes }: WorkflowTable): readonly string[] {
  const before = new Set<string>();
  const open = [key];
  for (let target = open.pop(); target !== undefined; target = open.pop()) {
    for (const { key: source, next } of nodes) {
      if (before.has(source) || ![...next.values()].includes(target)) continue;
      before.add(source);
      open.push(source);
    }
  }
  before.delete(key);
  return nodes.map((node) => node.key).filter((one) => before.has(one));
}

/** Whether a path to results names one of the nodes, or none. */
function isOfNode({ root, segments: [node] }: PathWithin, keys: ReadonlySet<string>): boolean {
  return root === "payload" || node === undefined || keys.has(String(node));
}

/** No edge leads to the start, nor back to where it begins. */
function targetMeant(given: string, from: NodeTable, { nodes, start }: WorkflowTable): Hint {
  const others = nodes.map(({ key }) => key).filter((key) => key !== start && key !== from.key);
  return { do: "change", to: suggested(given, others) };
}

function routes(node: NodeTable, { table, keys, report }: NodeScope): Routes {
  const byOutcome = new Map<string, NodeKey>();
  for (const [outcome, target] of node.next) {
    if (!keys.has(target)) {
      report(
        "UNKNOWN_NODE",
        [...node.path, "next", outcome],
        `next.${outcome} leads to ${target}, which is not declared`,
        targetMeant(target, node, table),
      );
    }
    if (outcome !== "default") byOutcome.set(outcome, target);
  }
  return { byOutcome, otherwise: node.next.get("default") };
}

/** A forbidden event without bindings of its own is matched on all bindings together (SPEC 4.2). */
function compileAdmission({ requires, forbids, bindings }: WorkflowTable): Admission {
  const fieldsOf = (event: string) => [...(bindings.get(event) ?? new Map<string, string>())];
  const all = [...bindings.keys()].flatMap(fieldsOf);
  const rule = (event: string, fields: readonly (readonly [string, string])[]): AdmissionRule => ({
    event,
    bindings: fields.map(([eventField, payloadField]) => ({ eventField, payloadField })),
  });
  return {
    requires: requires.map((event) => rule(event, fieldsOf(event))),
    forbids: forbids.map((event) => rule(event, bindings.has(event) ? fieldsOf(event) : all)),
  };
}
