/** A recorded run as a scenario: its payload, what is known of the data before it, and how it ended. */

import { type Json, type JsonObject, own } from "../../json/value.ts";
import { type EventOf, eventsOf, holdsSuppressed, MAIN_RUN, type TraceEvent } from "../../trace/event.ts";
import { refusalOf, type Summary } from "../../trace/summary.ts";

/** What a trace says of data: the keys of stores that hold one object, and the records that admission found. */
export interface KnownData {
  readonly stores: ReadonlyMap<string, JsonObject>;
  readonly records: readonly JsonObject[];
}

const KEYED = "capability_side_effects::CS_MUTABLE_JSON_V0";

/** Why no scenario can be made of the run; undefined where one can. */
export function reasonAgainst(
  { ending, payload, errors, waits }: Summary,
  events: readonly TraceEvent[],
): string | undefined {
  if (ending === null && errors.length === 0 && waits.length === 0) return "the run has not ended";
  if (holdsSuppressed(payload)) return "its payload has suppressed values";
  const delivered = eventsOf(events, "run_resumed");
  const isSuppressed = delivered.some(({ payload: { key, answer } }) =>
    holdsSuppressed([key ?? null, answer ?? null]),
  );
  return isSuppressed ? "an event was delivered to it whose key or answer has suppressed values" : undefined;
}

/** `answers` has each side effect answer as it did, for what its data alone does not bring about. */
export function scenarioOf(
  events: readonly TraceEvent[],
  summary: Summary,
  nameOfStore: (store: string) => string,
  answers: boolean,
): JsonObject {
  const [start] = eventsOf(events, "execution_start") as [EventOf<"execution_start">];
  const { workflow_code: workflow, payload, actor } = start.payload;
  const answered = answers ? answersIn(events) : {};
  const resumed = sessionsIn(events);
  return {
    scenario: `${workflow}, as ${start.execution_id} recorded it`,
    given: { data: dataOf(knownData(events), nameOfStore), clock: start.timestamp },
    steps: [
      {
        name: "recorded",
        workflow,
        payload,
        ...(actor === undefined ? {} : { actor }),
        ...(Object.keys(answered).length === 0 ? {} : { given: { answers: answered } }),
        ...(resumed.length === 0 ? {} : { resume: resumed }),
        expect: expectationOf(events, summary),
      },
    ],
  };
}

function expectationOf(events: readonly TraceEvent[], summary: Summary): JsonObject {
  const refusal = refusalOf(summary);
  if (refusal !== undefined) return { refusal: refusal.error_code };
  const { outcome = null, exit_reason_code: exit_reason = null } = summary.ending ?? {};
  const path = mainRun(eventsOf(events, "node_start")).map(({ node_id }) => node_id ?? null);
  if (summary.waits.length > 0) {
    const waits = summary.waits.map(({ effect_key: _, ...wait }) => ({ ...wait }));
    return { status: "WAITING", path, events: summary.events, waits };
  }
  return { outcome, exit_reason, path, events: summary.events };
}

/** Each time the run went on because something had come, or was cancelled. A scenario is not interrupted. */
function sessionsIn(events: readonly TraceEvent[]): readonly JsonObject[] {
  return events.flatMap((event): readonly JsonObject[] => {
    if (event.event_type !== "run_resumed" && event.event_type !== "run_cancelled") return [];
    const [moment] = event.payload.observed;
    const { actor } = event.payload;
    const session = {
      ...(moment !== undefined && "clock" in moment ? { at: moment.clock } : {}),
      ...(actor === undefined ? {} : { actor }),
    };
    if (event.event_type === "run_cancelled") {
      const { reason } = event.payload;
      return [{ ...session, cancel: reason === undefined ? {} : { reason } }];
    }
    const { cause, key, answer, event_id } = event.payload;
    if (cause === "INTERRUPTED") return [];
    if (key === undefined) return [session];
    return [
      {
        ...session,
        event: key,
        ...(answer === undefined ? {} : { answer }),
        ...(event_id === undefined ? {} : { event_id }),
      },
    ];
  });
}

/** What was there before the run first touched it. */
function knownData(events: readonly TraceEvent[]): KnownData {
  const stores = new Map<string, { [key: string]: Json }>();
  const touched = new Set<string>();
  for (const { payload: begun, value } of effectsOf(events)) {
    const { cs_code, store, inputs } = begun;
    const key = own(inputs, "key");
    if (cs_code !== KEYED || store === null || typeof key !== "string") continue;
    if (touched.has(`${store} ${key}`)) continue;
    touched.add(`${store} ${key}`);
    const held = value(key);
    if (held !== undefined && !holdsSuppressed(held)) stores.set(store, { ...stores.get(store), [key]: held });
  }
  const admission = eventsOf(events, "admission").find(({ run }) => run === MAIN_RUN)?.payload;
  const rules = [...(admission?.requires ?? []), ...(admission?.forbids ?? [])].filter(
    ({ matched }) => matched,
  );
  return { stores, records: rules.map(({ event, where }) => ({ event_code: event, ...where })) };
}

function dataOf({ stores, records }: KnownData, nameOf: (store: string) => string): JsonObject {
  return {
    ...Object.fromEntries([...stores].map(([store, content]) => [nameOf(store), content])),
    ...(records.length === 0 ? {} : { [ON_RECORD]: records.map((record) => ({ record })) }),
  };
}

/** Admission looks into every log below the data root, so a file of its own serves. */
const ON_RECORD = "on_record.jsonl";

interface Performed {
  readonly payload: EventOf<"side_effect_start">["payload"];
  /** What the store held under a key before this effect, as far as its end says it. */
  value(key: string): Json | undefined;
}

function effectsOf(events: readonly TraceEvent[]): readonly Performed[] {
  return eventsOf(events, "side_effect_start").flatMap(({ sequence, run, payload }) => {
    const end = eventsOf(events, "side_effect_end").find((one) => one.run === run && one.sequence > sequence);
    if (end === undefined) return [];
    const { change, result = {} } = end.payload;
    const value = (key: string) =>
      change === undefined
        ? own(result, "value")
        : change.before === null
          ? undefined
          : own(change.before, key);
    return [{ payload, value }];
  });
}

/** What ends a wait is delivered, not answered in its place. */
function answersIn(events: readonly TraceEvent[]): JsonObject {
  const waits = new Set(
    mainRun(eventsOf(events, "side_effect_start"))
      .filter(({ payload: { observed } }) => observed !== undefined)
      .map(({ node_id, payload: { step } }) => `${node_id}.${step}`),
  );
  const answers: { [step: string]: Json } = {};
  /** Of the step that is tried again. */
  let attempts: readonly JsonObject[] = [];
  for (const { node_id, payload } of mainRun(eventsOf(events, "side_effect_end"))) {
    const { step, outcome, result = {}, retried = false } = payload;
    const name = `${node_id}.${step}`;
    if (waits.has(name)) continue;
    const answer = { outcome, result };
    attempts = [...attempts, answer];
    answers[name] = attempts.length === 1 ? answer : attempts;
    if (!retried) attempts = [];
  }
  return answers;
}

function mainRun<E extends TraceEvent>(events: readonly E[]): readonly E[] {
  return events.filter(({ run }) => run === MAIN_RUN);
}
