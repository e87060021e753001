/**
 * The trace format `pgs.trace/1`, once: every event, every member, its kind and its meaning (SPEC 5). The types of
 * `event.ts`, the checks of `read.ts` and the scanner of `line.ts` are made from these tables. An object that is
 * declared here has no other members, and an enumeration has no other values.
 */

import { NODE_CATEGORIES, STAGES } from "../errors/base.ts";
import { type Digest, isDigest } from "../json/canonical.ts";
import type { Observation, RecordedRequest } from "../ports.ts";
import { NOT_FOUND, ZERO } from "./fast-scan.ts";
import {
  anything,
  closed,
  count,
  type DataMembers,
  either,
  flag,
  type Kind,
  listOf,
  type Member,
  type Members,
  matchesBytes,
  object,
  observational,
  oneOf,
  optional,
  orNull,
  required,
  spelled,
  text,
} from "./field-check.ts";

export const SCHEMA = "pgs.trace/1";

/** The run that was asked for; a nested one appends its place: `"0.1"`. */
export const MAIN_RUN = "0";

const DIGIT = "0123456789";
const DIGITS = (length: number) => Array<string>(length).fill(DIGIT);

export const digest = spelled<Digest>("SHA-256", Array<string>(64).fill("0123456789abcdef"), isDigest);

const INSTANT = /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** RFC 3339 UTC with milliseconds. */
export const instant = spelled<string>(
  "instant",
  [
    ...[...DIGITS(4), "-", ...DIGITS(2), "-", ...DIGITS(2), "T"],
    ...[...DIGITS(2), ":", ...DIGITS(2), ":", ...DIGITS(2), ".", ...DIGITS(3), "Z"],
  ],
  (value) => typeof value === "string" && INSTANT.test(value),
);

const run: Kind<string> = {
  ...text,
  description: "run",
  is: (value) => typeof value === "string" && isRun(value),
  end(bytes, at, depth) {
    // Usually the main run, for which no string has to be built.
    const end = text.end(bytes, at, depth);
    if (end === at + 3 && bytes[at + 1] === ZERO) return end;
    return isRun(bytes.toString("latin1", at + 1, end - 1)) ? end : NOT_FOUND;
  },
};

function isRun(name: string): boolean {
  return /^0(?:\.\d+)*$/.test(name);
}

const data = matchesBytes("all", object);
/** `code` is defined by the capability; all other members are data. */
const coded = matchesBytes({ code: "none", "*": "all" }, object);
const facts = matchesBytes({ outcome: "all", reason: "all" }, object);

const suppressed = closed({
  $suppressed: required(text, "`sha256:` and the salted digest of the suppressed value."),
});

const orSuppressed = <T>(kind: Kind<T>): Kind<T> => either(kind, suppressed as unknown as Kind<T>);

const observations: Kind<readonly Observation[]> = listOf(
  either(
    closed({ clock: required(orSuppressed(instant), "The time that was read.") }),
    closed({
      entropy: required(
        orSuppressed(matchesBytes("all", text)),
        "The random bytes that were read, in hexadecimal.",
      ),
    }),
  ),
);

/** In a contract that suppresses anything, addresses and digests are suppressed as well: both can give a value away. */
const requests: Kind<readonly RecordedRequest[]> = listOf(
  closed({
    method: required(text, "The method."),
    url: required(
      orSuppressed(matchesBytes("all", text)),
      "The address, without credentials; values of secret names of the query are `***`.",
    ),
    sent: required(flag, "Whether the server may have received the request; `false`: nothing was sent."),
    request_digest: optional(
      orSuppressed(matchesBytes("all", digest)),
      "SHA-256 of the request's body, if it has one.",
    ),
    status: optional(count, "The status of the answer."),
    answer_digest: optional(
      orSuppressed(matchesBytes("all", digest)),
      "SHA-256 of the answer's body, if all of it was read.",
    ),
    failure: optional(text, "Why there is no answer."),
  }),
);

