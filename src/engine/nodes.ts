/** One IN or CC node, from being entered to its outcome (SPEC 4.3, 4.4). */

import { parsePointer, pointer } from "../json/pointer.ts";
import { deepFreeze, type Json, type JsonObject, type MutableJson, present, setOwn } from "../json/value.ts";
import { CLOCK } from "../plan/expression.ts";
import type { IntentSpec, Unmet } from "../plan/intent.ts";
import type { ContractNode, IntentNode, NodeKey, Secrets } from "../plan/plan.ts";
import { spaces } from "../plan/secrets.ts";
import type { ViolationCode } from "../trace/event.ts";
import { runContract } from "./contract.ts";
import { EngineFault } from "./errors.ts";
import type { RunState } from "./run-state.ts";

/** How a node ended. */
export interface NodeResult {
  readonly outcome: string;
  readonly outputs: JsonObject;
}

/** Admits the payload, its top-level defaults filled in, or reports every rule it does not meet. */
export async function runIntent(node: IntentNode, state: RunState): Promise<NodeResult> {
  const { intent } = node;
  const { input, emit, executor } = state;
  const node_type = "IN" as const;
  const payload = intent === null ? { node_type } : { capability_code: intent.fqdn, node_type };
  emit({ event_type: "node_start", run: input.run, node_id: node.key, payload });
  if (intent === null) return { outcome: "ACK", outputs: {} };
  state.payload = withDefaults(intent.spec, state.payload);
  const isClosed = intent.isClosed || input.isPayloadStrict === true;
  const asked = isClosed === intent.isClosed ? node : { ...node, intent: { ...intent, isClosed } };
  const validated = executor.validate(asked, state.payload);
  const rules = validated instanceof Promise ? await validated : validated;
  const unmet = outsideSecrets(rules, state.plan.secrets);
  emitViolations(state, "INTENT_VIOLATION", unmet);
  return { outcome: unmet.length === 0 ? "ACK" : "NACK", outputs: {} };
}

/** The name of a member that is not declared belongs to the secret that has it: then the secret is named. */
function outsideSecrets(unmet: readonly Unmet[], secrets: Secrets | null): readonly Unmet[] {
  const paths = secrets?.paths.get(spaces.payload) ?? [];
  if (paths.length === 0) return unmet;
  const named = unmet.map((one) => {
    if (one.constraint !== "undeclared") return one;
    const path = parsePointer(one.pointer);
    const secret = paths.find((parts) => parts.every((part, i) => part === path[i]));
    return secret === undefined ? one : { ...one, pointer: pointer(secret) };
  });
  const isFirst = ({ pointer: at, constraint }: Unmet, i: number) =>
    constraint !== "undeclared" ||
    i === named.findIndex((one) => one.pointer === at && one.constraint === constraint);
  return named.filter(isFirst);
}

/** Top-level defaults only: a nested one would change records that are hashed into ids (SPEC 4.3). */
function withDefaults(spec: IntentSpec, payload: JsonObject): JsonObject {
  const absent = Object.keys(spec).filter(
    (name) => !Object.hasOwn(payload, name) && spec[name]?.default !== undefined,
  );
  if (absent.length === 0) return payload;
  const filled: MutableJson = { ...payload };
  for (const name of absent) setOwn(filled, name, spec[name]?.default as Json);
  return deepFreeze(filled);
}

function emitViolations({ input, cursor, emit }: RunState, code: ViolationCode, unmet: readonly Unmet[]): void {
  for (const { pointer: field, constraint, expected, actual } of unmet) {
    emit({
      event_type: "violation",
      run: input.run,
      node_id: cursor.node as NodeKey,
      payload: present({ violation_code: code, field, constraint, expected, actual }),
    });
  }
}

/** Binds the contract's inputs and runs it. @throws RunFault for an outcome the contract does not allow */
export async function runContractNode(node: ContractNode, state: RunState): Promise<NodeResult> {
  const { contract } = node;
  const { input, emit, executor } = state;
  const { payload } = emit({
    event_type: "node_start",
    run: input.run,
    node_id: node.key,
    payload: { capability_code: contract.fqdn, inputs: bindInputs(node, state), node_type: "CC" },
  });
  const { inputs = {} } = payload;
  const validated = executor.validate(node, inputs);
  const unmet = validated instanceof Promise ? await validated : validated;
  emitViolations(state, "INPUT_VIOLATION", unmet);
  const ended =
    unmet.length > 0
      ? { outcome: contract.onInputFailure, outputs: {} }
      : await runContract(contract, inputs, state);
  if (contract.allowed.has(ended.outcome)) return ended;
  state.cursor.step = undefined;
  const facts = { outcome: ended.outcome, contract: contract.fqdn, declared: [...contract.allowed] };
  throw new EngineFault("contract", "CC", "OUTCOME_NOT_DECLARED", facts);
}

function bindInputs(
  { inputs, contract }: ContractNode,
  { payload, results, outcomes, input, executor }: RunState,
): JsonObject {
  const bound = executor.bind(inputs, { payload, results, outcomes, [CLOCK]: input.clock });
  for (const { name, default: fallback } of contract.inputs) {
    if (fallback !== undefined && !Object.hasOwn(bound, name)) setOwn(bound, name, fallback);
  }
  return bound;
}
