/**
 * The loop that runs a plan, and replays one. It says what happens as events and asks `conclude` for every
 * step's conclusion; it touches no file, clock or entropy (SPEC 4).
 */

import { RunFault } from "../faults.ts";
import { deepFreeze, type Json, type JsonObject, type MutableJson, own, pointer, setOwn } from "../json.ts";
import { CLOCK, evaluate } from "../plan/expression.ts";
import { accepts, type IntentSpec, type Unmet } from "../plan/intent.ts";
import type { ContractNode, IntentNode, NodeKey, Plan } from "../plan/plan.ts";
import type { Observation } from "../ports.ts";
import type { Payloads, ViolationCode } from "../trace/event.ts";
import { advance, type Ending, endAt, noTransition } from "./advance.ts";
import type { Conclude } from "./conclude.ts";
import { checkInputs, runContract } from "./contract.ts";
import type { RunInput, Say, Walk } from "./state.ts";

/** Runs the plan to its ending; a refusal is an ending too. Anything else thrown is a defect. */
export async function walk(plan: Plan, input: RunInput, conclude: Conclude, say: Say): Promise<Ending> {
  const begun = input.micros();
  let events = 0;
  let effects = 0;
  const counting: Say = (happening) => {
    events++;
    if (happening.event_type === "side_effect_start") effects++;
    say(happening);
  };
  const state: Walk = {
    plan,
    input,
    conclude,
    say: counting,
    cursor: { visit: 0 },
    payload: deepFreeze(input.payload),
    results: {},
    outcomes: {},
  };
  const ending = await runToEnding(state);
  counting({
    event_type: "workflow_complete",
    run: input.run,
    payload: {
      status: ending.status,
      outcome: ending.outcome,
      exit_reason_code: ending.exitReason,
      events: events + 1,
      effects,
      duration_us: input.micros() - begun,
    },
  });
  return ending;
}

async function runToEnding(state: Walk): Promise<Ending> {
  try {
    sayStart(state);
    if (!admit(state)) return { status: "FAILED", outcome: null, exitReason: "ADMISSION_DENIED" };
    return await runNodes(state);
  } catch (error) {
    if (!(error instanceof RunFault)) throw error;
    sayError(state, error);
    return { status: "FAILED", outcome: null, exitReason: error.code, fault: error };
  }
}

function sayStart({ plan, input, say }: Walk): void {
  const observed: readonly Observation[] = [{ clock: input.clock }];
  say({
    event_type: "execution_start",
    run: input.run,
    payload: {
      workflow_code: plan.workflow.fqdn,
      content_hash: plan.workflow.contentHash,
      snapshot: plan.snapshot,
      runtime: input.runtime,
      payload: input.payload,
      payload_digest: input.payloadDigest,
      max_hops: input.maxHops,
      observed,
      ...(input.actor === undefined ? {} : { actor: input.actor }),
    },
  });
}

function sayError({ input, cursor, say }: Walk, fault: RunFault): void {
  say({
    event_type: "error",
    run: input.run,
    ...(cursor.node === undefined ? {} : { node_id: cursor.node }),
    payload: {
      error_code: fault.code,
      node_category: fault.category,
      stage: fault.stage,
      ...(cursor.step === undefined ? {} : { step: cursor.step }),
      facts: fault.facts,
    },
  });
}

// ---- admission ----

function admit({ plan, input, conclude, say }: Walk): boolean {
  const { requires, forbids } = plan.admission;
  const where = (rule: (typeof requires)[number]): JsonObject =>
    Object.fromEntries(
      rule.bindings.flatMap(({ eventField, payloadField }) => {
        const value = own(input.payload, payloadField);
        return value === undefined || value === null ? [] : [[eventField, value]];
      }),
    );
  const compared = { requires: requires.map(where), forbids: forbids.map(where) };
  const missing = missingFields(plan, input.payload);
  const matched =
    missing.length > 0 || requires.length + forbids.length === 0
      ? { requires: requires.map(() => false), forbids: forbids.map(() => false) }
      : conclude.admission(plan.admission, compared);
  const describe = (rules: typeof requires, values: readonly JsonObject[], found: readonly boolean[]) =>
    rules.map(({ event }, i) => ({ event, where: values[i] as JsonObject, matched: found[i] as boolean }));
  const unmet: Payloads["violation"][] =
    missing.length > 0
      ? missing
      : [
          ...requires
            .filter((_, i) => !matched.requires[i])
            .map(({ event }) => rule("ADMISSION_REQUIRES_UNMET", "requires", event)),
          ...forbids
            .filter((_, i) => matched.forbids[i])
            .map(({ event }) => rule("ADMISSION_FORBIDS_MET", "forbids", event)),
        ];
  say({
    event_type: "admission",
    run: input.run,
    payload: {
      requires: describe(requires, compared.requires, matched.requires),
      forbids: describe(forbids, compared.forbids, matched.forbids),
      result: unmet.length === 0 ? "ADMITTED" : "DENIED",
    },
  });
  for (const payload of unmet) say({ event_type: "violation", run: input.run, payload });
  return unmet.length === 0;
}

function rule(code: ViolationCode, constraint: string, event: string): Payloads["violation"] {
  return { violation_code: code, constraint, event };
}