const rules = listOf(
  closed({
    event: required(text, "The event code that the rule looks for."),
    where: required(data, "The record fields that must be equal, with the values that they are compared to."),
    matched: required(flag, "Whether a stored record matched."),
  }),
);

/** Members of the line around each payload. */
export const ENVELOPE = {
  schema: required(oneOf(SCHEMA), "The format."),
  sequence: required(count, "The line's number, from 1 without gaps."),
  event_type: required(text, "Which event it is."),
  timestamp: observational(instant, "When it was written."),
  elapsed_us: observational(count, "Microseconds since the first event."),
  execution_id: required(text, "The trace's name; the same on every line."),
  run: required(run, "The run that it belongs to: `0`, nested `0.1`, nested in that `0.1.2`."),
  node_id: optional(text, "Key of the node in its workflow; required where the event belongs to a node."),
  payload: required(object, "The data of the event: see the table of its type."),
  prev_hash: required(
    digest,
    "`hash` of the line before; on the first line SHA-256 of `pgs.trace/1:<execution_id>`.",
  ),
  hash: required(digest, "SHA-256 of the canonical line without this member."),
} as const satisfies Members;

interface EventSchema<M extends Members = Members> {
  readonly meaning: string;
  /** Whether `node_id` is required. */
  readonly isAtNode: boolean;
  readonly members: M;
}

const event = <M extends Members>(meaning: string, members: M): EventSchema<M> => ({
  meaning,
  isAtNode: false,
  members,
});
const nodeEvent = <M extends Members>(meaning: string, members: M): EventSchema<M> => ({
  meaning,
  isAtNode: true,
  members,
});

const effectKey = required(
  digest,
  "SHA-256 of [execution id, run, node visit, step]: recognises an interrupted effect.",
);

export const waits = listOf(
  closed({
    run: required(run, "The run that waits."),
    node: required(text, "Its node."),
    step: required(text, "The node's step."),
    kind: required(oneOf("EVENT", "TIME"), "What it waits for."),
    key: optional(matchesBytes("all", orSuppressed(text)), "The key of the event that ends the wait."),
    due: optional(instant, "The moment that ends the wait."),
    prompt: optional(matchesBytes("all", orSuppressed(text)), "What a person is asked."),
    choices: optional(matchesBytes("all", listOf(anything)), "The answers that a person may give."),
    effect_key: effectKey,
  }),
);

/** How a session is recorded: what executes it, and the time at which it began. */
const session = {
  actor: optional(text, "Who gave the reason for it, as the caller states: an FQDN."),
  runtime: required(
    closed({ name: required(text, "The program."), version: required(text, "Its version.") }),
    "What executes the run from here on.",
  ),
  observed: required(observations, "The time, read once: which waits are over is decided by it."),
};

const step: Member<string, false> = required(text, "The step's name in its contract.");
const reason = optional(coded, "Why the step did not succeed: a code, with its facts.");
const observed = optional(observations, "Readings of clock and entropy, in the order in which they were read.");
const duration_us = observational(count, "Microseconds from start to end.");

