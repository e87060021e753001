/** What a runtime binding declares of retrying a side effect, and of verifying it: `retry` and `verify`. */

import { isoDuration } from "../capabilities/iso-8601.ts";
import { RETRY } from "../json/limits.ts";
import { valueAt } from "../json/text.ts";
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

/** In words: `up to 3 attempts after BACKEND_ERROR, pauses of 200 ms, each longer by a factor of 2, 30000 ms at most`. */
export function retryText({ maxAttempts, backoff, factor, maxBackoff, on }: Retry): string {
  const attempts = `up to ${maxAttempts} attempts after ${[...on].join(", ")}`;
  if (backoff === 0) return attempts;
  const longer = factor === 1 ? "" : `, each longer by a factor of ${factor}`;
  const most = factor === 1 || maxBackoff === RETRY.backoffMost ? "" : `, ${maxBackoff} ms at most`;
  return `${attempts}, pauses of ${backoff} ms${longer}${most}`;
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
  malformed(report, path, "verify should be true or false", { do: "change", to: "true" });
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
      this.#wrong(
        "max_backoff",
        "max_backoff of retry is shorter than backoff",
        own(this.#retry, "backoff") ?? null,
      );
    return retry;
  }

  #knownMembers(): void {
    const isOnTwice = ["on", ON_IN_YAML].every((name) => Object.hasOwn(this.#retry, name));
    for (const name of Object.keys(this.#retry)) {
      const isKnown = MEMBERS.includes(name) || (name === ON_IN_YAML && !isOnTwice);
      if (isKnown) continue;
      const nearest = this.#nearest(name);
      const change: Change = nearest === null ? { do: "remove" } : { do: "rename", to: nearest };
      const what = `retry has no member ${name}; it may have ${MEMBERS.join(", ")}`;
      this.#fail(name, what, change);
    }
  }

  #attempts(): number {
    const value = own(this.#retry, "max_attempts");
    const { attemptsMost: most } = RETRY;
    if (typeof value === "number" && Number.isInteger(value) && value >= 2 && value <= most) return value;
    const what = `max_attempts of retry should be a whole number from 2 to ${most}`;
    if (value === undefined) this.#missing("max_attempts", what, "3");
    else this.#wrong("max_attempts", what, nearestIn(value, 2, most, 3));
    return 2;
  }

  #factor(): number {
    const value = own(this.#retry, "factor") ?? 1;
    const { factorMost: most } = RETRY;
    if (typeof value === "number" && value >= 1 && value <= most) return value;
    this.#wrong("factor", `factor of retry should be a number from 1 to ${most}`, nearestIn(value, 1, most, 2));
    return 1;
  }

  #duration(name: "backoff" | "max_backoff"): number | undefined {
    const value = own(this.#retry, name);
    if (value === undefined) return undefined;
    const duration = typeof value === "string" ? isoDuration(value) : undefined;
    if (duration !== undefined && duration > 0 && duration <= RETRY.backoffMost) return duration;
    const what = `${name} of retry should be an ISO 8601 duration from PT0.001S to P30D`;
    const isLong = duration !== undefined && duration > 0;
    this.#wrong(name, what, isLong ? "P30D" : name === "backoff" ? "PT1S" : "PT30S");
    return undefined;
  }

  #outcomes(): readonly string[] {
    const name = onIn(this.#retry);
    const value: Json = own(this.#retry, name) ?? STANDARD_ON;
    const isList = Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");
    if (isList) return value as readonly string[];
    this.#wrong(
      name,
      "on of retry should be a list of outcomes",
      typeof value === "string" ? [value] : STANDARD_ON,
    );
    return STANDARD_ON;
  }

  /** Unless a member that is misspelt was meant: that is reported. */
  #missing(member: string, what: string, as: string): void {
    if (Object.keys(this.#retry).every((name) => MEMBERS.includes(name) || this.#nearest(name) !== member))
      this.#fail(member, what, { do: "add", as });
  }

  /** The member that is not there and was meant by this name. */
  #nearest(name: string): string | null {
    return nearestName(
      name,
      MEMBERS.filter((one) => !Object.hasOwn(this.#retry, one)),
    );
  }

  /** `right` is the value to write instead. */
  #wrong(member: string, what: string, right: Json): void {
    this.#fail(member, what, { do: "change", to: quote(right) });
  }

  #fail(member: string, what: string, change: Change): void {
    this.isValid = false;
    malformed(this.#report, [...this.#path, member], what, change);
  }
}

/** The number of the range that is nearest to a number; another one for what is no number. */
function nearestIn(value: Json, least: number, most: number, other: number): number {
  return typeof value === "number" ? Math.min(Math.max(Math.round(value), least), most) : other;
}

const MEMBERS: readonly string[] = ["max_attempts", "backoff", "factor", "max_backoff", "on"];

/** The outcomes that a runtime binding names for an effect, and where; null where it names none. */
export function declaredOutcomes(
  frontmatter: JsonObject,
  effect: string,
): { readonly outcomes: readonly string[]; readonly path: Path } | null {
  for (const member of ["policy", "config"]) {
    const path = ["core", "bindings", effect, member, "retry"];
    const retry = valueAt(frontmatter, path);
    if (!isObject(retry)) continue;
    const name = onIn(retry);
    const listed = own(retry, name);
    const isList = Array.isArray(listed) && listed.every((one) => typeof one === "string");
    return isList ? { outcomes: listed as readonly string[], path: [...path, name] } : null;
  }
  return null;
}

/** The name under which the outcomes are. */
export function onIn(retry: JsonObject): string {
  return Object.hasOwn(retry, "on") || !Object.hasOwn(retry, ON_IN_YAML) ? "on" : ON_IN_YAML;
}
