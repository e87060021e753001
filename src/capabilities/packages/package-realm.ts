/** The capabilities of one package, evaluated in a realm of their own, as the engine calls them. */

import { counted } from "../../errors/counted.ts";
import { HttpFailure } from "../../errors/ports.ts";
import { TRANSFORM_TIME } from "../../json/limits.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { type Realm, RealmTimeout, type Sources } from "../../ports.ts";
import type { StoreKind } from "../../storage/stores.ts";
import { CapabilityError } from "../capability-error.ts";
import type { HttpClient, Request, Response } from "../remote/http-client.ts";
import type { EffectSources } from "../targets/store.ts";
import { CapabilityFault } from "./errors.ts";
import type { LinkedFile } from "./link.ts";
import { PRELUDE } from "./prelude.ts";

/** What the realm answers: a value, an error of the host that it passes on, or why it failed. */
type Reply =
  | { readonly ok?: Json }
  | { readonly host: number }
  | { readonly failed: string; readonly detail: string };

type Draw = (kind: "clock" | "entropy", count: number) => string;
/** Goes on in the realm with the host's answer. */
type Settle = (answer: string) => void;
type CallStore = (
  method: string,
  given: string,
  make: ((number: unknown) => string) | undefined,
  settle: Settle,
) => void;

/** What performing and probing an operation on a store begin with. */
type OnStore = [
  done: Settle,
  file: string,
  operation: string,
  input: string,
  kind: StoreKind,
  name: string,
  call: CallStore,
];

/** What `PRELUDE` evaluates to. */
interface Inside {
  addJson(file: string, text: string): string;
  add(file: string, define: unknown, imports: string, exports: string): string;
  addExternal(specifier: string): string;
  describe(file: string): string;
  answer(file: string, input: string, draw: Draw, kinds: string): string;
  perform(...call: [...OnStore, draw: Draw, effectKey: string]): void;
  probe(...call: [...OnStore, begun: string]): void;
  exchange(
    ...call: [
      done: Settle,
      file: string,
      operation: string,
      method: "run" | "probe",
      input: string,
      policy: string,
      begun: string,
      effectKey: string,
      send: (request: string, settle: Settle) => void,
      readJson: (number: number) => string,
    ]
  ): void;
}

/** An operation of a store effect. */
export interface StoreCall {
  readonly file: string;
  readonly operation: string;
  readonly kind: StoreKind;
  /** What the operation is given of its store: one method for each name. */
  readonly store: object;
  readonly name: string;
}

/** An operation of an http effect, or its probe. */
export interface HttpCall {
  readonly file: string;
  readonly operation: string;
  readonly method: "run" | "probe";
  readonly input: JsonObject;
  readonly policy: JsonObject;
  readonly begun: JsonObject;
}

export class PackageRealm {
  readonly #package: string;
  readonly #realm: Realm;
  readonly #inside: Inside;

  constructor(packageName: string, realm: Realm) {
    this.#package = packageName;
    this.#realm = realm;
    this.#inside = realm.evaluate(PRELUDE, "capability-prelude") as Inside;
  }

  /** Evaluates a linked file; those that it imports are evaluated already. @throws CapabilityFault */
  add(linked: LinkedFile): void {
    if (linked.kind === "json") {
      this.#loaded(linked.file, () => this.#inside.addJson(linked.file, linked.text));
      return;
    }
    const { module, imports, exports } = linked;
    const { file, text, prefix } = module;
    const define = this.#evaluated(file, text, prefix);
    const sources = imports.map(({ from, name }) => [from, name]);
    const names = [...exports].map(([name, { from, name: source }]) => [name, from, source]);
    this.#loaded(file, () => this.#inside.add(file, define, JSON.stringify(sources), JSON.stringify(names)));
  }

  /** A module outside the package: there while a host effect is declared, but without anything in it. */
  addExternal(specifier: string): void {
    this.#loaded(specifier, () => this.#inside.addExternal(specifier));
  }