function missingFields({ admission }: Plan, payload: JsonObject): Payloads["violation"][] {
  const rules = [...admission.requires, ...admission.forbids];
  const named = new Map<string, string>();
  for (const { event, bindings } of rules) {
    for (const { payloadField } of bindings) if (!named.has(payloadField)) named.set(payloadField, event);
  }
  const fields = [...named.keys()].filter((field) => (own(payload, field) ?? null) === null).sort();
  return fields.map((field) => ({
    violation_code: "ADMISSION_BINDING_MISSING_FIELD",
    field: pointer([field]),
    constraint: "ADMISSION_BINDING_MISSING_FIELD",
    event: named.get(field) as string,
  }));
}

// ---- nodes ----

async function runNodes(state: Walk): Promise<Ending> {
  const { plan, input, cursor, say } = state;
  let key = plan.start;
  let outcome = "";
  for (let hops = 0; ; hops++) {
    cursor.node = key;
    delete cursor.step;
    cursor.visit = hops;
    if (hops >= input.maxHops) throw new RunFault("walk", "WF", "HOP_LIMIT", { limit: input.maxHops });
    const node = plan.nodes.get(key);
    if (node === undefined) throw new Error(`the plan leads to ${key}, which it does not have`);
    if (node.type === "EXIT") {
      const ending = endAt(node, outcome);
      const reason = node.reason === null ? {} : { reason: node.reason };
      say({
        event_type: "node_start",
        run: input.run,
        node_id: key,
        payload: { node_type: "EXIT", ...reason },
      });
      if (node.emit !== null) {
        const payload = { outcome, exit_reason_code: ending.exitReason };
        say({
          event_type: "event_announced",
          run: input.run,
          node_id: key,
          payload: { event_code: node.emit, payload },
        });
      }
      return ending;
    }
    const begun = input.micros();
    const ended = node.type === "IN" ? await runIntent(node, state) : await runContractNode(node, state);
    delete cursor.step;
    outcome = ended.outcome;
    const next = advance(node, outcome);
    setOwn(state.results, key, ended.outputs);
    setOwn(state.outcomes, key, outcome);
    say({
      event_type: "node_end",
      run: input.run,
      node_id: key,
      payload: { status: outcome, outputs: ended.outputs, next, duration_us: input.micros() - begun },
    });
    if (next === null) throw noTransition(node, outcome, plan.workflow.fqdn);
    key = next;
  }
}

interface Ended {
  readonly outcome: string;
  readonly outputs: JsonObject;
}

async function runIntent({ key, intent }: IntentNode, state: Walk): Promise<Ended> {
  const { input, say, conclude } = state;
  const code = intent === null ? {} : { capability_code: intent.fqdn };
  say({ event_type: "node_start", run: input.run, node_id: key, payload: { node_type: "IN", ...code } });
  if (intent === null) return { outcome: "ACK", outputs: {} };
  state.payload = withDefaults(intent.spec, state.payload);
  const found = accepts(intent.spec, state.payload) ? [] : await judge(intent.spec, state.payload);
  const unmet = conclude.unmet(found);
  sayViolations(state, "INTENT_VIOLATION", unmet);
  return { outcome: unmet.length === 0 ? "ACK" : "NACK", outputs: {} };
}

async function judge(spec: IntentSpec, payload: JsonObject): Promise<readonly Unmet[]> {
  const { unmetRules } = await import("../plan/intent-schema.ts");
  return unmetRules(spec, payload);
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

function sayViolations({ input, cursor, say }: Walk, code: ViolationCode, unmet: readonly Unmet[]): void {
  for (const { pointer: field, constraint, expected, actual } of unmet) {
    say({
      event_type: "violation",
      run: input.run,
      node_id: cursor.node as NodeKey,
      payload: {
        violation_code: code,
        field,
        constraint,
        ...(expected === undefined ? {} : { expected }),
        ...(actual === undefined ? {} : { actual }),
      },
    });
  }
}

async function runContractNode(node: ContractNode, state: Walk): Promise<Ended> {
  const { contract } = node;
  const { input, say, conclude } = state;
  const inputs = bindInputs(node, state);
  say({
    event_type: "node_start",
    run: input.run,
    node_id: node.key,
    payload: { node_type: "CC", capability_code: contract.fqdn, inputs },
  });
  const unmet = conclude.unmet(checkInputs(node, inputs));
  sayViolations(state, "INPUT_VIOLATION", unmet);
  const ended =
    unmet.length > 0
      ? { outcome: contract.onInputFailure, outputs: {} }
      : await runContract(contract, inputs, state);
  if (contract.allowed.has(ended.outcome)) return ended;
  delete state.cursor.step;
  const facts = { outcome: ended.outcome, contract: contract.fqdn, declared: [...contract.allowed] };
  throw new RunFault("contract", "CC", "OUTCOME_NOT_DECLARED", facts);
}

function bindInputs(
  { inputs, contract }: ContractNode,
  { payload, results, outcomes, input }: Walk,
): JsonObject {
  const scope = { payload, results, outcomes, [CLOCK]: input.clock };
  const bound: MutableJson = {};
  for (const { name, source } of inputs) {
    const value = evaluate(source, scope);
    if (value !== undefined) setOwn(bound, name, value);
  }
  for (const { name, default: fallback } of contract.inputs) {
    if (fallback !== undefined && !Object.hasOwn(bound, name)) setOwn(bound, name, fallback);
  }
  return bound;
}
