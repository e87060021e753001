/**
 * What of a recorded run is suppressed, and so cannot be compared with a replay. A suppressed value is accepted where
 * the plan has a secret, and wherever else its digest is that of a secret that stands at such a place; any other value
 * that looks like one is a value like all others.
 */

import { parsePointer } from "../json/pointer.ts";
import { childAt, valueAt } from "../json/text.ts";
import {
  isObject,
  type Json,
  type JsonObject,
  jsonEqual,
  type MutableJson,
  own,
  setOwn,
} from "../json/value.ts";
import type { Unmet } from "../plan/intent.ts";
import type { Plan, Secrets } from "../plan/plan.ts";
import {
  changeData,
  type EventBody,
  type EventOf,
  type EventType,
  holdsSuppressed,
  isSuppressed,
  secretInName,
  type TraceEvent,
} from "../trace/event.ts";
import type { RecordedEvent } from "./record-cursor.ts";
import { unmetRule } from "./recorded.ts";
import { isUnrevealing, withPayloadDigest } from "./redaction.ts";
import { EventPlaces, isSecret, ofItem, ofMember, type Places, visitData } from "./secret-places.ts";

/** The members with whose values, found by paths, a run goes on. */
const BOUND: { readonly [T in EventType]?: string } = { node_start: "inputs", step_end: "published" };

/** An answer that was taken as recorded, because what it rests on is suppressed. */
export interface TakenAnswer {
  /** Of the event that has it. */
  readonly line: number;
  readonly run: string;
  readonly node: string;
  /** Null where the rules of a payload or of a contract's inputs answered. */
  readonly step: string | null;
  readonly kind: "transform" | "evaluation" | "outcome" | "violation";
}

export class SuppressedValues {
  readonly #secrets = new Map<string, Secrets>();
  readonly #places = new EventPlaces((run) => this.#secrets.get(run) ?? null);
  readonly #digests = new Set<string>();
  /** The last event that was gone through. */
  #learned = 0;
  #any = false;
  /** How many suppressed values were not compared. */
  count = 0;
  /** By line. */
  readonly #taken = new Map<number, TakenAnswer>();
  /** What paths found inside suppressed values: whether there is anything, only the record says. */
  readonly #within = new WeakSet<object>();

  /** Whether any run so far has secrets. */
  get any(): boolean {
    return this.#any;
  }

