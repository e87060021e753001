/** Holds a capability to what it declares: plays its examples, and says which promises it breaks. */

import { digestOf } from "../json/canonical.ts";
import { deepFreeze, type Json, type JsonObject, jsonEqual, own } from "../json/value.ts";
import type { Change, Sources } from "../ports.ts";
import type { Store } from "../storage/stores.ts";
import type { EffectStart, Evidence } from "./evidence.ts";
import type { Performed } from "./target.ts";
import type { ExampleCall, StoreEffect, StoreOperation } from "./targets/store.ts";
import type { Answer, DrawnSources, Example, Transform } from "./transform.ts";

export interface BrokenPromise {
  /** The example; null where it is about all of them. */
  readonly example: string | null;
  readonly message: string;
}

/** Which refusals of an input a transform does not declare. */
const OF_INPUT: ReadonlySet<string> = new Set(["INPUT_MISSING", "INPUT_TYPE"]);

/** What a transform draws, always the same; anything that it does not declare is an error. */
export function trialSources({ draws }: Pick<Transform, "draws">): Sources {
  const only = <T>(kinds: readonly DrawnSources[], value: T): T => {
    if (draws === undefined || !kinds.includes(draws))
      throw new Error(`it drew ${kinds[0]} without declaring it`);
    return value;
  };
  return {
    clock: () => only(["clock"], "2026-01-31T09:00:00.000Z"),
    entropy: (count) => only(["entropy", "secret"], "5a".repeat(count)),
  };
}

/** A prepared transform; `elsewhere` does its work in another time zone. */
export function tryTransform(
  declared: Transform,
  elsewhere: <T>(work: () => T) => T = (work) => work(),
): readonly BrokenPromise[] {
  return [
    ...declared.examples.flatMap((example) =>
      playExample(declared, example, elsewhere).map((message) => ({ example: example.about, message })),
    ),
    ...unshownReasons(declared).map((message) => ({ example: null, message })),
    ...withoutInput(declared).map((message) => ({ example: null, message })),
  ];
}

function playExample(
  declared: Transform,
  example: Example,
  elsewhere: <T>(work: () => T) => T,
): readonly string[] {
  const input = deepFreeze(structuredClone(example.input) as JsonObject);
  const play = () => answerOf(declared, input);
  const answer = play();
  if (typeof answer === "string") return [answer];
  const again = { "a second time": play(), "in another time zone": elsewhere(play) };
  const unequal = Object.entries(again).filter(([, other]) => !isSameAnswer(answer, other));
  if (unequal.length > 0) return unequal.map(([when]) => `it answers something else ${when}`);
  if ("violation" in example)
    return "violation" in answer && answer.violation === example.violation
      ? []
      : [`it answers ${textOf(answer)} instead of ${example.violation}`];
  if (!("result" in answer) || !jsonEqual(answer.result, example.result))
    return [`it answers ${textOf(answer)} instead of ${JSON.stringify(example.result)}`];
  const [fields, names] = [Object.keys(answer.result), declared.result].map((list) =>
    [...list].sort().join(", "),
  );
  return fields === names ? [] : [`its result has the fields ${fields}, but it declares ${names}`];
}

/** The answer, or why there is none. */
function answerOf(declared: Transform, input: JsonObject): Answer | string {
  try {
    return declared.answer(input, trialSources(declared));
  } catch (error) {
    return error instanceof Error ? error.message : "it threw";
  }
}

function isSameAnswer(a: Answer, b: Answer | string): boolean {
  return typeof b !== "string" && jsonEqual(asJson(a), asJson(b));
}

const asJson = (answer: Answer): Json => ({ ...answer });

const textOf = (answer: Answer) => ("violation" in answer ? answer.violation : JSON.stringify(answer.result));

/** There is an example of success and one of every declared violation, and no other. */
function unshownReasons({ examples, violations }: Transform): readonly string[] {
  const shown = new Set(examples.flatMap((example) => ("violation" in example ? [example.violation] : [])));
  const hasSuccess = examples.some((example) => "result" in example);
  return [
    ...(hasSuccess ? [] : ["it has no example of a result"]),
    ...violations.filter((reason) => !shown.has(reason)).map((reason) => `it has no example of ${reason}`),
    ...[...shown]
      .filter((reason) => !violations.includes(reason) && !OF_INPUT.has(reason))
      .map((reason) => `an example has the violation ${reason}, which it does not declare`),
  ];
}

/** It never makes up an answer. */
function withoutInput(declared: Transform): readonly string[] {
  if (Object.values(declared.input).every(({ required }) => !required)) return [];
  const answer = answerOf(declared, {});
  const isRefused = typeof answer !== "string" && "violation" in answer && OF_INPUT.has(answer.violation);
  return isRefused ? [] : ["it answers without its input"];
}

// ---- effects ----

/** A store of its own for one example. */
export interface TrialStore {
  readonly store: Store;
  /** What the store holds; null where it is not there. */
  text(): string | null | Promise<string | null>;
}

