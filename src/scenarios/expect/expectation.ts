/** A run, or a refusal before it, in the words of a vector's `expect`; and where the two differ. */

import type { TracedRun } from "../../engine/run.ts";
import type { Fault } from "../../errors/base.ts";
import { pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject, jsonEqual, own } from "../../json/value.ts";
import { CompileFault } from "../../plan/errors.ts";
import type { Plan } from "../../plan/plan.ts";
import { MAIN_RUN } from "../../trace/event.ts";
import { listedEffects, refusalOf, type Summary } from "../../trace/summary.ts";
import type { RunStep } from "../scenario.ts";
import { ANY, compare, type Difference, isMatcherValue, subset } from "./compare.ts";

/** A run that is over. */
export interface ObservedEnding {
  readonly plan: Plan;
  readonly result: TracedRun;
  readonly summary: Summary;
  readonly exitCode: number;
}

/** Members of an expectation with what was found; absent where there is nothing to compare. */
export type Observed = Readonly<Record<string, Json | undefined>>;

/** What is seen of a run that began. */
export function observedRun({ plan, result: { ending }, summary, exitCode }: ObservedEnding): Observed {
  const refusal = refusalOf(summary);
  return {
    status: ending.status,
    outcome: ending.outcome,
    exit_reason_code: ending.exitReason,
    exit_code: exitCode,
    path: asJson(summary.path),
    nodes: nodesEntered(summary),
    effects: asJson(listedEffects(summary)),
    events: summary.events,
    results: summary.results,
    surface: surfaceOf(summary),
    violations: violatedPlaces(summary),
    refusal: refusal?.error_code ?? null,
    refusal_at: refusal && { stage: refusal.stage, node: refusal.node, step: refusal.step ?? null },
    waits: asJson(summary.waits),
    violation_detail: violationDetail(summary),
    nested_refusals: nestedRefusals(summary),
    suppressed_payload: (plan.secrets?.paths.get("payload") ?? []).map((path) => pointer(path)).sort(),
  };
}

/** What is seen of a refusal before anything ran. */
export function observedRefusal(fault: Fault, exitCode: number): Observed {
  const at = own(fault.facts, "pointer");
  return {
    status: null,
    outcome: null,
    exit_reason_code: null,
    exit_code: exitCode,
    path: [],
    nodes: [],
    effects: [],
    events: [],
    results: {},
    surface: {},
    waits: [],
    violations: typeof at === "string" ? [at] : [],
    refusal: fault.code,
    refusal_at: { stage: fault.stage, node: null, step: null },
    ...(fault instanceof CompileFault ? { compile_reasons: fault.reasons.length } : {}),
  };
}

const ENDING: ReadonlySet<string> = new Set(["status", "outcome", "exit_reason_code", "exit_code"]);

/** Where what was observed is not what the step expects. */
export function compareExpectation(
  observed: Observed,
  { expect, isOrderDependent }: RunStep,
  hasUnorderedEffects: boolean,
): readonly Difference[] {
  const compared = Object.entries(expect).filter(
    ([member]) => member !== "must_not_appear" && (!isOrderDependent || ENDING.has(member)),
  );
  return compared.flatMap(([member, wanted]) => {
    const inOneForm = formOf(member, hasUnorderedEffects);
    const found = foundFor(member, wanted, observed);
    const asked = inOneForm(askedFor(member, wanted, observed));
    return compare(asked, found === undefined ? undefined : inOneForm(found), ["expect", member]);
  });
}

/** Where the format calls two spellings equal, this gives both the same one. */
function formOf(member: string, hasUnorderedEffects: boolean): (value: Json) => Json {
  return (value) => {
    if (member === "results") return isObject(value) ? withoutEmpty(value) : value;
    if (!Array.isArray(value) || !LISTED_BY_RUN.has(member)) return value;
    const entries = member === "effects" ? value.map(withStore) : value;
    return hasUnorderedEffects ? byRun(entries) : entries;
  };
}

const LISTED_BY_RUN: ReadonlySet<string> = new Set(["path", "effects"]);

/** Any code will do where any refusal is expected, but no code is none. */
function foundFor(member: string, wanted: Json, observed: Observed): Json | undefined {
  const found = observed[member];
  return member === "refusal" && wanted === ANY && found === null ? undefined : found;
}

/** What is asked for besides the plain value. */
function askedFor(member: string, wanted: Json, observed: Observed): Json {
  if (member === "refusal_at" && isObject(wanted)) return subset(wanted);
  if (member === "waits" && Array.isArray(wanted))
    return wanted.map((one: Json) => (isObject(one) && !isMatcherValue(one) ? subset(one) : one));
  // A payload that is refused has violated nothing yet: its place is compared where the vector names one.
  const isBefore = observed["status"] === null;
  return member === "violations" && isBefore && jsonEqual(wanted, []) ? ANY : wanted;
}

function withStore(effect: Json): Json {
  return isObject(effect) ? { ...effect, store: own(effect, "store") ?? null } : effect;
}

function withoutEmpty(results: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(results).filter(([, value]) => !jsonEqual(value, {})));
}

function byRun(entries: readonly Json[]): JsonObject {
  const runOf = (entry: Json) => (isObject(entry) ? String(own(entry, "run")) : "");
  const runs = [...new Set(entries.map(runOf))].sort();
  return Object.fromEntries(runs.map((run) => [run, entries.filter((entry) => runOf(entry) === run)]));
}

/** Those of the main run, in order: the last one ended no more, or is an EXIT. */
function nodesEntered({ path }: Summary): readonly string[] {
  const own = path.filter(({ run }) => run === MAIN_RUN);
  const last = own.at(-1)?.next ?? null;
  return [...own.map(({ node }) => node), ...(last === null ? [] : [last])];
}

/** What all nodes published, taken together: of one name, what the last node said. */
function surfaceOf({ results }: Summary): JsonObject {
  return Object.fromEntries(
    Object.values(results).flatMap((published) => Object.entries(published as JsonObject)),
  );
}

function violatedPlaces({ violations }: Summary): readonly string[] {
  const places = violations.filter(({ run }) => run === MAIN_RUN).map(({ field }) => field);
  return [...new Set(places.filter((place) => place !== undefined))].sort();
}

const STAGES: Readonly<Record<string, string>> = { INTENT_VIOLATION: "intent", INPUT_VIOLATION: "contract" };

function violationDetail({ violations }: Summary): readonly JsonObject[] {
  return violations.map(({ run, node, violation_code, field, constraint, event }) => ({
    run,
    ...(node === null ? {} : { node }),
    stage: STAGES[violation_code] ?? "admission",
    ...(field === undefined ? {} : { pointer: field }),
    ...(constraint === undefined ? {} : { constraint }),
    ...(event === undefined ? {} : { event }),
  }));
}

function nestedRefusals({ errors }: Summary): readonly JsonObject[] {
  const nested = errors.filter(({ run }) => run !== MAIN_RUN);
  return nested.map(({ run, error_code, node }) => ({ run, code: error_code, node }));
}

/** Entries of a summary hold nothing that JSON could not. */
function asJson(entries: readonly object[]): Json {
  return entries as unknown as Json;
}
