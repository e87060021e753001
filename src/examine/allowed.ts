/** Did the protocol allow it? Every node, edge, step and operation of the record is one a plan declares (SPEC 6.2). */

import { targetOf } from "../capabilities/effect.ts";
import type { PackagePin } from "../capabilities/registry.ts";
import { advance } from "../engine/advance.ts";
import { RunFault } from "../errors/base.ts";
import type { Digest } from "../json/canonical.ts";
import type { Action, ContractNode, Plan, PlanNode, Step } from "../plan/plan.ts";
import { type EvaluationEnd, type EventOf, MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import { SessionRules } from "./allowed-sessions.ts";
import { AttemptCheck } from "./attempts.ts";
import { finding, type TraceFinding } from "./finding.ts";

/** Findings by line; `events[i]` is line i + 1 of an intact trace. Each nested run is held against its own plan. */
export async function checkAllowed(plan: Plan, events: Iterable<TraceEvent>): Promise<readonly TraceFinding[]> {
  const check = new AllowedCheck(plan);
  for (const event of events) {
    const checked = check.take(event);
    if (checked !== undefined) await checked;
  }
  return check.found;
}

/** Takes the events of an intact trace in their order. */
export class AllowedCheck {
  /** By line. */
  readonly found: TraceFinding[] = [];
  readonly #plans: Map<string, Plan>;
  readonly #sessions = new SessionRules((run, node, step) =>
    stepsOf(this.#plans.get(run)?.nodes.get(node)).find(({ name }) => name === step),
  );
  readonly #attempts = new AttemptCheck();
  /** What was taken while the plan of a nested run is looked for. */
  readonly #behind: TraceEvent[] = [];
  #caughtUp: Promise<void> | undefined;

  constructor(plan: Plan) {
    this.#plans = new Map([[MAIN_RUN, plan]]);
  }

  /** Undefined where the event was checked; else resolves when it was: a plan may have to be compiled first. */
  take(event: TraceEvent): Promise<void> | undefined {
    if (this.#caughtUp === undefined && !isNestedStart(event)) {
      this.#check(event);
      return undefined;
    }
    this.#behind.push(event);
    this.#caughtUp ??= this.#catchUp();
    return this.#caughtUp;
  }

  async #catchUp(): Promise<void> {
    for (let event = this.#behind.shift(); event !== undefined; event = this.#behind.shift()) {
      if (isNestedStart(event)) await this.#begin(event);
      this.#check(event);
    }
    this.#caughtUp = undefined;
  }

  async #begin(event: Start): Promise<void> {
    const nested = await nestedPlan(event, this.#plans);
    if ("nodes" in nested) this.#plans.set(event.run, nested);
    else this.found.push(nested);
  }

  #check(event: TraceEvent): void {
    const own = this.#plans.get(event.run);
    if (own !== undefined) {
      for (const one of checkEvent(own, event)) this.found.push(one);
      for (const one of this.#attempts.take(own, event)) this.found.push(one);
    }
    for (const one of this.#sessions.check(event)) this.found.push(one);
    if (event.event_type === "workflow_complete" && event.run !== MAIN_RUN) this.#plans.delete(event.run);
  }
}

function isNestedStart(event: TraceEvent): event is Start {
  return event.event_type === "execution_start" && event.run !== MAIN_RUN;
}

type Start = EventOf<"execution_start">;

/** The plan of a nested run that a declared step may have called. */
async function nestedPlan(
  { payload, sequence }: Start,
  plans: ReadonlyMap<string, Plan>,
): Promise<Plan | TraceFinding> {
  const { workflow_code, parent } = payload;
  const caller = parent === undefined ? undefined : plans.get(parent.run);
  const node = caller?.nodes.get(parent?.node ?? "");
  const step = stepsOf(node).find(({ name }) => name === parent?.step);
  const isCalling = step?.kind === "effect" && targetOf(step.operation).callsWorkflows;
  if (caller === undefined || !isCalling) return finding("NOT_CALLED", sequence, { workflow: workflow_code });
  try {
    return (
      (await caller.called(workflow_code)) ?? finding("UNKNOWN_WORKFLOW", sequence, { workflow: workflow_code })
    );
  } catch (error) {
    if (!(error instanceof RunFault)) throw error;
    return finding("UNKNOWN_WORKFLOW", sequence, { workflow: workflow_code });
  }
}

function checkEvent(plan: Plan, event: TraceEvent): readonly TraceFinding[] {
  const line = event.sequence;
  const node = event.node_id === undefined ? undefined : plan.nodes.get(event.node_id);
  const name = event.node_id ?? null;
  switch (event.event_type) {
    case "execution_start":
      return checkSnapshot(plan, event.payload, line);
    case "node_start": {
      const isDeclared =
        node?.type === event.payload.node_type && codeOf(node) === (event.payload.capability_code ?? null);
      return isDeclared ? [] : [finding("UNKNOWN_NODE", line, { node: name })];
    }
    case "node_end": {
      const { status, next } = event.payload;
      return nextOf(node, status) === next
        ? []
        : [finding("NOT_AN_EDGE", line, { node: name, outcome: status, next })];
    }
    case "transform_end": {
      const { step, ct_code } = event.payload;
      const isDeclared = stepsOf(node).some(
        (one) => one.name === step && one.kind === "transform" && one.code === ct_code,
      );
      return isDeclared ? [] : [finding("UNKNOWN_STEP", line, { node: name, step })];
    }
    case "side_effect_start": {
      const { step, cs_code, op, store } = event.payload;
      const isDeclared = stepsOf(node).some(
        (one) =>
          one.name === step &&
          one.kind === "effect" &&
          one.code === cs_code &&
          one.op === op &&
          one.store === store,
      );
      return isDeclared ? [] : [finding("UNKNOWN_STEP", line, { node: name, step })];
    }
    case "evaluation_end": {
      const { evaluation, outcome } = event.payload;
      const isDeclared = stepsOf(node).some((one) => canEnd(one, event.payload));
      return isDeclared ? [] : [finding("UNKNOWN_EVALUATION", line, { node: name, evaluation, outcome })];
    }
    case "event_announced": {
      const { event_code } = event.payload;
      const isDeclared = node?.type === "EXIT" && node.emit.includes(event_code);
      return isDeclared ? [] : [finding("NOT_ANNOUNCED", line, { node: name, event_code })];
    }
    default:
      return [];
  }
}

export function checkSnapshot(
  plan: Plan,
  { snapshot, content_hash, workflow_code, capabilities = [] }: Start["payload"],
  line: number,
): readonly TraceFinding[] {
  const found = snapshot.seal === "verified" ? plan.closureRoot : sealedRoot(plan);
  const differs =
    snapshot.root === found
      ? differingClosure(snapshot.closure_root, plan.closureRoot, line)
      : [finding("SNAPSHOT_DIFFERS", line, { recorded: snapshot.root, found })];
  const isSameText = content_hash === plan.workflow.contentHash;
  const otherText = isSameText ? [] : [finding("WORKFLOW_DIFFERS", line, { workflow: workflow_code })];
  return [...differs, ...otherText, ...differingPackages(capabilities, plan.capabilities, line)];
}

/** Of a snapshot with the recorded root, the recorded artifacts are these, too: else the record of them was changed. */
function differingClosure(recorded: Digest | undefined, found: Digest, line: number): readonly TraceFinding[] {
  if (recorded === undefined || recorded === found) return [];
  return [finding("CLOSURE_DIFFERS", line, { recorded, found })];
}

function differingPackages(
  recorded: readonly PackagePin[],
  found: readonly PackagePin[],
  line: number,
): readonly TraceFinding[] {
  const differs = (name: string, before?: PackagePin, now?: PackagePin) => {
    const facts = { package: name, recorded: toFact(before), found: toFact(now) };
    return finding("CAPABILITY_DIFFERS", line, facts);
  };
  const names = [...new Set([...recorded, ...found].map((one) => one.package))].sort();
  const others = names.flatMap((name) => {
    const [before, now] = [recorded, found].map((pins) => pins.find((one) => one.package === name));
    return isSamePin(before, now) ? [] : [differs(name, before, now)];
  });
  if (others.length > 0) return others;
  // A run records each package once, by name.
  const index = recorded.findIndex((one, i) => !isSamePin(one, found[i]));
  const [before, now] = [recorded[index], found[index]];
  return before === undefined ? [] : [differs(before.package, before, now)];
}

const isSamePin = (a: PackagePin | undefined, b: PackagePin | undefined) =>
  a?.package === b?.package && a?.version === b?.version && a?.digest === b?.digest;

const toFact = (pin: PackagePin | undefined) =>
  pin === undefined ? null : { version: pin.version, digest: pin.digest };

/** Null without a seal: then it is not the snapshot of a run that was on a sealed one, whatever root is on record. */
function sealedRoot({ snapshot }: Plan): Digest | null {
  return snapshot.seal === "sealed" ? snapshot.root : null;
}

function codeOf(node: PlanNode): string | null {
  if (node.type === "CC") return node.contract.fqdn;
  return node.type === "IN" ? (node.intent?.fqdn ?? null) : null;
}

function nextOf(node: PlanNode | undefined, outcome: string): string | null | undefined {
  return node === undefined || node.type === "EXIT" ? undefined : advance(node, outcome);
}

/** Whether an outcome of the step leads to the evaluation that is recorded. */
function canEnd({ onResult }: Step, recorded: EvaluationEnd): boolean {
  for (const action of onResult.values())
    if (action.do === "evaluate" && isOutcomeOf(action, recorded)) return true;
  return false;
}

type EvaluateAction = Extract<Action, { do: "evaluate" }>;

function isOutcomeOf(
  { name, evaluation: { condition, onTrue, onFalse } }: EvaluateAction,
  recorded: EvaluationEnd,
): boolean {
  const isSame = name === recorded.evaluation && condition.text === recorded.condition;
  return isSame && (recorded.outcome === onTrue || recorded.outcome === onFalse);
}

function stepsOf(node: PlanNode | undefined): ContractNode["contract"]["steps"] {
  return node?.type === "CC" ? node.contract.steps : [];
}
