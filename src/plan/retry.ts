/** What a runtime binding declares of retrying a side effect, and of verifying it: `retry` and `verify`. */

import { isoDuration } from "../capabilities/iso-8601.ts";
import { RETRY } from "../json/limits.ts";
import { isObject, type Json, type JsonObject, own } from "../json/value.ts";
import { type Change, type Path, quote } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import type { DeclaredMember, Report } from "../snapshot/parse.ts";

/** How an effect is tried again. Durations are in milliseconds. */
export interface Retry {
  /** The first one included. */
  readonly maxAttempts: number;
  /** The pause before the second attempt. */
  readonly backoff: number;
  /** By which each further pause is longer than the one before. */
  readonly factor: number;
  readonly maxBackoff: number;
  /** The outcomes after which it is tried again. */
  readonly on: ReadonlySet<string>;
}

/** The outcomes after which it is tried again unless the binding says which. */
const STANDARD_ON: readonly string[] = ["BACKEND_ERROR"];

/** YAML 1.1 reads the name `on` without quotes as the truth value, whose name in JSON is this. */
const ON_IN_YAML = "true";

const EXAMPLE = quote({ max_attempts: 3, backoff: "PT1S", factor: 2 });

/** Null where it says nothing, or nothing valid: that is reported. */
export function parseRetry(declared: DeclaredMember | null, report: Report): Retry | null {
  if (declared === null) return null;
  const { value, path } = declared;
  if (!isObject(value)) {
    malformed(report, path, "retry should be a mapping", { do: "change", to: EXAMPLE });
    return null;
  }
  const reader = new RetryReader(value, path, report);
  const retry = reader.retry();
  return reader.isValid ? retry : null;
}

export function parseVerify(declared: DeclaredMember | null, report: Report): boolean {
  if (declared === null) return false;
  const { value, path } = declared;
  if (typeof value === "boolean") return value;
  malformed(report, path, "verify should be true or false", { do: "change", to: "true or false" });
  return false;
}

function malformed(report: Report, path: Path, what: string, hint: Change): void {
  report("RETRY_MALFORMED", path, what, hint);
}

class RetryReader {
  readonly #retry: JsonObject;
  readonly #path: Path;
  readonly #report: Report;
  isValid = true;

  constructor(retry: JsonObject, path: Path, report: Report) {
    this.#retry = retry;
    this.#path = path;
    this.#report = report;
  }

  retry(): Retry {
    this.#knownMembers();
    const backoff = this.#duration("backoff");
    const retry = {
      maxAttempts: this.#attempts(),
      backoff: backoff ?? 0,
      factor: this.#factor(),
      maxBackoff: this.#duration("max_backoff") ?? RETRY.backoffMost,
      on: new Set(this.#outcomes()),
    };
    if (backoff !== undefined && retry.maxBackoff < backoff)
      this.#fail("max_backoff", "max_backoff is shorter than backoff", {
        do: "change",
        to: `a duration of ${String(own(this.#retry, "backoff"))} or longer`,
      });
    return retry;
  }

  #knownMembers(): void {
    const isOnTwice = ["on", ON_IN_YAML].every((name) => Object.hasOwn(this.#retry, name));
    for (const name of Object.keys(this.#retry)) {
      const isKnown = MEMBERS.includes(name) || (name === ON_IN_YAML && !isOnTwice);
      if (isKnown) continue;
      const free = MEMBERS.filter((one) => !Object.hasOwn(this.#retry, one));
      const nearest = nearestName(name, free);
      const change: Change = nearest === null ? { do: "remove" } : { do: "rename", to: nearest };
      const what = `retry has no member ${name}; it may have ${MEMBERS.join(", ")}`;
      this.#fail(name, what, change);
    }
  }

  #attempts(): number {
    const value = own(this.#retry, "max_attempts");
    const { attemptsMost: most } = RETRY;
    if (typeof value === "number" && Number.isInteger(value) && value >= 2 && value <= most) return value;
    const wanted = `a whole number from 2 to ${most}`;
    const change: Change = value === undefined ? { do: "add", as: wanted } : { do: "change", to: wanted };
    this.#fail("max_attempts", `max_attempts of retry should be ${wanted}`, change);
    return 2;
  }

  #factor(): number {
    const value = own(this.#retry, "factor") ?? 1;
    const { factorMost: most } = RETRY;
    if (typeof value === "number" && value >= 1 && value <= most) return value;
    const wanted = `a number from 1 to ${most}`;
    this.#fail("factor", `factor of retry should be ${wanted}`, { do: "change", to: wanted });
    return 1;
  }

  #duration(name: "backoff" | "max_backoff"): number | undefined {
    const value = own(this.#retry, name);
    if (value === undefined) return undefined;
    const duration = typeof value === "string" ? isoDuration(value) : undefined;
    if (duration !== undefined && duration > 0 && duration <= RETRY.backoffMost) return duration;
    const wanted = "an ISO 8601 duration from PT0.001S to P30D, such as PT0.5S";
    this.#fail(name, `${name} of retry should be ${wanted}`, { do: "change", to: wanted });
    return undefined;
  }

  #outcomes(): readonly string[] {
    const name = onIn(this.#retry);
    const value: Json = own(this.#retry, name) ?? STANDARD_ON;
    const isList = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");
    if (isList) return value as readonly string[];
    this.#fail(name, "on of retry should be a list of outcomes", {
      do: "change",
      to: `a list of outcomes, such as ${quote(STANDARD_ON)}`,
    });
    return STANDARD_ON;
  }

  #fail(member: string, what: string, change: Change): void {
    this.isValid = false;
    malformed(this.#report, [...this.#path, member], what, change);
  }
}

const MEMBERS: readonly string[] = ["max_attempts", "backoff", "factor", "max_backoff", "on"];

/** The name under which the outcomes are. */
export function onIn(retry: JsonObject): string {
  return Object.hasOwn(retry, "on") || !Object.hasOwn(retry, ON_IN_YAML) ? "on" : ON_IN_YAML;
}
