/** What the policy of a runtime binding says of an http effect: where its requests may go, with what, and how long. */

import { HTTP } from "../../json/limits.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import type { PolicyFlaw } from "./policy-flaw.ts";
import { allowedDuration, timeLimitFlaws } from "./time-limit.ts";

export interface HttpPolicy {
  readonly origins: ReadonlySet<string>;
  readonly timeoutMs: number;
  readonly answerBytes: number;
  /** By header name, in lower case. */
  readonly secretHeaders: ReadonlyMap<string, Secret>;
  /** By name of the query. */
  readonly secretQuery: ReadonlyMap<string, Secret>;
  /** Names of the query whose values the trace does not show. */
  readonly hiddenQuery: ReadonlySet<string>;
  /** Variable of the environment that names the proxy; null: none is used. */
  readonly proxy: string | null;
}

/** A value that only the environment has. */
export interface Secret {
  /** Name of its variable. */
  readonly environment: string;
  /** Text before it: `Bearer `. */
  readonly prefix: string;
}

export function readHttpPolicy(
  policy: JsonObject,
): { readonly policy: HttpPolicy } | { readonly flaws: readonly PolicyFlaw[] } {
  const flaws: PolicyFlaw[] = [];
  const reader = new PolicyReader(policy, flaws);
  const parsed: HttpPolicy = {
    origins: new Set(reader.origins()),
    timeoutMs: reader.duration("timeout", HTTP.timeoutMs, HTTP.timeoutMost),
    answerBytes: reader.count("max_answer_bytes", HTTP.answerBytes, HTTP.answerMost),
    secretHeaders: reader.secrets("secret_headers", isHeaderName, (name) => name.toLowerCase()),
    secretQuery: reader.secrets(
      "secret_query",
      (name) => name !== "",
      (name) => name,
    ),
    hiddenQuery: new Set(reader.texts("hidden_query")),
    proxy: reader.proxy(),
  };
  const all = [...flaws, ...timeLimitFlaws(policy)];
  return all.length === 0 ? { policy: parsed } : { flaws: all };
}

/** The origin in the one spelling in which it is compared; null for a text that is no origin of http or https. */
export function originOf(text: string): string | null {
  // A name may have a star, but whoever writes one means more than that name.
  const url = URL.canParse(text) && !text.includes("*") ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.origin === text ? url.origin : null;
}

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What the client itself writes, or what would change how the message is read. */
const OWN_HEADERS =
  /^(?:connection|content-length|expect|host|http2-settings|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.*)$/i;

export function isHeaderName(name: string): boolean {
  return HEADER_NAME.test(name) && !OWN_HEADERS.test(name);
}

class PolicyReader {
  readonly #policy: JsonObject;
  readonly #flaws: PolicyFlaw[];

  constructor(policy: JsonObject, flaws: PolicyFlaw[]) {
    this.#policy = policy;
    this.#flaws = flaws;
  }

  origins(): readonly string[] {
    const listed = this.texts("allowed_origins");
    if (listed.length === 0 && own(this.#policy, "allowed_origins") === undefined)
      this.#flaw("NO_ALLOWED_ORIGINS", ["allowed_origins"]);
    for (const [index, text] of listed.entries())
      if (originOf(text) === null) this.#flaw("NO_ORIGIN", ["allowed_origins", index], meantOrigin(text));
    return listed;
  }

  duration(member: string, standard: number, most: number): number {
    const value = own(this.#policy, member);
    if (value === undefined) return standard;
    const duration = allowedDuration(value, most);
    if (duration !== undefined) return duration;
    this.#flaw("BAD_DURATION", [member], `PT${most / 1000}S`);
    return standard;
  }

  count(member: string, standard: number, most: number): number {
    const value = own(this.#policy, member);
    if (value === undefined) return standard;
    if (typeof value === "number" && Number.isInteger(value) && value > 0 && value <= most) return value;
    this.#flaw("BAD_COUNT", [member], String(most));
    return standard;
  }

  texts(member: string): readonly string[] {
    const value = own(this.#policy, member);
    if (value === undefined) return [];
    if (isTexts(value)) return value;
    this.#flaw("NO_LIST_OF_TEXTS", [member]);
    return [];
  }

  secrets(
    member: string,
    isName: (name: string) => boolean,
    toName: (name: string) => string,
  ): ReadonlyMap<string, Secret> {
    const value = own(this.#policy, member);
    const secrets = new Map<string, Secret>();
    if (value === undefined) return secrets;
    if (!isObject(value)) this.#flaw("BAD_SECRET", [member]);
    for (const [name, given] of isObject(value) ? Object.entries(value) : []) {
      const secret = isName(name) ? toSecret(given) : null;
      if (secret === null) this.#flaw("BAD_SECRET", [member, name]);
      else secrets.set(toName(name), secret);
    }
    return secrets;
  }

  proxy(): string | null {
    const value = own(this.#policy, "proxy");
    if (value === undefined) return null;
    const secret = toSecret(value);
    if (secret === null || secret.prefix !== "") this.#flaw("BAD_SECRET", ["proxy"]);
    return secret?.environment ?? null;
  }

  #flaw(code: PolicyFlaw["code"], path: PolicyFlaw["path"], meant?: string | null): void {
    this.#flaws.push({ code, path, meant: meant ?? null });
  }
}

function isTexts(value: Json): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

/** `{ environment, prefix? }` */
function toSecret(value: Json): Secret | null {
  if (!isObject(value)) return null;
  const { environment, prefix = "", ...others } = value;
  if (typeof environment !== "string" || typeof prefix !== "string" || Object.keys(others).length > 0)
    return null;
  return VARIABLE.test(environment) && isHeaderText(prefix) ? { environment, prefix } : null;
}

/** Visible ASCII, space and tab: what every server reads alike. */
export function isHeaderText(text: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(text);
}

/** The origin of an address that says more than that, or says it in another spelling. */
function meantOrigin(text: string): string | null {
  const whole = text.includes("://") ? text : `https://${text}`;
  const url = URL.canParse(whole) && !text.includes("*") ? new URL(whole) : null;
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin : null;
}
