/**
 * Keeps secrets out of every event (SPEC 4.10): by place, as the plan knows it; by name, within the contract
 * that suppresses it; and by value, wherever a value seen at such a place turns up again.
 */

import { type RunCode, RunFault } from "../faults.ts";
import { isObject, type Json, type JsonObject, type MutableJson, parsePointer, setOwn } from "../json.ts";
import type { Secrets, Space } from "../plan/plan.ts";
import { spaces } from "../plan/secrets.ts";
import { canonical, digestOf, sha256 } from "../trace/canonical.ts";
import { type Happening, isSuppressed } from "../trace/event.ts";

/** Texts shorter than this are hidden by value only inside the contract that suppresses them. */
const TELLING_LENGTH = 6;

/** What one trace keeps to itself: the plan of every run says where secrets stand, their values are known to all. */
export class Secrecy {
  readonly #salt: () => string;
  readonly #byRun = new Map<string, Secrets>();
  readonly #values = new Set<string | number>();
  #salted: string | undefined;

  /** `salt` keeps short secrets from being guessed back out of their digests; it is drawn once, recorded nowhere. */
  constructor(salt: () => string) {
    this.#salt = salt;
  }

  /** A run begins whose plan knows of secrets. */
  add(run: string, secrets: Secrets | null): void {
    if (secrets === null) return;
    this.#salted ??= this.#salt();
    this.#byRun.set(run, secrets);
  }

  /** The payload as the first event shows it: what is digested and named must be what is shown. */
  payload(run: string, payload: JsonObject): JsonObject {
    const secrets = this.#byRun.get(run);
    const placed = secrets === undefined ? payload : this.#place(payload, secrets.paths.get(spaces.payload));
    return this.#sweep(placed, undefined) as JsonObject;
  }

