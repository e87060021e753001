/**
 * Keeps secrets out of the data of every event (SPEC 4.10): by place, as the plan knows it; by name, within the contract
 * that suppresses it; and by value, wherever a value seen at such a place turns up again.
 */

import type { RunFault } from "../errors/base.ts";
import { canonical, digestOf, sha256 } from "../json/canonical.ts";
import { parsePointer, pointer } from "../json/pointer.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { namesIn } from "../plan/member-names.ts";
import type { Plan } from "../plan/plan.ts";
import { spaces } from "../plan/secrets.ts";
import { changeData, type EventBody, isSuppressed, suppressedName } from "../trace/event.ts";
import { EngineFault, type RunCode } from "./errors.ts";
import { EventPlaces, type Places, placesIn, visitData } from "./secret-places.ts";
import { TextSet } from "./text-set.ts";

/** Texts shorter than this are hidden by value only inside the contract that suppresses them. */
const TELLING_LENGTH = 6;

/** Whether a value could be shown although it is a secret: outside its places, too short to be told by its value. */
export function isUnrevealing(value: Json): boolean {
  if (isSuppressed(value)) return true;
  if (typeof value === "object" && value !== null) return Object.values(value).every(isUnrevealing);
  return String(value).length < TELLING_LENGTH;
}

/** What one trace keeps to itself: the plan of every run says where secrets stand, their values are known to all. */
export class Redactor {
  readonly #salt: () => string;
  readonly #byRun = new Map<string, Plan>();
  /** By text or number: the digest of the secret that it is, or a part of. */
  readonly #secrets = new Map<string | number, string>();
  readonly #telling = new TextSet();
  /** Member names that the plans have, and of how many plans. */
  #names: { readonly plans: number; readonly all: ReadonlySet<string> } = { plans: 0, all: new Set() };
  readonly #plans = new Set<Plan>();
  #salted: string | undefined;
  readonly #places = new EventPlaces((run) => this.#byRun.get(run)?.secrets ?? null);

  /** `salt` keeps short secrets from being guessed back out of their digests; it is drawn once, recorded nowhere. */
  constructor(salt: () => string) {
    this.#salt = salt;
  }

  /** Undefined as long as no run has secrets. */
  get salt(): string | undefined {
    return this.#salted;
  }

  /** A run begins. */
  add(run: string, plan: Plan): void {
    if (plan.secrets !== null) this.#salted ??= this.#salt();
    this.#byRun.set(run, plan);
    this.#plans.add(plan);
  }

