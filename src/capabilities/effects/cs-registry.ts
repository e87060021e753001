import { type Json, type JsonObject, jsonEqual, own } from "../../json/json.ts";
import type { StoreFile, StoreReader } from "../../ports.ts";
import { type Matching, matchingLines } from "../../storage/files/jsonl-query.ts";
import { corrupt } from "../../storage/files/jsonl-scan.ts";
import { type Lines, lineStore } from "../../storage/files/jsonl-store.ts";
import { effect, operation, type Performed } from "../effect.ts";
import { absent, done, unclear } from "../evidence.ts";
import { anything, object, optional, string } from "../input-schema.ts";
import {
  type Bindings,
  bindingsReader,
  countActive,
  find,
  findKey,
  isActive,
  readBinding,
} from "./registry-bindings.ts";

const look = lineStore(bindingsReader);

const REGISTER = operation({
  about: "Binds a new key to a new address; a key that is registered stays as it is.",
  input: {
    key: string,
    target_cs: optional(string),
    target_ref: optional(string),
    stream_id: optional(string),
    metadata: optional(anything),
    value: optional(object),
  },
  outcomes: ["SUCCESS", "ALREADY_EXISTS", "VIOLATION", "BACKEND_ERROR"],
  semantics: "append-only",
  run({ key, value = {}, ...targets }, store, sources) {
    return store.locked(() =>
      consult(store, (registry): Performed<"SUCCESS" | "ALREADY_EXISTS"> => {
        if (findKey(registry.state, store, key)?.isActive) return { outcome: "ALREADY_EXISTS" };
        const address = `ADDR_${sources.entropy(16)}`;
        const entry = { key, address, ...beside(targets, value) };
        registry.add(entry);
        return { outcome: "SUCCESS", result: { address }, change: { before: torn(registry), after: entry } };
      }),
    );
  },
  probe({ key, value = {}, ...targets }, store) {
    const { lines, ...rest } = linesWith(store, "key", key);
    if (isOnlyTorn(rest)) return unclear("ONLY_TORN", rest.torn);
    const wanted = { key, ...beside(targets, value) };
    const asked = lines.findLast(({ entry: { address: _, ...entry } }) => jsonEqual(entry, wanted));
    const last = lines.at(-1);
    if (asked === undefined || last === undefined)
      return absent({ ...(last && isActive(last.entry) ? { bound_in_line: last.number } : {}), ...rest.torn });
    if (asked !== last) return unclear("BOUND_NO_MORE", { line: asked.number, last_line: last.number });
    return done({ line: asked.number, address: own(asked.entry, "address") ?? null });
  },
});

const RESOLVE = operation({
  about: 'Where the key or address leads; "" for a target that was not stored.',
  input: { key_or_address: string },
  outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
  semantics: "reads",
  run({ key_or_address }, store) {
    if (key_or_address === "") return EMPTY_KEY;
    const binding = lookUp(store, key_or_address);
    if (!binding?.isActive) return { outcome: "NOT_FOUND" };
    const entry = readBinding(binding, store);
    const target = (field: string) => own(entry, field) ?? "";
    return {
      outcome: "SUCCESS",
      result: { target_cs: target("target_cs"), target_ref: target("target_ref") },
    };
  },
});

const EXISTS = operation({
  about: "Whether the key or address is registered.",
  input: { key_or_address: string },
  outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
  semantics: "reads",
  run({ key_or_address }, store) {
    if (key_or_address === "") return EMPTY_KEY;
    return { outcome: "SUCCESS", result: { exists: lookUp(store, key_or_address)?.isActive ?? false } };
  },
});

