/** What an operation of an http effect sends its requests with. It holds the policy, and records each request. */

import { HttpFailure } from "../../errors/ports.ts";
import { sha256 } from "../../json/canonical.ts";
import { DEPTH, HTTP } from "../../json/limits.ts";
import { readText } from "../../json/parse.ts";
import { isObject, type Json } from "../../json/value.ts";
import type { Http, HttpAnswer, RecordedRequest } from "../../ports.ts";
import { CapabilityError } from "../capability-error.ts";
import { HIDDEN, SecretHider } from "./hide-secrets.ts";
import { type HttpPolicy, isHeaderName, isHeaderText, type Secret } from "./http-policy.ts";

/** What an operation is given. */
export interface HttpClient {
  /**
   * The server's answer, whatever its status; redirects are answers, too.
   * @throws HttpFailure where there is none; its `sent` says whether the server may have received the request
   */
  send(request: Request): Promise<Response>;
  /** The same for every attempt of this step of this run: what a server can recognise a second attempt by. */
  readonly effectKey: string;
}

export interface Request {
  /** `GET` where it is absent. */
  readonly method?: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  /** Added to those of the URL. */
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is; at most one of `text` and `json`. */
  readonly text?: string;
  readonly json?: Json;
}

export interface Response {
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** @throws HttpFailure `HTTP_ANSWER_NOT_JSON` */
  json(): Json;
}

const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);
const READING: ReadonlySet<string> = new Set(["GET", "HEAD"]);
const SECRET_LENGTH = 8;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

export interface ClientOptions {
  readonly policy: HttpPolicy;
  readonly http: Http;
  readonly effectKey: string;
  /** Whether only requests are allowed that change nothing. */
  readonly isReading: boolean;
}

export interface RecordingClient {
  readonly client: HttpClient;
  /** In the order in which they began. */
  readonly requests: readonly RecordedRequest[];
  /** Refuses every request from here on. */
  close(): void;
}

export function httpClient(options: ClientOptions): RecordingClient {
  const requests: RecordedRequest[] = [];
  let isOpen = true;
  const send = async (request: Request): Promise<Response> => {
    if (!isOpen) throw new CapabilityError("it sent a request after it had ended");
    const prepared = prepare(request, options);
    if (requests.length >= HTTP.requests)
      throw new HttpFailure("HTTP_TOO_MANY_REQUESTS", false, { limit: HTTP.requests });
    return exchange(prepared, options, requests);
  };
  return {
    client: Object.freeze({ send, effectKey: options.effectKey }),
    requests,
    close() {
      isOpen = false;
    },
  };
}

interface Prepared {
  readonly method: string;
  readonly url: string;
  /** As the trace shows it. */
  readonly shownUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly proxy: string | null;
  /** Values that the server must not be able to send back into the trace. */
  readonly secrets: readonly string[];
}

/** @throws HttpFailure for what may not be sent; CapabilityError for what is no request */
function prepare(request: Request, options: ClientOptions): Prepared {
  const { policy, http, isReading } = options;
  if (!isObject(request)) throw new CapabilityError("it sent a request that is no object");
  const method = request.method ?? "GET";
  if (!METHODS.has(method))
    throw new CapabilityError(`it sent a request with the method ${JSON.stringify(method)}`);
  if (isReading && !READING.has(method))
    throw new CapabilityError(`its probe sent ${method}; a probe sends GET or HEAD`);
  const url = addressOf(request, policy);
  const [body, type] = bodyOf(request);
  const headers = { ...type, ...headersOf(request) };
  const secrets: string[] = [];
  const reveal = (secret: Secret) => {
    const value = secretOf(secret, http);
    secrets.push(value);
    return `${secret.prefix}${value}`;
  };
  for (const [name, secret] of policy.secretHeaders) headers[name] = reveal(secret);
  const shown = new URL(url);
  for (const name of policy.hiddenQuery) if (shown.searchParams.has(name)) shown.searchParams.set(name, HIDDEN);
  for (const [name, secret] of policy.secretQuery) {
    url.searchParams.set(name, reveal(secret));
    shown.searchParams.set(name, HIDDEN);
  }
  const proxy = proxyOf(options);
  const isOnMachine = proxy === null && LOOPBACK.test(url.hostname);
  if (secrets.length > 0 && url.protocol === "http:" && !isOnMachine)
    throw new HttpFailure("HTTP_SECRET_IN_CLEAR", false, { origin: url.origin });
  return { method, url: url.href, shownUrl: shown.href, headers, body, proxy, secrets };
}