  /** What the file declares, its functions replaced by `{"function": true}`; null for what is no object. @throws CapabilityFault */
  describe(file: string): { readonly by: string; readonly declaration: JsonObject } | null {
    const described = this.#loaded(file, () => this.#inside.describe(file));
    const by = isObject(described) ? own(described, "by") : undefined;
    const declaration = isObject(described) ? own(described, "declaration") : undefined;
    return typeof by === "string" && isObject(declaration) ? { by, declaration } : null;
  }

  /** @throws CapabilityError, and what drawing throws */
  answer(file: string, input: JsonObject, sources: Sources, kinds: string): Json {
    const host = new HostErrors();
    return host.result(
      this.#inTime(() =>
        this.#inside.answer(file, JSON.stringify(input), drawing(sources, host, kinds), kinds),
      ),
    );
  }

  /** @throws CapabilityError, and what the store or drawing throws */
  async perform(
    { file, operation, kind, name, store }: StoreCall,
    input: JsonObject,
    sources: EffectSources,
  ): Promise<Json> {
    const host = new HostErrors();
    const text = JSON.stringify(input);
    const draw = drawing(sources, host, "clock entropy");
    return host.result(
      await this.#settled((done, turns) => {
        const call = calling(store, host, turns);
        this.#inside.perform(done, file, operation, text, kind, name, call, draw, sources.effectKey);
      }),
    );
  }

  /** @throws CapabilityError, and what the store throws */
  async probe(
    { file, operation, kind, name, store }: StoreCall,
    input: JsonObject,
    begun: JsonObject,
  ): Promise<Json> {
    const host = new HostErrors();
    const [text, beginning] = [JSON.stringify(input), JSON.stringify(begun)];
    return host.result(
      await this.#settled((done, turns) => {
        const call = calling(store, host, turns);
        this.#inside.probe(done, file, operation, text, kind, name, call, beginning);
      }),
    );
  }

  /** @throws CapabilityError, and HttpFailure */
  async exchange({ file, operation, method, ...given }: HttpCall, client: HttpClient): Promise<Json> {
    const host = new HostErrors();
    const [input, policy, begun] = [given.input, given.policy, given.begun].map((one) => JSON.stringify(one));
    return host.result(
      await this.#settled((done, turns) => {
        const { send, readJson } = sending(client, host, turns);
        this.#inside.exchange(
          ...([done, file, operation, method] as const),
          ...([input ?? "", policy ?? "", begun ?? "", client.effectKey, send, readJson] as const),
        );
      }),
    );
  }

  /** What the parser accepts may still be too new for the engine. */
  #evaluated(file: string, text: string, prefix: number): unknown {
    try {
      return this.#inTime(() => this.#realm.evaluate(text, `capability:${file}`, -prefix));
    } catch (error) {
      const isLate = error instanceof CapabilityError;
      const reason = isLate ? error.message : "this version of Node does not know a part of its syntax";
      throw new CapabilityFault("CAPABILITY_THREW", this.#threw(file, reason), { cause: error });
    }
  }

  #loaded(file: string, work: () => string): Json {
    try {
      return new HostErrors().result(this.#inTime(work));
    } catch (error) {
      if (!(error instanceof CapabilityError)) throw error;
      throw new CapabilityFault("CAPABILITY_THREW", this.#threw(file, error.message), { cause: error.cause });
    }
  }

  /** What the operation answers in the end. The time of the host, and of those that it asks, does not count. */
  #settled(begin: (done: Settle, turns: Turns) => void): Promise<string> {
    return new Promise((resolve, reject) => {
      const turns = new Turns((work) => this.#inTime(work), reject);
      const done = (answer: string) => {
        turns.end();
        resolve(answer);
      };
      turns.resume(() => begin(done, turns));
    });
  }

  /** The realm ends a reason with the line, where one is known. */
  #threw(file: string, reason: string) {
    const [, thrower, line] = / \(([^()]+):(\d+)\)$/.exec(reason) ?? [];
    return { package: this.#package, file, line: thrower === file ? Number(line) : 1, column: 1, reason };
  }

  #inTime<T>(work: () => T): T {
    try {
      return this.#realm.limited(work, TRANSFORM_TIME);
    } catch (error) {
      if (!(error instanceof RealmTimeout)) throw error;
      throw new CapabilityError(`it did not end within ${counted(TRANSFORM_TIME / 1000, "second")}`);
    }
  }
}

