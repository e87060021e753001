/** Holds a side effect to its examples: each is played twice with what it is given, and changes nothing else. */

import { deepFreeze, type Json, type JsonObject, jsonEqual } from "../json/value.ts";
import { memoryStores } from "../storage/files/memory-stores.ts";
import type { OverlayStores } from "../storage/stores.ts";
import { type Effect, type Operation, targetOf } from "./effect.ts";
import type { EffectExample, EffectPorts, OutsideTarget, Performed, ShownEffect } from "./target.ts";
import type { ClockOperation } from "./targets/clock.ts";
import type { QueryOperation } from "./targets/snapshot.ts";
import type { TextsOperation } from "./targets/texts.ts";
import type { BrokenPromise } from "./trial.ts";

type ShownOperation = ClockOperation | QueryOperation | TextsOperation;

const SHOWN: ReadonlySet<Operation["target"]> = new Set(["clock", "snapshot", "texts"]);

/** Whether all that the effect reaches can be given by an example. */
export function isShownEffect(declared: Effect): declared is Extract<Effect, ShownEffect<ShownOperation>> {
  return Object.values<Operation>(declared.operations).every(({ target }) => SHOWN.has(target));
}

export async function tryShownEffect({
  operations,
  examples,
}: ShownEffect<ShownOperation>): Promise<readonly BrokenPromise[]> {
  const broken: BrokenPromise[] = [];
  for (const example of examples)
    for (const message of await playExample(operations[example.op], example))
      broken.push({ example: example.about, message: `${example.op}: ${message}` });
  const shown = new Set(examples.map(({ op, outcome }) => `${op} ${outcome}`));
  for (const [op, { outcomes }] of Object.entries(operations))
    for (const outcome of outcomes)
      if (outcome !== "BACKEND_ERROR" && !shown.has(`${op} ${outcome}`))
        broken.push({ example: null, message: `${op}: it has no example of ${outcome}` });
  return broken;
}

const FOLDER = "folder";

async function playExample(
  operation: ShownOperation | undefined,
  example: EffectExample,
): Promise<readonly string[]> {
  if (operation === undefined) return ["the effect has no such operation"];
  const { given = {} } = example;
  const before = given.documents ?? {};
  const stores = memoryStores(
    Object.fromEntries(Object.entries(before).map(([path, text]) => [`${FOLDER}/${path}`, text])),
  );
  const call = deepFreeze({
    inputs: structuredClone(example.input) as JsonObject,
    path: FOLDER,
    reach: "owned",
    policy: structuredClone(given.policy ?? {}) as JsonObject,
    effectKey: "",
  } as const);
  const target = targetOf(operation) as OutsideTarget<Operation>;
  try {
    const performed = await target.perform(operation, call, portsOf(stores, given));
    const again = await target.perform(operation, call, portsOf(stores, given));
    const found = await documentsIn(stores, before);
    return [
      ...unlike(example, performed),
      ...(isSameEnd(performed, again) ? [] : ["it answers something else a second time"]),
      ...(jsonEqual(found, example.documents ?? before)
        ? []
        : [`it leaves the documents ${JSON.stringify(found)}`]),
    ];
  } catch (error) {
    return [error instanceof Error ? error.message : "it threw"];
  }
}

function portsOf(stores: OverlayStores, { clock, answer }: NonNullable<EffectExample["given"]>): EffectPorts {
  return {
    stores,
    sources: {
      clock: () => clock ?? missing("clock"),
      entropy: () => missing("entropy"),
    },
    snapshot: { questions: ["actors", "refs"], ask: async () => answer ?? missing("answer") },
    mail: { environment: {}, send: async () => missing("mail") },
    remote: null,
    durability: "process",
  };
}

function missing(what: string): never {
  throw new Error(`it reached for ${what}, which the example does not give`);
}

async function documentsIn(stores: OverlayStores, before: Readonly<Record<string, string>>) {
  const names = new Set([...Object.keys(before).map((path) => `${FOLDER}/${path}`), ...stores.written()]);
  const documents: { [path: string]: Json } = {};
  for (const name of names) {
    const content = await stores.content(name);
    if (content !== null) documents[name.slice(FOLDER.length + 1)] = Buffer.from(content).toString("utf8");
  }
  return documents;
}

function unlike({ outcome, result = {} }: EffectExample, performed: Performed): readonly string[] {
  if (performed.outcome !== outcome) return [`it ends in ${performed.outcome} instead of ${outcome}`];
  const found = performed.result ?? {};
  return jsonEqual(found, result)
    ? []
    : [`its result is ${JSON.stringify(found)} instead of ${JSON.stringify(result)}`];
}

function isSameEnd(a: Performed, b: Performed): boolean {
  return a.outcome === b.outcome && jsonEqual(a.result ?? {}, b.result ?? {});
}
