/** Did the protocol allow it? Every node, edge, step and operation of the record is one the plan declares (SPEC 6.2). */

import { advance } from "../engine/advance.ts";
import type { ContractNode, Plan, PlanNode } from "../plan/plan.ts";
import { MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import { finding, type TraceFinding } from "./finding.ts";

/** Findings by line; `events[i]` is line i + 1 of an intact trace. Nested runs have plans of their own. */
export function checkAllowed(plan: Plan, events: readonly TraceEvent[]): readonly TraceFinding[] {
  return events.flatMap((event) => (event.run === MAIN_RUN ? checkEvent(plan, event) : []));
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
    case "event_announced": {
      const { event_code } = event.payload;
      const isDeclared = node?.type === "EXIT" && node.emit === event_code;
      return isDeclared ? [] : [finding("NOT_ANNOUNCED", line, { node: name, event_code })];
    }
    default:
      return [];
  }
}

type Start = Extract<TraceEvent, { event_type: "execution_start" }>["payload"];

function checkSnapshot(
  plan: Plan,
  { snapshot, content_hash, workflow_code }: Start,
  line: number,
): readonly TraceFinding[] {
  const found = snapshot.seal === "verified" ? plan.closureRoot : plan.snapshot.root;
  const differs =
    snapshot.root === found ? [] : [finding("SNAPSHOT_DIFFERS", line, { recorded: snapshot.root, found })];
  const isSameText = content_hash === plan.workflow.contentHash;
  return isSameText ? differs : [...differs, finding("WORKFLOW_DIFFERS", line, { workflow: workflow_code })];
}

function codeOf(node: PlanNode): string | null {
  if (node.type === "CC") return node.contract.fqdn;
  return node.type === "IN" ? (node.intent?.fqdn ?? null) : null;
}

function nextOf(node: PlanNode | undefined, outcome: string): string | null | undefined {
  return node === undefined || node.type === "EXIT" ? undefined : advance(node, outcome);
}

function stepsOf(node: PlanNode | undefined): ContractNode["contract"]["steps"] {
  return node?.type === "CC" ? node.contract.steps : [];
}