/** How the host comes back into the realm: each time for a limited time. */
class Turns {
  readonly inTime: <T>(work: () => T) => T;
  readonly #fail: (error: unknown) => void;
  /** Answers of the host that are still to come. */
  #open = 0;
  #isEnded = false;

  constructor(inTime: <T>(work: () => T) => T, fail: (error: unknown) => void) {
    this.inTime = inTime;
    this.#fail = fail;
  }

  /** The operation fails when the time is over, and when it waits for nothing that the host answers. */
  resume(work: () => void): void {
    try {
      this.inTime(work);
    } catch (error) {
      this.#fail(error);
    }
    if (!this.#isEnded && this.#open === 0)
      this.#fail(new CapabilityError("it waits for something that never happens"));
  }

  /** Goes on with the answer as soon as it is there. */
  async settle(pending: Promise<string>, settle: Settle): Promise<void> {
    this.#open++;
    const answer = await pending;
    this.#open--;
    this.resume(() => settle(answer));
  }

  end(): void {
    this.#isEnded = true;
  }
}

/** Errors of the host on their way through a realm, which knows them by a number. */
class HostErrors {
  readonly #kept: unknown[] = [];

  /** The work's value, or its error, as the realm reads it. */
  reply(work: () => Json | undefined): string {
    try {
      return JSON.stringify({ ok: work() });
    } catch (error) {
      return this.keep(error);
    }
  }

  keep(error: unknown): string {
    const code = error instanceof Error && "reason" in error ? String(error.reason) : "";
    const number = this.#kept.push(error) - 1;
    const known = error instanceof HttpFailure ? [number, error.code, error.sent] : [number, code, null];
    return JSON.stringify({ host: JSON.stringify(known) });
  }

  /** @throws CapabilityError, or the error of the host that came back */
  result(text: string): Json {
    const reply = JSON.parse(text) as Reply;
    if ("host" in reply) throw this.#kept[reply.host];
    if ("failed" in reply) throw new CapabilityError(reply.failed, { cause: reply.detail });
    return reply.ok ?? null;
  }
}

function drawing(sources: Sources, host: HostErrors, kinds: string): Draw {
  return (kind, count) =>
    host.reply(() => {
      if (!kinds.includes(kind)) throw new CapabilityError(`it drew ${kind}, which it does not declare`);
      return kind === "clock" ? sources.clock() : sources.entropy(count);
    });
}

function sending(client: HttpClient, host: HostErrors, turns: Turns) {
  const responses: Response[] = [];
  const answerTo = async (text: string): Promise<string> => {
    try {
      // What is no request the client refuses, as it does for anybody.
      const response = await client.send(JSON.parse(text) as Request);
      const { status, headers, text: body } = response;
      return JSON.stringify({ ok: { status, headers, text: body, number: responses.push(response) - 1 } });
    } catch (error) {
      return host.keep(error);
    }
  };
  return {
    send: (text: string, settle: Settle) => void turns.settle(answerTo(text), settle),
    readJson: (number: number) => host.reply(() => responses[number]?.json()),
  };
}

/** What the callback of a store's method failed with is known in the realm. */
class CallbackFailed extends Error {}

function calling(store: object, host: HostErrors, turns: Turns): CallStore {
  const answerTo = async (...[method, given, make]: Parameters<CallStore>): Promise<string> => {
    const made = (number: unknown) => {
      const text = turns.inTime(() => make?.(number) ?? "");
      if (text === "") throw new CallbackFailed();
      return JSON.parse(text) as Json;
    };
    try {
      const values = JSON.parse(given) as readonly Json[];
      const call: unknown = Reflect.get(store, method);
      if (typeof call !== "function") throw new Error(`a store has no ${method}`);
      const value: Json | undefined = await call.apply(store, make === undefined ? values : [...values, made]);
      return JSON.stringify({ ok: value });
    } catch (error) {
      return error instanceof CallbackFailed ? "{}" : host.keep(error);
    }
  };
  return (...call) => void turns.settle(answerTo(...call), call[3]);
}
