/** How the engine emits events, and the ones that more than one of its parts makes. */

import type { RunFault } from "../errors/base.ts";
import { digestOf } from "../json/canonical.ts";
import { present } from "../json/value.ts";
import type { NodeKey, Plan } from "../plan/plan.ts";
import type { EventBody, EventType } from "../trace/event.ts";
import type { EmitEvent, RunInput } from "./run-state.ts";

/** The function as one that keeps the type of its event. */
export function emitter(emit: (event: EventBody) => EventBody): EmitEvent {
  return <T extends EventType>(event: EventBody<T>) => {
    const returned = emit(event as EventBody);
    if (returned.event_type !== event.event_type)
      throw new Error(`${returned.event_type} instead of ${event.event_type}`);
    return returned as EventBody<T>;
  };
}

export function startEvent(plan: Plan, input: RunInput): EventBody<"execution_start"> {
  const { run, payload, maxHops, runtime, actor, parent, isPayloadStrict, isDryRun } = input;
  const { workflow, snapshot } = plan;
  return {
    event_type: "execution_start",
    run,
    payload: present({
      actor,
      capabilities: plan.capabilities.length === 0 ? undefined : plan.capabilities,
      content_hash: workflow.contentHash,
      dry_run: isDryRun,
      max_hops: maxHops,
      observed: [{ clock: input.clock }],
      parent,
      payload,
      payload_digest: digestOf(payload),
      runtime,
      snapshot: { closure_root: plan.closureRoot, root: snapshot.root, seal: snapshot.seal },
      strict_payload: isPayloadStrict,
      workflow_code: workflow.fqdn,
    }),
  };
}

/** A refusal, at the position of the run. */
export function errorEvent(
  run: string,
  { code, category, stage, facts }: RunFault,
  { node, step }: { readonly node?: NodeKey | undefined; readonly step?: string | undefined } = {},
): EventBody<"error"> {
  return {
    event_type: "error",
    run,
    ...(node === undefined ? {} : { node_id: node }),
    payload: {
      error_code: code,
      node_category: category,
      stage,
      ...(step === undefined ? {} : { step }),
      facts,
    },
  };
}
