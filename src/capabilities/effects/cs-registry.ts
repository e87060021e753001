import { isObject, type Json, type JsonObject, own } from "../../json.ts";
import type { StoreFile } from "../../ports.ts";
import { effect, operation, type Performed } from "../effect.ts";
import { anything, object, optional, string } from "../shape.ts";
import { corrupt, isBlank, type LineReader, type Lines, lineStore, readLine } from "./stored-lines.ts";

/** The last line of one key. */
interface Binding {
  readonly key: string;
  readonly address: Json;
  readonly isActive: boolean;
  readonly line: string;
  readonly number: number;
}

interface Bindings {
  readonly byKey: Map<string, Binding>;
  /** Made when an address is first asked for: most registries are only ever asked for keys. */
  keyOfAddress: Map<Json, string> | undefined;
  active: number;
}

/**
 * Scans leniently, as fast as the language parses, because a registry may be long and is never rewritten; the line
 * that an answer is taken from is read strictly (`readBinding`).
 */
const reader: LineReader<Bindings> = {
  start: () => ({ byKey: new Map(), keyOfAddress: undefined, active: 0 }),
  take(bindings, line, number, file) {
    const entry = isBlank(line) ? {} : parseLine(line, number, file);
    const key = own(entry, "key");
    if (typeof key !== "string") return;
    const address = own(entry, "address") ?? null;
    const isActive = own(entry, "tombstone") !== true;
    bindings.active += Number(isActive) - Number(bindings.byKey.get(key)?.isActive ?? false);
    bindings.byKey.set(key, { key, address, isActive, line, number });
    bindings.keyOfAddress?.set(address, key);
  },
};

const bindingsOf = lineStore(reader);

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
  run({ key, value = {}, ...targets }, store, draw) {
    return store.locked((): Performed<"SUCCESS" | "ALREADY_EXISTS"> => {
      const registry = look(store);
      if (registry.state.byKey.get(key)?.isActive) return { outcome: "ALREADY_EXISTS" };
      const address = `ADDR_${draw.entropy(16)}`;
      const entry = { key, address, ...present(targets), ...withoutOwnFields(value) };
      registry.add(entry);
      return { outcome: "SUCCESS", result: { address }, change: { before: torn(registry), after: entry } };
    });
  },
});

const RESOLVE = operation({
  about: 'Where the key or address leads; "" for a target that was not stored.',
  input: { key_or_address: string },
  outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
  semantics: "reads",
  run({ key_or_address }, store) {
    if (key_or_address === "") return EMPTY_KEY;
    const binding = find(look(store), key_or_address);
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
    return { outcome: "SUCCESS", result: { exists: find(look(store), key_or_address)?.isActive ?? false } };
  },
});

const DEREGISTER = operation({
  about: "Ends the binding of the key or address; ending it again changes nothing.",
  input: { key_or_address: string },
  outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
  semantics: "idempotent",
  run({ key_or_address }, store) {
    if (key_or_address === "") return EMPTY_KEY;
    if (find(look(store), key_or_address) === undefined) return { outcome: "NOT_FOUND" };
    return store.locked(() => {
      const registry = look(store);
      const binding = find(registry, key_or_address);
      if (binding === undefined) return { outcome: "NOT_FOUND" };
      if (!binding.isActive) return { outcome: "SUCCESS" };
      const tombstone = { key: binding.key, address: binding.address ?? "", tombstone: true };
      const before = { ...readBinding(binding, store), ...torn(registry) };
      registry.add(tombstone);
      return { outcome: "SUCCESS", change: { before, after: tombstone } };
    });
  },
});

const COUNT = operation({
  about: "How many keys are registered and not deregistered.",
  input: {},
  outcomes: ["SUCCESS", "BACKEND_ERROR"],
  semantics: "reads",
  run(_, store) {
    return { outcome: "SUCCESS", result: { count: look(store).state.active } };
  },
});

const EMPTY_KEY = { outcome: "VIOLATION", reason: { code: "KEY_EMPTY" } } as const;

/**
 * The registry as it is now. Torn bytes behind its lines are ignored; a file that holds nothing else was never
 * seen to be a registry, and nothing is written into it.
 */
function look(store: StoreFile): Lines<Bindings> {
  const lines = bindingsOf(store);
  if (lines.count === 0 && lines.tornBytes > 0) throw corrupt(store.name, 1);
  return lines;
}

/** The binding of the key or else of the address, as its last line left it. */
function find({ state }: Lines<Bindings>, keyOrAddress: string): Binding | undefined {
  const byKey = state.byKey.get(keyOrAddress);
  if (byKey !== undefined) return byKey;
  state.keyOfAddress ??= new Map([...state.byKey.values()].map(({ key, address }) => [address, key]));
  const binding = state.byKey.get(state.keyOfAddress.get(keyOrAddress) ?? "");
  return binding?.address === keyOrAddress ? binding : undefined;
}

function parseLine(line: string, number: number, file: string): JsonObject {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    throw corrupt(file, number);
  }
  if (!isObject(entry)) throw corrupt(file, number);
  return entry;
}

const readBinding = ({ line, number }: Binding, store: StoreFile) => readLine(line, number, store.name);

const torn = ({ tornBytes }: Lines<Bindings>): JsonObject | null =>
  tornBytes === 0 ? null : { torn_bytes: tornBytes };

function present(fields: Readonly<Record<string, Json | undefined>>): JsonObject {
  const isPresent = (field: [string, Json | undefined]): field is [string, Json] => field[1] !== undefined;
  return Object.fromEntries(Object.entries(fields).filter(isPresent));
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