/** By event type: the members of its payload. */
export const EVENTS = {
  execution_start: event("First event of every run.", {
    workflow_code: required(text, "FQDN of the workflow."),
    content_hash: required(digest, "SHA-256 of the workflow artifact's content."),
    snapshot: required(
      closed({
        root: required(digest, "The seal's root, or a digest of the artifacts that are used."),
        seal: required(oneOf("sealed", "verified"), "How the snapshot was checked."),
        closure_root: {
          ...optional(digest, "Digest of the artifacts that the workflow needs; absent in older traces."),
          isObservational: true,
        },
      }),
      "The snapshot that the run uses.",
    ),
    runtime: required(
      closed({ name: required(text, "The program."), version: required(text, "Its version.") }),
      "What executes the run.",
    ),
    payload: required(data, "The run's input."),
    payload_digest: required(digest, "SHA-256 of the canonical `payload` as it is in this event."),
    max_hops: required(count, "How many nodes the run may enter."),
    observed: required(observations, "The run's clock, read once: the value of `{{timestamp}}`."),
    actor: optional(text, "Who runs the workflow, as the caller states: an FQDN."),
    dry_run: optional(oneOf(true), "A dry run: nothing was written, and nothing was sent."),
    strict_payload: optional(
      oneOf(true),
      "The caller asked that members of the payload that the intent does not declare are violations.",
    ),
    parent: optional(
      closed({
        run: required(text, "The calling run."),
        node: required(text, "Its node."),
        step: required(text, "The node's step."),
      }),
      "What called a nested run; absent in the main run.",
    ),
    capabilities: {
      ...optional(
        listOf(
          closed({
            package: required(text, "The package's name."),
            version: required(text, "Its version."),
            digest: required(digest, "SHA-256 over its files."),
          }),
        ),
        "The capability packages that the workflow's steps are of, by name; absent where there is none.",
      ),
      isObservational: true,
    },
  }),
  admission: event("Whether the run is admitted, rule by rule.", {
    requires: required(rules, "Rules that need a matching record."),
    forbids: required(rules, "Rules that need that no record matches."),
    result: required(oneOf("ADMITTED", "DENIED"), "The result of the rules."),
  }),
  node_start: nodeEvent("A node is entered.", {
    node_type: required(oneOf("IN", "CC", "EXIT"), "The node's type."),
    capability_code: optional(text, "FQDN of the intent or contract."),
    inputs: optional(data, "A contract's bound inputs."),
    reason: optional(text, "The declared reason of an EXIT."),
  }),
  violation: event("One unmet rule of admission, intent or contract.", {
    violation_code: required(
      oneOf(
        "INTENT_VIOLATION",
        "INPUT_VIOLATION",
        "ADMISSION_BINDING_MISSING_FIELD",
        "ADMISSION_REQUIRES_UNMET",
        "ADMISSION_FORBIDS_MET",
      ),
      "The kind of rule.",
    ),
    field: optional(text, "JSON Pointer into the payload (intent, admission) or the contract's inputs."),
    constraint: optional(text, "The rule."),
    expected: optional(anything, "What the rule requires, if the constraint alone does not show it."),
    actual: optional(matchesBytes("all", anything), "The value that was found."),
    event: optional(text, "The event code of an admission rule."),
  }),
  transform_end: nodeEvent("A transform returned a result or a violation.", {
    step,
    ct_code: required(text, "FQDN of the transform."),
    inputs: required(data, "Its bound inputs."),
    outcome: required(text, "The step's outcome."),
    outputs: optional(data, "The raw result; absent after a violation."),
    reason,
    observed,
  }),
  side_effect_start: nodeEvent("A side effect is about to be performed.", {
    step,
    cs_code: required(text, "FQDN of the side effect."),
    op: required(text, "The operation."),
    store: required(orNull(text), "The store's name; null where the step names none."),
    inputs: required(data, "Its bound inputs."),
    effect_key: required(effectKey.kind, effectKey.meaning),
    attempt: optional(
      count,
      "Which attempt it is, from 1, where the runtime binding declares that it is retried.",
    ),
    observed: optional(observations, "The moment at which a wait began: its due time is counted from it."),
  }),
  side_effect_end: nodeEvent("A side effect was performed, or could not be.", {
    step,
    outcome: required(text, "The step's outcome."),
    result: required(data, "The raw result."),
    reason,
    change: optional(
      closed({
        before: required(orNull(data), "The content before the effect."),
        after: required(orNull(data), "The content after the effect."),
      }),
      "The change in the store.",
    ),
    requests: optional(requests, "What an http effect sent, in the order in which it was sent."),
    observed,
    retried: optional(oneOf(true), "Another attempt follows: this outcome is not routed."),
    settled: optional(
      oneOf("shown", "assumed"),
      "How the end became known after an interruption: the store shows it, or a person said so.",
    ),
    actor: optional(text, "Who said so, as the caller states: an FQDN."),
  }),
  step_end: nodeEvent("A step ended, and its outcome was routed.", {
    step,
    outcome: required(text, "Its outcome, which an output named `result_status` may have set."),
    continuation: required(text, "`continue`, `exit`, the name of the next step, or that of the evaluation."),
    published: required(data, "What the step added to the contract's published outputs."),
  }),
  evaluation_end: nodeEvent("An evaluation decided the outcome of its contract.", {
    evaluation: required(text, "Its name in the contract."),
    condition: required(text, "The condition, as the contract declares it."),
    left: required(matchesBytes("all", anything), "The value of its left side."),
    right: required(matchesBytes("all", anything), "The value of its right side."),
    outcome: required(text, "The outcome that the contract ends with."),
  }),
  node_end: nodeEvent("A node ended.", {
    status: required(text, "Its outcome."),
    outputs: required(data, "What it published."),
    next: required(
      orNull(text),
      "Key of the next node; null if the outcome has no route, in which case a refusal follows.",
    ),
    duration_us,
  }),
  event_announced: nodeEvent("An EXIT announced its event.", {
    event_code: required(text, "FQDN of the event."),
    payload: required(data, "The data of the event."),
  }),
  error: event("The run was refused.", {
    error_code: required(text, "The refusal's code."),
    node_category: required(oneOf(...NODE_CATEGORIES), "The kind of artifact whose promise was broken."),
    stage: required(oneOf(...STAGES), "Where the refusal arose."),
    step: optional(text, "The step that was being executed."),
    facts: required(facts, "The refusal's facts."),
  }),
  workflow_complete: event("Last event of every run.", {
    status: required(oneOf("SUCCESS", "FAILED", "CANCELLED"), "Whether the run succeeded."),
    outcome: required(
      orNull(text),
      "Outcome of the last node that ended; null when denied, refused or cancelled.",
    ),
    exit_reason_code: required(text, "Why the run ended."),
    events: required(
      count,
      "How many events the run has, with those of nested runs and this one, without run_suspended, run_resumed and run_cancelled.",
    ),
    effects: required(count, "How many side effects were begun in it."),
    duration_us,
  }),
  run_suspended: event("Every run of the trace waits: the process ends, and another one goes on later.", {
    waits: required(waits, "The open waits, in the order in which they began."),
  }),
  run_resumed: event("The run goes on, in this process or another one.", {
    cause: required(
      oneOf("EVENT", "TIME", "INTERRUPTED"),
      "An event that was delivered, a moment that has come, or the end of a process in the middle of the run.",
    ),
    key: optional(matchesBytes("all", orSuppressed(text)), "The key of the event."),
    event_id: optional(text, "The event's own name: the same event is taken once."),
    answer: optional(matchesBytes("all", anything), "What was answered."),
    torn_bytes: optional(count, "Length of an incomplete last line that was cut off."),
    ...session,
  }),
  run_cancelled: event("The run is ended before its end; the end of each of its open runs follows.", {
    reason: optional(matchesBytes("all", orSuppressed(text)), "Why."),
    ...session,
  }),
} as const;

export type EventType = keyof typeof EVENTS;

/** The events of sessions: how the work is divided between processes. They are no part of the work, and not counted. */
export const SESSION_EVENTS: ReadonlySet<EventType> = new Set([
  "run_suspended",
  "run_resumed",
  "run_cancelled",
]);

export function isEventType(name: string): name is EventType {
  return Object.hasOwn(EVENTS, name);
}

const DATA = new Map<EventType, DataMembers>();

/** Which members of an event's payload hold data. */
export function dataOf(type: EventType): DataMembers {
  const known = DATA.get(type) ?? closed(EVENTS[type].members as Members).data ?? "none";
  DATA.set(type, known);
  return known;
}

/** The members of a line of this type, its payload's included. */
export function lineMembers(type: EventType): Members {
  const { isAtNode, members } = EVENTS[type];
  return {
    ...ENVELOPE,
    event_type: required(oneOf(type), ENVELOPE.event_type.meaning),
    ...(isAtNode ? { node_id: required(text, ENVELOPE.node_id.meaning) } : {}),
    payload: required(closed(members), ENVELOPE.payload.meaning),
  };
}