  /** The refusal as it may be said: a fact that is or holds a secret gives way to its digest. */
  fault(fault: RunFault): RunFault {
    if (this.#byRun.size === 0) return fault;
    const hidden = Object.entries(fault.facts).map(([name, fact]) => {
      const isSecret = typeof fact === "string" && this.#isKnown(fact, true);
      return [name, isSecret ? this.#digest(fact) : fact] as const;
    });
    const { stage, category, cause } = fault;
    const code = fault.code as RunCode;
    return new RunFault(stage, category, code, Object.fromEntries(hidden) as never, { cause });
  }

  readonly mask = (happening: Happening): Happening => {
    if (this.#byRun.size === 0) return happening;
    const secrets = this.#byRun.get(happening.run);
    const node = happening.node_id ?? "";
    const payload = happening.payload as unknown as MutableJson;
    const placed = secrets === undefined ? payload : this.#placed(payload, happening, node, secrets);
    const swept = this.#sweep(placed, secrets?.names.get(node)) as MutableJson;
    if (happening.event_type === "execution_start")
      setOwn(swept, "payload_digest", digestOf(swept["payload"] as Json));
    return { ...happening, payload: swept } as unknown as Happening;
  };

  #placed(payload: MutableJson, happening: Happening, node: string, secrets: Secrets): MutableJson {
    const masked: MutableJson = { ...payload };
    for (const [field, space] of placesOf(happening, node)) {
      if (masked[field] !== undefined)
        masked[field] = this.#place(masked[field] as Json, secrets.paths.get(space));
    }
    if (happening.event_type === "transform_end") this.#drawn(masked, happening.payload.step, node, secrets);
    return this.#violation(masked, happening, node, secrets);
  }

  /** What was drawn for a key is known from here on, and hidden wherever else it turns up. */
  #drawn(masked: MutableJson, step: string, node: string, { drawn }: Secrets): void {
    if (!Array.isArray(masked["observed"]) || !drawn.has(spaces.raw(node, step))) return;
    masked["observed"] = (masked["observed"] as JsonObject[]).map((one) =>
      Object.fromEntries(Object.entries(one).map(([kind, reading]) => [kind, this.#hide(reading)])),
    );
  }

  /** A violation's `actual` stands at the pointer in `field`, not under a name. */
  #violation(payload: MutableJson, { event_type }: Happening, node: string, secrets: Secrets): MutableJson {
    const { field, actual } = payload;
    if (event_type !== "violation" || typeof field !== "string" || actual === undefined) return payload;
    const path = parsePointer(field);
    const names = secrets.names.get(node);
    const isSecret = [spaces.payload, spaces.inputs(node)].some((space) =>
      touches(secrets.paths.get(space), path),
    );
    if (!isSecret && !path.some((part) => names?.has(part))) return payload;
    return { ...payload, actual: this.#hide(actual) };
  }

  #place(value: Json, paths: Paths | undefined): Json {
    return (paths ?? []).reduce((data, path) => this.#hideAt(data, path), value);
  }

  #hideAt(value: Json, path: readonly string[]): Json {
    const [first, ...rest] = path;
    if (first === undefined) return isSuppressed(value) ? value : this.#hide(value);
    if (Array.isArray(value)) {
      return value.map((item: Json, i) => (String(i) === first ? this.#hideAt(item, rest) : item));
    }
    if (!isObject(value) || !Object.hasOwn(value, first)) return value;
    return { ...value, [first]: this.#hideAt(value[first] as Json, rest) };
  }

  #sweep(value: Json, names: ReadonlySet<string> | undefined): Json {
    if (isSuppressed(value)) return value;
    if (Array.isArray(value)) return value.map((item: Json) => this.#sweep(item, names));
    if (!isObject(value)) return this.#isKnown(value, names !== undefined) ? this.#hide(value) : value;
    const swept: MutableJson = {};
    for (const [key, item] of Object.entries(value)) {
      const isNamed = names?.has(key) === true && !isSuppressed(item);
      const shown = this.#isKnown(key, false) ? this.#digest(key) : key;
      setOwn(swept, shown, isNamed ? this.#hide(item) : this.#sweep(item, names));
    }
    return swept;
  }

  #isKnown(value: Json, isInside: boolean): boolean {
    if (typeof value === "number")
      return this.#values.has(value) && (isInside || String(value).length >= TELLING_LENGTH);
    if (typeof value !== "string" || value === "") return false;
    if (this.#values.has(value)) return isInside || value.length >= TELLING_LENGTH;
    for (const secret of this.#values) {
      const text = String(secret);
      if (text.length >= TELLING_LENGTH && value.includes(text)) return true;
    }
    return false;
  }

  #hide(value: Json): Json {
    this.#learn(value);
    return { $suppressed: this.#digest(value) };
  }

  #digest(value: Json): string {
    return `sha256:${sha256(`${this.#salted}${canonical(value)}`)}`;
  }

  #learn(value: Json): void {
    if (typeof value === "string" || typeof value === "number") this.#values.add(value);
    else if (typeof value === "object" && value !== null) {
      for (const item of Object.values(value)) this.#learn(item as Json);
    }
  }
}

type Paths = readonly (readonly string[])[];

function touches(secret: Paths | undefined, path: readonly string[]): boolean {
  return (secret ?? []).some((one) => one.slice(0, path.length).every((part, i) => part === path[i]));
}

/** Which member of an event's payload holds which node's data. */
function placesOf({ event_type, payload }: Happening, node: string): readonly (readonly [string, Space])[] {
  const step = "step" in payload ? (payload.step ?? "") : "";
  switch (event_type) {
    case "execution_start":
      return [["payload", spaces.payload]];
    case "node_start":
      return [["inputs", spaces.inputs(node)]];
    case "transform_end":
      return [
        ["inputs", spaces.stepInputs(node, step)],
        ["outputs", spaces.raw(node, step)],
      ];
    case "side_effect_start":
      return [["inputs", spaces.stepInputs(node, step)]];
    case "side_effect_end":
      return [["result", spaces.raw(node, step)]];
    case "step_end":
      return [["published", spaces.stepOutputs(node, step)]];
    case "node_end":
      return [["outputs", spaces.outputs(node)]];
    default:
      return [];
  }
}