/** Compared by origin in its one spelling: that of the address to which the request goes. @throws HttpFailure */
function addressOf({ url: given, query = {} }: Request, { origins }: HttpPolicy): URL {
  if (typeof given !== "string") throw new CapabilityError("it sent a request whose url is no text");
  const url = given.length <= HTTP.url && URL.canParse(given) ? new URL(given) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new HttpFailure("HTTP_URL_INVALID", false);
  if (url.username !== "" || url.password !== "") throw new HttpFailure("HTTP_URL_CREDENTIALS", false);
  if (!origins.has(url.origin)) throw new HttpFailure("HTTP_ORIGIN_NOT_ALLOWED", false, { origin: url.origin });
  url.hash = "";
  for (const [name, value] of entriesOf(query, "query")) url.searchParams.append(name, value);
  if (url.href.length > HTTP.url) throw new HttpFailure("HTTP_URL_INVALID", false);
  return url;
}

function bodyOf({ text, json }: Request): readonly [Uint8Array | null, Record<string, string>] {
  if (text !== undefined && json !== undefined)
    throw new CapabilityError("it sent a request with a text and a json");
  if (text !== undefined)
    return [Buffer.from(textOf(text, "text")), { "content-type": "text/plain; charset=utf-8" }];
  if (json === undefined) return [null, {}];
  return [Buffer.from(JSON.stringify(json)), { "content-type": "application/json" }];
}

function headersOf({ headers = {} }: Request): Record<string, string> {
  const pairs = entriesOf(headers, "headers").map(([name, value]) => {
    if (!isHeaderName(name))
      throw new CapabilityError(
        `it sent a request with the header ${JSON.stringify(name)}, which it may not give`,
      );
    if (!isHeaderText(value)) throw new HttpFailure("HTTP_HEADER_INVALID", false, { header: name });
    return [name.toLowerCase(), value] as const;
  });
  return Object.fromEntries(pairs);
}

function entriesOf(value: unknown, name: string): readonly (readonly [string, string])[] {
  if (!isObject(value)) throw new CapabilityError(`it sent a request whose ${name} is no object`);
  return Object.entries(value).map(([key, member]) => [key, textOf(member, key)] as const);
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== "string") throw new CapabilityError(`it sent a request whose ${name} is no text`);
  return value;
}

function secretOf({ environment }: Secret, http: Http): string {
  const value = http.variable(environment);
  if (value === undefined) throw new HttpFailure("HTTP_SECRET_MISSING", false, { environment });
  // A shorter one could not be told from other text that it is a part of.
  if (!isHeaderText(value) || value.length < SECRET_LENGTH)
    throw new HttpFailure("HTTP_SECRET_INVALID", false, { environment });
  return value;
}

/** @throws HttpFailure where the environment names no proxy, or one that is not reached by http */
function proxyOf({ policy: { proxy: environment }, http }: ClientOptions): string | null {
  if (environment === null) return null;
  const proxy = http.variable(environment);
  if (proxy === undefined) throw new HttpFailure("HTTP_SECRET_MISSING", false, { environment });
  const url = URL.canParse(proxy) ? new URL(proxy) : null;
  if (url?.protocol !== "http:" || url.username !== "")
    throw new HttpFailure("HTTP_PROXY_INVALID", false, { environment });
  return url.origin;
}

/** @throws HttpFailure */
async function exchange(
  { shownUrl: shown, secrets, ...request }: Prepared,
  { policy, http }: ClientOptions,
  requests: RecordedRequest[],
): Promise<Response> {
  const { method, body } = request;
  const index = requests.length;
  const digest = body === null ? {} : { request_digest: sha256(body) };
  const hider = new SecretHider(secrets);
  const begun = { method, url: hider.inText(shown), ...digest };
  requests.push({ ...begun, sent: true, failure: "HTTP_NOT_FINISHED" });
  const { timeoutMs, answerBytes } = policy;
  const answer = await http.send(request, { timeoutMs, answerBytes, headerBytes: HTTP.headerBytes });
  if ("failure" in answer) {
    requests[index] = { ...begun, ...answer };
    const { failure, sent, ...facts } = answer;
    throw new HttpFailure(failure, sent, facts);
  }
  requests[index] = { ...begun, sent: true, status: answer.status, answer_digest: sha256(answer.body) };
  return toResponse(answer, hider);
}

/** @throws HttpFailure for a body in an encoding that was not asked for */
function toResponse({ status, headers, body }: HttpAnswer, hider: SecretHider): Response {
  if ((headers["content-encoding"] ?? "identity") !== "identity")
    throw new HttpFailure("HTTP_ANSWER_ENCODED", true, { status });
  const text = Buffer.from(body).toString("utf8");
  const shown = Object.entries(headers).map((header) => header.map((part) => hider.inText(part)));
  return Object.freeze({
    status,
    headers: Object.freeze(Object.fromEntries(shown)),
    text: hider.inText(text),
    json() {
      const read = readText(text, DEPTH.stored);
      if ("value" in read) return hider.inJson(read.value);
      throw new HttpFailure("HTTP_ANSWER_NOT_JSON", true, { status });
    },
  });
}