  /** The payload as the first event shows it: what is digested and named must be what is shown. */
  payload(run: string, payload: JsonObject): JsonObject {
    if (this.#salted === undefined) return payload;
    const places = placesIn(spaces.payload, this.#byRun.get(run)?.secrets ?? null);
    this.#learnIn(payload, places);
    return this.#shown(payload, places) as JsonObject;
  }

  /** The refusal as it may be said: a fact that is or holds a secret gives way to its digest. */
  fault(fault: RunFault): RunFault {
    if (this.#salted === undefined) return fault;
    const { stage, category, cause } = fault;
    const { facts } = changeData("error", { facts: fault.facts } as never, (fact) => {
      const shown = this.#open(fact, true);
      return isSuppressed(shown) ? shown.$suppressed : shown;
    }) as { facts: JsonObject };
    return new EngineFault(stage, category, fault.code as RunCode, facts as never, { cause });
  }

  /** From data of no event, such as a stored record: every value under one of the names is a secret from here on. */
  learn(data: Json, names: ReadonlySet<string>): void {
    this.#salted ??= this.#salt();
    this.#learnIn(data, { paths: [], names });
  }

  /** Data of no event as it may be shown: without known secrets, and without what stands under one of the names. */
  redact(data: Json, names: ReadonlySet<string>): Json {
    if (names.size > 0) this.#salted ??= this.#salt();
    if (this.#salted === undefined) return data;
    return visitData(
      data,
      { paths: [], names },
      {
        secret: (value) => ({ $suppressed: this.#digest(value) }),
        open: (value) => this.#open(value, false),
        name: (name) => this.#name(name),
      },
    );
  }

  readonly mask = (event: EventBody): EventBody => {
    const { event_type, run } = event;
    if (this.#salted === undefined) return event;
    const inPlaces = (change: (data: Json, places: Places) => Json) =>
      changeData(event_type, event.payload, (data, at) => change(data, this.#places.at(event, at)));
    inPlaces((data, places) => this.#learnIn(data, places));
    const masked = this.#withoutNames({
      ...event,
      payload: inPlaces((data, places) => this.#shown(data, places)),
    } as EventBody);
    if (event_type === "workflow_complete") this.#byRun.delete(run);
    return masked.event_type === "execution_start" ? withPayloadDigest(masked) : masked;
  };

  /** The pointer to a member that is not declared has names that the payload brought, as its first event shows them. */
  #withoutNames(event: EventBody): EventBody {
    if (event.event_type !== "violation" || event.payload.constraint !== "undeclared") return event;
    const names = parsePointer(event.payload.field ?? "").map((name) => this.#name(name));
    return { ...event, payload: { ...event.payload, field: pointer(names) } };
  }

  /** Whatever stands at a secret's place is known from here on. */
  #learnIn(data: Json, places: Places): Json {
    const secret = (value: Json) => {
      this.#learn(value);
      return value;
    };
    return visitData(data, places, { secret, open: (value) => value, name: (name) => name });
  }

  #shown(data: Json, places: Places): Json {
    return visitData(data, places, {
      secret: (value) => ({ $suppressed: this.#digest(value) }),
      open: (value) => this.#open(value, places.names.size > 0),
      name: (name) => this.#name(name),
    });
  }

  #open(value: Json, isInside: boolean): Json {
    const secret = this.#secretIn(value, isInside);
    return secret === undefined ? value : { $suppressed: secret };
  }

  /** A name that the protocol itself has says nothing of the secret, for it would stand there anyway. */
  #name(name: string): string {
    const secret = this.#secretIn(name, false);
    if (secret === undefined || this.#protocolNames().has(name)) return name;
    return suppressedName(secret, this.#digest(name));
  }

  #protocolNames(): ReadonlySet<string> {
    const plans = this.#plans.size;
    if (this.#names.plans !== plans)
      this.#names = { plans, all: new Set([...this.#plans].flatMap((plan) => [...namesIn(plan)])) };
    return this.#names.all;
  }

  /** The digest of the secret that the value is or holds. */
  #secretIn(value: Json, isInside: boolean): string | undefined {
    if (typeof value !== "string" && typeof value !== "number") return undefined;
    const isTold = isInside || String(value).length >= TELLING_LENGTH;
    const secret = isTold ? this.#secrets.get(value) : undefined;
    if (secret !== undefined || typeof value === "number") return secret;
    const part = this.#telling.partOf(value);
    return part === undefined ? undefined : (this.#secrets.get(part) ?? this.#secrets.get(Number(part)));
  }

  #digest(value: Json): string {
    return `sha256:${sha256(`${this.#salted}${canonical(value)}`)}`;
  }

  #learn(value: Json): void {
    const digest = this.#digest(value);
    if (typeof value === "object" && value !== null) this.#learnParts(value, digest);
    else this.#know(value, digest);
  }

  /** A part of a secret goes by the whole one's digest, until it stands at a secret's place itself. */
  #learnParts(value: Json, digest: string): void {
    if (typeof value === "object" && value !== null) {
      for (const item of Object.values(value)) this.#learnParts(item as Json, digest);
    } else if (!this.#secrets.has(value as string | number)) this.#know(value, digest);
  }

  #know(value: Json, digest: string): void {
    if ((typeof value !== "string" && typeof value !== "number") || value === "") return;
    const text = String(value);
    if (!this.#secrets.has(value) && text.length >= TELLING_LENGTH) this.#telling.add(text);
    this.#secrets.set(value, digest);
  }
}

/** The first event of a run, with the digest of the payload that it shows. */
export function withPayloadDigest(start: EventBody<"execution_start">): EventBody {
  const { payload } = start;
  return { ...start, payload: { ...payload, payload_digest: digestOf(payload.payload) } };
}
