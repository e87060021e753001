/** Reading a trace back: lines, strictly, with everything that is wrong with each (SPEC 6.1). */

import { isObject, type Json, type JsonObject, own } from "../json.ts";
import { isDigest } from "./canonical.ts";
import { type EventType, MAIN_RUN, SCHEMA, type TraceEvent } from "./event.ts";
import { compareBytes, digitsEnd } from "./scan.ts";

/** What a member's value must be; undefined is a member that is not there. */
interface Form {
  is(value: Json | undefined): boolean;
  /**
   * The same, asked of its canonical text. It may deny what `is` accepts: then the value is built and asked again.
   * Without it, the text alone does not tell.
   */
  stands?(bytes: Buffer, at: number, end: number): boolean;
  /** Whether the member may be absent. */
  readonly isSpare?: boolean;
}

const begins = (first: string) => {
  const code = first.charCodeAt(0);
  return (bytes: Buffer, at: number) => bytes[at] === code;
};

const text: Form = { is: (value) => typeof value === "string", stands: begins('"') };
const record: Form = { is: isObject, stands: begins("{") };
const count: Form = {
  is: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  stands: (bytes, at, end) => end - at <= 15 && digitsEnd(bytes, at) === end,
};
const digest: Form = {
  is: isDigest,
  stands: (bytes, at, end) => end - at === 66 && isDigest(bytes.toString("latin1", at + 1, end - 1)),
};

const orNull = ({ is, stands }: Form): Form => ({
  is: (value) => value === null || is(value),
  stands: (bytes, at, end) => bytes[at] === 0x6e || stands?.(bytes, at, end) === true,
});
const spare = ({ is, ...form }: Form): Form => ({
  ...form,
  is: (value) => value === undefined || is(value),
  isSpare: true,
});
const oneOf = (...values: readonly Json[]): Form => {
  const texts = new Set(values.map((value) => JSON.stringify(value)));
  return {
    is: (value) => value !== undefined && values.includes(value),
    stands: (bytes, at, end) => texts.has(bytes.toString("latin1", at, end)),
  };
};
const listOf = ({ is }: Form): Form => ({ is: (value) => Array.isArray(value) && value.every(is) });
const recordOf = (members: Readonly<Record<string, Form>>): Form => ({
  is: (value) => isObject(value) && Object.keys(members).every((key) => members[key]?.is(own(value, key))),
});

const flag: Form = { is: (value) => typeof value === "boolean" };
const rule = recordOf({ event: text, where: record, matched: flag });
const observations = listOf(record);

export function isRun(name: string): boolean {
  return name === MAIN_RUN || /^0(?:\.\d+)*$/.test(name);
}

const ENVELOPE: Readonly<Record<string, Form>> = {
  schema: oneOf(SCHEMA),
  sequence: count,
  event_type: text,
  timestamp: text,
  elapsed_us: count,
  execution_id: text,
  run: { is: (value) => typeof value === "string" && isRun(value) },
  node_id: spare(text),
  payload: record,
  prev_hash: digest,
  hash: digest,
};

/** The members of a payload of each type. */
const PAYLOADS: Readonly<Record<EventType, Readonly<Record<string, Form>>>> = {
  execution_start: {
    workflow_code: text,
    content_hash: digest,
    snapshot: recordOf({ root: digest, seal: oneOf("sealed", "verified") }),
    runtime: recordOf({ name: text, version: text }),
    payload: record,
    payload_digest: digest,
    max_hops: count,
    observed: observations,
    actor: spare(text),
    parent: spare(recordOf({ run: text, node: text, step: text })),
  },
  admission: { requires: listOf(rule), forbids: listOf(rule), result: text },
  node_start: {
    node_type: oneOf("IN", "CC", "EXIT"),
    capability_code: spare(text),
    inputs: spare(record),
    reason: spare(text),
  },
  violation: {
    violation_code: text,
    field: spare(text),
    constraint: spare(text),
    event: spare(text),
  },
  transform_end: {
    step: text,
    ct_code: text,
    inputs: record,
    outcome: text,
    outputs: spare(record),
    reason: spare(record),
    observed: spare(observations),
  },
  side_effect_start: {
    step: text,
    cs_code: text,
    op: text,
    store: orNull(text),
    inputs: record,
    effect_key: digest,
  },
  side_effect_end: {
    step: text,
    outcome: text,
    result: record,
    reason: spare(record),
    change: spare(recordOf({ before: orNull(record), after: orNull(record) })),
    observed: spare(observations),
  },
  step_end: { step: text, outcome: text, continuation: text, published: record },
  node_end: { status: text, outputs: record, next: orNull(text), duration_us: count },
  event_announced: { event_code: text, payload: record },
  error: {
    error_code: text,
    node_category: text,
    stage: text,
    step: spare(text),
    facts: record,
  },
  workflow_complete: {
    status: text,
    outcome: orNull(text),
    exit_reason_code: text,
    events: count,
    effects: count,
    duration_us: count,
  },
};