const DEREGISTER = operation({
  about: "Ends the binding of the key or address; ending it again changes nothing.",
  input: { key_or_address: string },
  outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
  semantics: "idempotent",
  run({ key_or_address }, store) {
    if (key_or_address === "") return EMPTY_KEY;
    if (lookUp(store, key_or_address) === undefined) return { outcome: "NOT_FOUND" };
    return store.locked(() =>
      consult(store, (registry): Performed<"SUCCESS" | "NOT_FOUND"> => {
        const binding = find(registry.state, store, key_or_address);
        if (binding === undefined) return { outcome: "NOT_FOUND" };
        if (!binding.isActive) return { outcome: "SUCCESS" };
        const tombstone = { key: binding.key, address: binding.address ?? "", tombstone: true };
        const before = { ...readBinding(binding, store), ...torn(registry) };
        registry.add(tombstone);
        return { outcome: "SUCCESS", change: { before, after: tombstone } };
      }),
    );
  },
  probe({ key_or_address }, store) {
    if (key_or_address === "") return absent();
    const ofKey = linesWith(store, "key", key_or_address);
    const { lines, ...rest } = ofKey.lines.length > 0 ? ofKey : linesWith(store, "address", key_or_address);
    if (isOnlyTorn(rest)) return unclear("ONLY_TORN", rest.torn);
    const last = lines.at(-1);
    if (last === undefined) return absent(rest.torn);
    if (!isActive(last.entry)) return done({ line: last.number });
    const ended = lines.findLast(({ entry }) => !isActive(entry));
    if (ended !== undefined) return unclear("BOUND_AGAIN", { line: ended.number, last_line: last.number });
    return absent({ bound_in_line: last.number, ...rest.torn });
  },
});

const COUNT = operation({
  about: "How many keys are registered and not deregistered.",
  input: {},
  outcomes: ["SUCCESS", "BACKEND_ERROR"],
  semantics: "reads",
  run(_, store) {
    return { outcome: "SUCCESS", result: { count: consult(store, ({ state }) => countActive(state)) } };
  },
});

const EMPTY_KEY = { outcome: "VIOLATION", reason: { code: "KEY_EMPTY" } } as const;

/**
 * What `work` makes of the registry as it is now. Torn bytes behind its lines are ignored; a file that holds nothing
 * else was never seen to be a registry, and nothing is written into it.
 */
function consult<T>(store: StoreFile, work: (registry: Lines<Bindings>) => T): T {
  return look(store, (registry) => {
    if (registry.count === 0 && registry.tornBytes > 0) throw corrupt(store.name, 1);
    return work(registry);
  });
}

/** What the registry has of a key or of an address, ended or not. */
function linesWith(store: StoreReader, field: "key" | "address", text: string): Matching {
  return matchingLines(store, (entry) => typeof own(entry, "key") === "string" && own(entry, field) === text);
}

const isOnlyTorn = ({ count, torn }: Pick<Matching, "count" | "torn">) =>
  count === 0 && torn.torn_bytes !== undefined;

const lookUp = (store: StoreFile, keyOrAddress: string) =>
  consult(store, ({ state }) => find(state, store, keyOrAddress));

const torn = ({ tornBytes }: Lines<Bindings>): JsonObject | null =>
  tornBytes === 0 ? null : { torn_bytes: tornBytes };

function present(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  const isPresent = (field: [string, Json | undefined]): field is [string, Json] => field[1] !== undefined;
  return Object.fromEntries(Object.entries(fields).filter(isPresent));
}

/** What stands beside key and address. */
function beside(targets: Readonly<Record<string, Json | undefined>>, value: JsonObject): JsonObject {
  return { ...present(targets), ...withoutOwnFields(value) };
}

const OWN_FIELDS = new Set(["key", "address", "tombstone"]);

/** What the caller stores beside the binding cannot change the binding itself. */
function withoutOwnFields(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([field]) => !OWN_FIELDS.has(field)));
}

const ENDED =
  '{"key":"k","address":"ADDR_1","target_ref":"r"}\n{"key":"k","address":"ADDR_1","tombstone":true}\n';

