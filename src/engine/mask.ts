/**
 * Keeps secrets out of every event (SPEC 4.10): by place, as the plan knows it; by name, within the contract
 * that suppresses it; and by value, wherever a value seen at such a place turns up again.
 */

import { RunFault } from "../faults.ts";
import { isObject, type Json, type JsonObject, type MutableJson, parsePointer, setOwn } from "../json.ts";
import type { Secrets, Space } from "../plan/plan.ts";
import { spaces } from "../plan/secrets.ts";
import { canonical, sha256 } from "../trace/canonical.ts";
import type { Happening } from "../trace/event.ts";

/** Whether this is what stands in the trace instead of a secret. */
export function isSuppressed(value: Json | undefined): boolean {
  return isObject(value) && typeof value["$suppressed"] === "string" && Object.keys(value).length === 1;
}

/** Texts shorter than this are hidden by value only inside the contract that suppresses them. */
const TELLING_LENGTH = 6;

export class Secrecy {
  readonly #secrets: Secrets;
  readonly #salt: string;
  readonly #values = new Set<string | number>();

  /** `salt` keeps short secrets from being guessed back out of their digests; it is recorded nowhere. */
  constructor(secrets: Secrets, salt: string) {
    this.#secrets = secrets;
    this.#salt = salt;
  }

  /** The payload as the first event shows it: what is digested and named must be what is shown. */
  payload(payload: JsonObject): JsonObject {
    return this.#sweep(this.#place(payload, spaces.payload), undefined) as JsonObject;
  }

  /** The refusal as it may be said: a fact that is or holds a secret gives way to its digest. */
  fault(fault: RunFault): RunFault {
    const hidden = Object.entries(fault.facts).map(([name, fact]) => {
      const isSecret = typeof fact === "string" && this.#isKnown(fact, true);
      return [name, isSecret ? this.#digest(fact) : fact] as const;
    });
    const { stage, category, cause } = fault;
    const code = fault.code as ConstructorParameters<typeof RunFault>[2];
    return new RunFault(stage, category, code, Object.fromEntries(hidden) as never, { cause });
  }

  readonly mask = (happening: Happening): Happening => {
    const payload = happening.payload as unknown as MutableJson;
    const masked: MutableJson = { ...payload };
    const node = happening.node_id ?? "";
    for (const [field, space] of placesOf(happening, node)) {
      if (masked[field] !== undefined) masked[field] = this.#place(masked[field] as Json, space);
    }
    const names = this.#secrets.names.get(node);
    const swept = this.#sweep(this.#violation(masked, happening, node), names);
    return { ...happening, payload: swept } as unknown as Happening;
  };

  /** A violation's `actual` stands at the pointer in `field`, not under a name. */
  #violation(payload: MutableJson, { event_type }: Happening, node: string): MutableJson {
    const { field, actual } = payload;
    if (event_type !== "violation" || typeof field !== "string" || actual === undefined) return payload;
    const path = parsePointer(field);
    const names = this.#secrets.names.get(node);
    const isSecret = [spaces.payload, spaces.inputs(node)].some((space) => this.#touches(space, path));
    if (!isSecret && !path.some((part) => names?.has(part))) return payload;
    return { ...payload, actual: this.#hide(actual) };
  }

  #touches(space: Space, path: readonly string[]): boolean {
    const secret = this.#secrets.paths.get(space) ?? [];
    return secret.some((one) => one.slice(0, path.length).every((part, i) => part === path[i]));
  }

  #place(value: Json, space: Space): Json {
    return (this.#secrets.paths.get(space) ?? []).reduce((data, path) => this.#hideAt(data, path), value);
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
    return `sha256:${sha256(this.#salt + canonical(value))}`;
  }

  #learn(value: Json): void {
    if (typeof value === "string" || typeof value === "number") this.#values.add(value);
    else if (typeof value === "object" && value !== null) {
      for (const item of Object.values(value)) this.#learn(item as Json);
    }
  }
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