const AT_NODE: ReadonlySet<EventType> = new Set([
  "node_start",
  "transform_end",
  "side_effect_start",
  "side_effect_end",
  "step_end",
  "node_end",
  "event_announced",
]);

export function isAtNode(type: EventType): boolean {
  return AT_NODE.has(type);
}

export function isEventType(text: string): text is EventType {
  return Object.hasOwn(PAYLOADS, text);
}

const KNOWN: ReadonlySet<string> = new Set(Object.keys(ENVELOPE));

/** The JSON Pointer of the first member that is not as the format has it, or undefined. */
export function badMember(event: JsonObject): string | undefined {
  const envelope = unmet(ENVELOPE, event);
  if (envelope !== undefined) return `/${envelope}`;
  const type = event["event_type"] as string;
  if (!isEventType(type)) return "/event_type";
  if (isAtNode(type) && !Object.hasOwn(event, "node_id")) return "/node_id";
  const extra = Object.keys(event).find((key) => !KNOWN.has(key));
  if (extra !== undefined) return `/${extra}`;
  const member = unmet(PAYLOADS[type], event["payload"] as JsonObject);
  return member === undefined ? undefined : `/payload/${member}`;
}

function unmet(forms: Readonly<Record<string, Form>>, members: JsonObject): string | undefined {
  return Object.keys(forms).find((key) => !forms[key]?.is(own(members, key)));
}

interface NamedForm extends Form {
  readonly name: Buffer;
}

/** By event type, in the order in which canonical text has them. */
const ORDERED: ReadonlyMap<string, readonly NamedForm[]> = new Map(
  Object.entries(PAYLOADS).map(([type, forms]) => [
    type,
    Object.entries(forms)
      .map(([name, form]) => ({ ...form, name: Buffer.from(name) }))
      .sort((a, b) => Buffer.compare(a.name, b.name)),
  ]),
);

/** Offsets of a payload's members are handed in as they stand; says at the end whether they are what the type has. */
export class PayloadCheck {
  readonly #bytes: Buffer;
  readonly #forms: readonly NamedForm[];
  #next = 0;
  #isGood = true;

  constructor(bytes: Buffer, type: EventType) {
    this.#bytes = bytes;
    this.#forms = ORDERED.get(type) ?? [];
  }

  take(name: number, nameEnd: number, value: number, valueEnd: number): void {
    for (; this.#next < this.#forms.length; this.#next++) {
      const form = this.#forms[this.#next] as NamedForm;
      const order = compareBytes(this.#bytes, name, nameEnd, form.name, 0, form.name.length);
      if (order < 0) return;
      if (order === 0) {
        this.#next++;
        this.#isGood &&= this.#stands(form, value, valueEnd);
        return;
      }
      this.#isGood &&= form.isSpare === true;
    }
  }

  #stands({ is, stands }: Form, value: number, end: number): boolean {
    if (stands !== undefined) return stands(this.#bytes, value, end);
    return is(JSON.parse(this.#bytes.toString("utf8", value, end)) as Json);
  }

  /** False also for some payloads that are: then they have to be built to be judged. */
  get isGood(): boolean {
    return this.#isGood && this.#forms.slice(this.#next).every(({ isSpare }) => isSpare === true);
  }
}

/** Narrows what `badMember` found nothing wrong with. */
export function toEvent(event: JsonObject): TraceEvent {
  return event as unknown as TraceEvent;
}