/** `{"key", "address", …}` per line, the last line of a key counts: stable names for what is stored elsewhere. */
export const csRegistry = effect({
  code: "capability_side_effects::CS_REGISTRY_V0",
  about: "Keys bound once to opaque addresses and to where the data is.",
  operations: { REGISTER, RESOLVE, EXISTS, DEREGISTER, COUNT },
  examples: [
    {
      about: "a key is registered once and found until it is deregistered",
      calls: [
        { op: "RESOLVE", input: { key_or_address: "k" }, outcome: "NOT_FOUND" },
        { op: "DEREGISTER", input: { key_or_address: "k" }, outcome: "NOT_FOUND" },
        { op: "REGISTER", input: { key: "k", target_cs: "CS", target_ref: "r" }, outcome: "SUCCESS" },
        { op: "REGISTER", input: { key: "k", target_ref: "other" }, outcome: "ALREADY_EXISTS" },
        {
          op: "RESOLVE",
          input: { key_or_address: "k" },
          outcome: "SUCCESS",
          result: { target_cs: "CS", target_ref: "r" },
        },
        { op: "EXISTS", input: { key_or_address: "k" }, outcome: "SUCCESS", result: { exists: true } },
        { op: "COUNT", input: {}, outcome: "SUCCESS", result: { count: 1 } },
        { op: "DEREGISTER", input: { key_or_address: "k" }, outcome: "SUCCESS" },
        { op: "DEREGISTER", input: { key_or_address: "k" }, outcome: "SUCCESS" },
        { op: "EXISTS", input: { key_or_address: "k" }, outcome: "SUCCESS", result: { exists: false } },
        { op: "COUNT", input: {}, outcome: "SUCCESS", result: { count: 0 } },
      ],
    },
    {
      about: "a deregistered key can be registered again, and its old address leads nowhere",
      before: ENDED,
      calls: [
        { op: "RESOLVE", input: { key_or_address: "ADDR_1" }, outcome: "NOT_FOUND" },
        { op: "REGISTER", input: { key: "k" }, outcome: "SUCCESS" },
        {
          op: "RESOLVE",
          input: { key_or_address: "k" },
          outcome: "SUCCESS",
          result: { target_cs: "", target_ref: "" },
        },
        { op: "RESOLVE", input: { key_or_address: "ADDR_1" }, outcome: "NOT_FOUND" },
        { op: "COUNT", input: {}, outcome: "SUCCESS", result: { count: 1 } },
      ],
    },
    {
      about: "the last line of a key counts; lines without a key and a torn last line do not",
      before:
        '{"key":"k","address":"ADDR_1"}\n\n{"address":"ADDR_9"}\n{"key":"k","address":"ADDR_2","target_ref":"r"}\n{"ke',
      calls: [
        {
          op: "RESOLVE",
          input: { key_or_address: "ADDR_2" },
          outcome: "SUCCESS",
          result: { target_ref: "r" },
        },
        { op: "EXISTS", input: { key_or_address: "ADDR_9" }, outcome: "SUCCESS", result: { exists: false } },
        { op: "COUNT", input: {}, outcome: "SUCCESS", result: { count: 1 } },
        {
          op: "REGISTER",
          input: { key: "j", value: { key: "k", tombstone: true, note: "kept" } },
          outcome: "SUCCESS",
        },
        { op: "COUNT", input: {}, outcome: "SUCCESS", result: { count: 2 } },
      ],
    },
    {
      about: "a key is text; one that is asked for is not empty",
      calls: [
        { op: "REGISTER", input: {}, outcome: "VIOLATION" },
        { op: "REGISTER", input: { key: "k", value: "text" }, outcome: "VIOLATION" },
        { op: "RESOLVE", input: {}, outcome: "VIOLATION" },
        { op: "EXISTS", input: { key_or_address: "" }, outcome: "VIOLATION" },
        { op: "DEREGISTER", input: { key_or_address: 7 }, outcome: "VIOLATION" },
      ],
    },
  ],
});
