/** Capabilities of a package in the form in which those of this build are declared. */

import { notJson } from "../../json/not-json.ts";
import { pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import type { Change } from "../../ports.ts";
import { CapabilityError } from "../capability-error.ts";
import {
  type Ambiguity,
  ambiguityTable,
  type EffectStart,
  type Evidence,
  type ShownAnswer,
} from "../evidence.ts";
import type { RemoteEvidence } from "../remote-effect.ts";
import type { Performed } from "../target.ts";
import { type HostEffect, hostOperation } from "../targets/host.ts";
import { type HttpEffect, httpOperation } from "../targets/http.ts";
import { type StoreEffect, storeEffect } from "../targets/store.ts";
import { type Answer, type Transform, transform } from "../transform.ts";
import type { RemoteEffectParts, StoreEffectParts, TransformParts } from "./declaration.ts";
import type { HostModules } from "./host-modules.ts";
import type { PackageRealm } from "./package-realm.ts";

export function toTransform(parts: TransformParts, file: string, realm: PackageRealm): Transform {
  const { draws, ...declared } = parts;
  const kinds = draws === "secret" ? "entropy" : (draws ?? "");
  return transform({
    ...declared,
    ...(draws === undefined ? {} : { draws }),
    run: (input, sources) => toAnswer(realm.answer(file, definedOf(input), sources, kinds), parts),
  });
}

/** The input without the fields that are not there: JSON has no undefined. */
function definedOf(input: Readonly<Record<string, unknown>>): JsonObject {
  const there = Object.entries(input).filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return Object.fromEntries(there);
}

/** @throws CapabilityError for an answer that is none, or that says what is not declared */
function toAnswer(answer: Json, { result: names, violations }: TransformParts): Answer {
  if (!isObject(answer)) throw new CapabilityError("it answered neither a result nor a violation");
  const [result, violation, facts = {}] = [
    own(answer, "result"),
    own(answer, "violation"),
    own(answer, "facts"),
  ];
  if (violation !== undefined) {
    if (typeof violation !== "string" || !violations.includes(violation))
      throw new CapabilityError(
        `it answered the violation ${JSON.stringify(violation)}, which it does not declare`,
      );
    if (result !== undefined) throw new CapabilityError("it answered a result and a violation");
    if (!isObject(facts)) throw new CapabilityError("the facts of its violation are no object");
    return { violation, facts };
  }
  if (!isObject(result)) throw new CapabilityError("it answered neither a result nor a violation");
  const other = Object.keys(result).find((name) => !names.includes(name));
  if (other !== undefined) throw new CapabilityError(`it answered ${other}, which it does not declare`);
  const missing = names.find((name) => !Object.hasOwn(result, name));
  if (missing !== undefined) throw new CapabilityError(`it did not answer ${missing}, which it declares`);
  return { result };
}

export function toStoreEffect(parts: StoreEffectParts, file: string, realm: PackageRealm): StoreEffect {
  const { code, about, store: kind, examples } = parts;
  const operations = parts.operations.map(({ name: operation, semantics, ...declared }) => {
    const call = (store: object) => ({ file, operation, kind, store, name: nameOf(store) });
    const perform = async (...[input, store, sources]: Parameters<StoreRun>) =>
      toPerformed(await realm.perform(call(store), definedOf(input), sources));
    if (semantics === "reads") return [operation, { ...declared, semantics, run: perform }] as const;
    const probe = async (...[input, store, begun]: Parameters<StoreProbe>) =>
      toEvidence(await realm.probe(call(store), definedOf(input), begunJson(begun)));
    return [operation, { ...declared, semantics, run: perform, probe }] as const;
  });
  return storeEffect({ code, about, store: kind, operations: Object.fromEntries(operations), examples });
}

export function toHttpEffect(parts: RemoteEffectParts, file: string, realm: PackageRealm): HttpEffect {
  const { code, about } = parts;
  const operations = parts.operations.map(({ name: operation, hasProbe, ...declared }) => {
    const call = (method: "run" | "probe", input: Unknown, policy: JsonObject, begun: JsonObject) =>
      ({ file, operation, method, input: definedOf(input), policy, begun }) as const;
    const http = httpOperation(operation, {
      ...declared,
      run: async (input, client, policy) =>
        toPerformed(await realm.exchange(call("run", input, policy, {}), client)),
      probe: hasProbe
        ? async (input, client, policy, begun) =>
            toRemoteEvidence(await realm.exchange(call("probe", input, policy, { ...begun }), client))
        : null,
    });
    return [operation, http] as const;
  });
  return { code, about, operations: Object.fromEntries(operations) };
}

/** Its code is evaluated when it is performed or asked for the first time. */
export function toHostEffect(parts: RemoteEffectParts, file: string, modules: HostModules): HostEffect {
  const { code, about, config } = parts;
  const operations = parts.operations.map(({ name, hasProbe, ...declared }) => {
    const call = async (method: "run" | "probe", ...given: readonly unknown[]) =>
      toJsonAnswer(await modules.call(file, name, method, given));
    const host = hostOperation(name, config ?? {}, {
      ...declared,
      run: async (input, settings, around) => toPerformed(await call("run", input, settings, around)),
      probe: hasProbe
        ? async (input, settings, around) => toRemoteEvidence(await call("probe", input, settings, around))
        : null,
    });
    return [name, host] as const;
  });
  return { code, about, operations: Object.fromEntries(operations) };
}

/** A copy of what JSON can carry. @throws CapabilityError for anything else */
function toJsonAnswer(answer: unknown): Json {
  if (answer === undefined) return null;
  const defined = isObject(answer) ? definedOf(answer) : answer;
  const invalid = notJson(defined, []);
  if (invalid !== undefined)
    throw new CapabilityError(`it answered a value at ${pointer(invalid)} that JSON cannot carry`);
  return structuredClone(defined) as Json;
}

/** @throws CapabilityError */
function toRemoteEvidence(value: Json): RemoteEvidence {
  const { state, result, evidence = {} } = isObject(value) ? value : {};
  if (!isObject(evidence)) throw new CapabilityError("its probe answered no evidence");
  if (state === "absent" || state === "unclear") return { state, evidence };
  if (state !== "done") throw new CapabilityError("its probe answered an unknown state");
  if (!isObject(result)) throw new CapabilityError("its probe answered done without the result");
  return { state, result, evidence };
}

type Unknown = Readonly<Record<string, unknown>>;
type StoreRun = (input: Unknown, store: object, sources: Parameters<PackageRealm["perform"]>[2]) => unknown;
type StoreProbe = (input: Unknown, store: object, begun: EffectStart) => unknown;

function begunJson({ effectKey, since, last, answered }: EffectStart): JsonObject {
  return { effectKey, since, last: last && { ...last }, ...(answered === undefined ? {} : { answered }) };
}

function nameOf(store: object): string {
  return "name" in store && typeof store.name === "string" ? store.name : "";
}

/** @throws CapabilityError */
function toPerformed(value: Json): Performed {
  if (!isObject(value)) throw new CapabilityError("it answered no outcome");
  const outcome = own(value, "outcome");
  if (typeof outcome !== "string") throw new CapabilityError("it answered no outcome");
  const [result, reason, change] = [own(value, "result"), own(value, "reason"), own(value, "change")];
  if (result !== undefined && !isObject(result)) throw new CapabilityError("its result is no object");
  if (reason !== undefined && !isObject(reason)) throw new CapabilityError("its reason is no object");
  return {
    outcome,
    ...(result === undefined ? {} : { result }),
    ...(reason === undefined ? {} : { reason }),
    ...(change === undefined || change === null ? {} : { change: toChange(change) }),
  };
}

function toChange(value: Json): Change {
  const [before, after] = isObject(value) ? [own(value, "before"), own(value, "after")] : [];
  if (!isChangeSide(before) || !isChangeSide(after))
    throw new CapabilityError("its change is not the one that the store's method answered");
  return { before, after };
}

const isChangeSide = (value: Json | undefined): value is JsonObject | null => value === null || isObject(value);

/** @throws CapabilityError */
function toEvidence(value: Json): Evidence {
  const evidence = isObject(value) ? (own(value, "evidence") ?? {}) : null;
  if (!isObject(value) || !isObject(evidence)) throw new CapabilityError("its probe answered no evidence");
  switch (own(value, "state")) {
    case "absent":
      return { state: "absent", evidence };
    case "done":
      return { state: "done", isDated: own(value, "isDated") === true, ...toAnswerShown(value), evidence };
    case "unclear": {
      const because = own(value, "because");
      if (isAmbiguity(because)) return { state: "unclear", because, ...toAnswerShown(value), evidence };
      throw new CapabilityError(`its probe answered an unknown reason: ${JSON.stringify(because)}`);
    }
    default:
      throw new CapabilityError("its probe answered an unknown state");
  }
}

/** @throws CapabilityError */
function toAnswerShown(value: JsonObject): { readonly answer?: ShownAnswer } {
  const [result, change] = [own(value, "result"), own(value, "change") ?? null];
  if (result === undefined) return {};
  if (!isObject(result)) throw new CapabilityError("the result of its probe is no object");
  return { answer: { result, ...(change === null ? {} : { change: toChange(change) }) } };
}

const isAmbiguity = (word: Json | undefined): word is Ambiguity =>
  typeof word === "string" && Object.hasOwn(ambiguityTable, word);