  get taken(): readonly TakenAnswer[] {
    return [...this.#taken.values()];
  }

  isTaken({ sequence }: TraceEvent): boolean {
    return this.#taken.has(sequence);
  }

  /** The event has an answer that rests on something suppressed. */
  take({ event, isChecked }: RecordedEvent, kind: TakenAnswer["kind"], step: string | null): void {
    const { sequence: line, run, node_id: node = "" } = event;
    if (isChecked) this.#taken.set(line, { line, run, node, step, kind });
  }

  /** A run begins. */
  add(run: string, { secrets }: Plan): void {
    if (secrets === null) return;
    this.#any = true;
    this.#secrets.set(run, secrets);
  }

  /** The digests at the places where the plan has secrets. Events are gone through in order, each as often as one likes. */
  learn(event: TraceEvent): void {
    if (!this.#any || event.sequence <= this.#learned) return;
    this.#learned = event.sequence;
    const secret = (value: Json) => {
      if (isSuppressed(value)) this.#digests.add(value.$suppressed);
      return value;
    };
    const same = <T>(value: T) => value;
    changeData(event.event_type, event.payload, (data, at) =>
      visitData(data, this.#places.at(event, at), { secret, open: same, name: same }),
    );
    if (event.event_type === "workflow_complete") this.#secrets.delete(event.run);
  }

  /** Whether something suppressed stands at any depth. */
  holds(value: Json | undefined): boolean {
    return this.#any && value !== undefined && holdsSuppressed(value, this.#isKnown);
  }

  readonly #isKnown = (digest: string) => this.#digests.has(digest);

  /** What a path finds inside a suppressed value. */
  readonly within = (value: JsonObject): Json | undefined => {
    if (!this.#any || !isSuppressed(value) || !this.#isKnown(value.$suppressed)) return undefined;
    const inside = { ...value };
    this.#within.add(inside);
    return inside;
  };

  /** The event without what paths found inside suppressed values and the record does not have. */
  settled(recorded: TraceEvent, emitted: EventBody): EventBody {
    const member = BOUND[emitted.event_type];
    if (!this.#any || member === undefined || recorded.event_type !== emitted.event_type) return emitted;
    const bound = own(emitted.payload as unknown as JsonObject, member);
    if (!isObject(bound)) return emitted;
    const known = own(recorded.payload as unknown as JsonObject, member);
    const isKnown = (name: string) => isObject(known) && Object.hasOwn(known, name);
    const settled = Object.entries(bound).filter(([name, value]) => !this.#isWithin(value) || isKnown(name));
    return { ...emitted, payload: { ...emitted.payload, [member]: Object.fromEntries(settled) } } as EventBody;
  }

  #isWithin(value: Json): boolean {
    return typeof value === "object" && value !== null && this.#within.has(value);
  }

  /** What was emitted instead of the recorded event, with what the record suppresses put in its place. */
  shown(event: TraceEvent, replayed: EventBody): EventBody {
    if (!this.#any || event.event_type !== replayed.event_type) return replayed;
    const payload = changeData(replayed.event_type, replayed.payload, (data, at) => {
      const recorded = valueAt(event.payload as unknown as Json, at);
      return recorded === undefined ? data : this.#put(recorded, data, this.#places.at(event, at));
    });
    const shown = { ...replayed, payload } as EventBody;
    return shown.event_type === "execution_start" ? withPayloadDigest(shown) : shown;
  }

  #put(recorded: Json, replayed: Json, places: Places): Json {
    if (this.#isHidden(recorded, replayed, places)) {
      this.count++;
      return recorded;
    }
    if (Array.isArray(recorded) && Array.isArray(replayed)) {
      return replayed.map((item: Json, i) => {
        const known = recorded[i] as Json | undefined;
        return known === undefined ? item : this.#put(known, item, ofItem(places, i, replayed.length));
      });
    }
    return isObject(recorded) && isObject(replayed) ? this.#putMembers(recorded, replayed, places) : replayed;
  }

  #putMembers(recorded: JsonObject, replayed: JsonObject, places: Places): JsonObject {
    const put: MutableJson = {};
    const spare = this.#spareNames(recorded, replayed);
    for (const [name, item] of Object.entries(replayed)) {
      const inside = ofMember(places, name);
      const same = own(recorded, name);
      const other = same === undefined ? this.#otherName(spare, name, item, recorded, inside) : undefined;
      const known = other === undefined ? same : own(recorded, other);
      if (known === undefined && this.#isWithin(item)) continue;
      setOwn(put, other ?? name, known === undefined ? item : this.#put(known, item, inside));
    }
    return put;
  }

  /** The names that only the record has, where one of them or of the other ones is suppressed. */
  #spareNames(recorded: JsonObject, replayed: JsonObject): Set<string> {
    const only = (a: JsonObject, b: JsonObject) => Object.keys(a).filter((name) => !Object.hasOwn(b, name));
    const spare = only(recorded, replayed);
    const isAny = [...spare, ...only(replayed, recorded)].some((name) => this.#isHiddenName(name));
    return new Set(isAny ? spare : []);
  }

  /** The name under which the record has the member, if one of the two is suppressed: the one with the same value, if any. */
  #otherName(
    spare: Set<string>,
    name: string,
    item: Json,
    recorded: JsonObject,
    places: Places,
  ): string | undefined {
    const possible = [...spare].filter((one) => this.#isHiddenName(one) || this.#isHiddenName(name));
    const found = possible.find((one) => this.#isSame(recorded[one] as Json, item, places)) ?? possible[0];
    if (found !== undefined) spare.delete(found);
    return found;
  }

  #isSame(recorded: Json, replayed: Json, places: Places): boolean {
    const { count } = this;
    const isSame = jsonEqual(recorded, this.#put(recorded, replayed, places));
    this.count = count;
    return isSame;
  }

  #isHiddenName(name: string): boolean {
    const secret = secretInName(name);
    return secret !== undefined && this.#isKnown(secret);
  }

  /** Outside its place, what is too short to tell the secret is shown: in a run that another one called. */
  #isHidden(recorded: Json, replayed: Json, places: Places): boolean {
    if (isSuppressed(recorded)) return isSecret(places) || this.#isKnown(recorded.$suppressed);
    return (
      !isSecret(places) &&
      isSuppressed(replayed) &&
      this.#isKnown(replayed.$suppressed) &&
      isUnrevealing(recorded)
    );
  }

  /**
   * The rules that are not met: those about a suppressed value as the compared record has them, in their places; all
   * others as found again. `validated` is what the rules are about.
   */
  reconcile(
    found: readonly Unmet[],
    recorded: readonly EventOf<"violation">[],
    validated: Json,
  ): readonly Unmet[] {
    const visible = found.filter((one) => !this.#isAbout(one, validated));
    const reconciled = recorded.flatMap((event) => {
      const rule = unmetRule(event.payload);
      const isAbout = this.#isAbout(rule, validated);
      if (isAbout) this.take({ event, isChecked: true }, "violation", null);
      const next = isAbout ? rule : this.#nextOf(visible, rule);
      return next === undefined ? [] : [next];
    });
    return [...reconciled, ...visible];
  }

  /** Takes the rule that comes next from the list. Where a name is suppressed, the record had it in the order of the name. */
  #nextOf(visible: Unmet[], { pointer, constraint }: Unmet): Unmet | undefined {
    const isHidden = (one: Unmet) => parsePointer(one.pointer).some((name) => this.#isHiddenName(name));
    const index = isHidden({ pointer, constraint })
      ? visible.findIndex((one) => one.pointer === pointer && one.constraint === constraint)
      : visible.findIndex((one) => !isHidden(one));
    return visible.splice(Math.max(index, 0), 1)[0];
  }

  /** Whether something suppressed stands at the pointer, above it or below it. */
  #isAbout({ pointer }: Unmet, validated: Json): boolean {
    let value: Json | undefined = validated;
    for (const part of parsePointer(pointer)) {
      if (value !== undefined && isSuppressed(value)) break;
      value = childAt(value, part);
    }
    return this.holds(value);
  }
}