export interface TrialStores {
  /** A fresh store with this content. */
  open(before: string | undefined): TrialStore;
  readonly sources: Sources;
}

export async function tryStoreEffect(
  effect: StoreEffect,
  stores: TrialStores,
): Promise<readonly BrokenPromise[]> {
  const broken: BrokenPromise[] = [];
  for (const { about: example, before, calls } of effect.examples) {
    const at = stores.open(before);
    let last: Change | null = null;
    for (const [index, call] of calls.entries()) {
      const effectKey = digestOf([effect.code, example, index]);
      const begun: EffectStart = { effectKey, since: stores.sources.clock(), last };
      const { messages, change } = await playCall(effect, call, { at, begun, sources: stores.sources });
      last = change ?? last;
      for (const message of messages) broken.push({ example, message: `${call.op}: ${message}` });
    }
  }
  const shown = new Set(
    effect.examples.flatMap(({ calls }) => calls.map(({ op, outcome }) => `${op} ${outcome}`)),
  );
  for (const [op, { outcomes }] of Object.entries(effect.operations))
    for (const outcome of outcomes)
      if (outcome !== "BACKEND_ERROR" && !shown.has(`${op} ${outcome}`))
        broken.push({ example: null, message: `${op}: it has no example of ${outcome}` });
  return broken;
}

interface PlayedCall {
  readonly messages: readonly string[];
  readonly change?: Change;
}

async function playCall(
  effect: StoreEffect,
  call: ExampleCall,
  { at, begun, sources }: { readonly at: TrialStore; readonly begun: EffectStart; readonly sources: Sources },
): Promise<PlayedCall> {
  const operation = effect.operations[call.op];
  if (operation === undefined) return { messages: ["the effect has no such operation"] };
  const input = deepFreeze(structuredClone(call.input) as JsonObject);
  const { effectKey } = begun;
  const perform = () => operation.perform(input, at.store, { ...sources, effectKey });
  const before = await at.text();
  try {
    const performed = await perform();
    const after = await at.text();
    const kept = brokenSemantics(operation, performed, before, after);
    const found = after === before ? undefined : await operation.probe?.(input, at.store, begun);
    const shown = found === undefined ? [] : brokenProbe(found, performed);
    const isRepeatable = operation.semantics === "idempotent" && performed.outcome === "SUCCESS";
    if (isRepeatable) await perform();
    const isSame = !isRepeatable || (await at.text()) === after;
    const again = isSame ? [] : ["a second time changes the store again"];
    const { change } = performed;
    const messages = [...unlike(call, performed), ...kept, ...shown, ...again];
    return change === undefined ? { messages } : { messages, change };
  } catch (error) {
    return { messages: [error instanceof Error ? error.message : "it threw"] };
  }
}

/** Of an operation that changed its store, and whose end is not on record: what its probe says of it. */
function brokenProbe(found: Evidence, { result = {}, change }: Performed): readonly string[] {
  if (found.state === "absent") return ["its probe finds nothing right after it changed the store"];
  const { answer } = found;
  if (answer === undefined || answer.doubt !== undefined) return [];
  const isSameChange = answer.change === undefined || jsonEqual(asShown(answer.change), asShown(change));
  return [
    ...(jsonEqual(answer.result, result) ? [] : ["its probe says another result than it answered"]),
    ...(isSameChange ? [] : ["its probe says another change than it answered"]),
  ];
}

/** The change without torn bytes, which the operation removed. */
function asShown(change: Change | undefined): Json {
  if (change === undefined) return null;
  const { torn_bytes: _, ...before } = change.before ?? {};
  return { before: Object.keys(before).length === 0 ? null : before, after: change.after };
}

function unlike({ outcome, result = {} }: ExampleCall, performed: Performed): readonly string[] {
  if (performed.outcome !== outcome) return [`it ends in ${performed.outcome} instead of ${outcome}`];
  const members = Object.entries(result).filter(
    ([name, value]) => !jsonEqual(own(performed.result ?? {}, name) ?? null, value),
  );
  return members.map(([name, value]) => {
    const found = own(performed.result ?? {}, name);
    return `its result has ${name} ${JSON.stringify(found ?? null)} instead of ${JSON.stringify(value)}`;
  });
}

function brokenSemantics(
  { semantics }: StoreOperation,
  { outcome, change }: Performed,
  before: string | null,
  after: string | null,
): readonly string[] {
  if (outcome !== "SUCCESS" && change !== undefined)
    return [`it ends in ${outcome} and says that it changed something`];
  const isUnchanged = semantics === "reads" || outcome !== "SUCCESS";
  if (isUnchanged && after !== before) return ["it changes the store, although it may not"];
  if (semantics === "append-only" && !(after ?? "").startsWith(withoutTornLine(before)))
    return ["it changes what was in the store before"];
  return [];
}

/** The text without an incomplete last line, which an append replaces. */
function withoutTornLine(text: string | null): string {
  const last = (text ?? "").split("\n").at(-1) ?? "";
  return last === "" || isJson(last) ? (text ?? "") : (text ?? "").slice(0, -last.length);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
