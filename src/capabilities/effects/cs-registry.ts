import { type JsonObject, type MutableJson, own, present, setOwn } from "../../json/value.ts";
import { isActive, type KeyRegistryReader } from "../../storage/key-registry.ts";
import type { FoundEntries } from "../../storage/record-log.ts";
import { absent, done, type ShownAnswer, unclear } from "../evidence.ts";
import { anything, object, optional, string } from "../input-schema.ts";
import { markOf, storeEffect } from "../targets/store.ts";

const EMPTY_KEY = { outcome: "VIOLATION", reason: { code: "KEY_EMPTY" } } as const;

/** An address that no other effect makes: a line shows which effect wrote it. */
const addressOf = (effectKey: string) => `ADDR_${markOf(effectKey)}`;

const isOnlyTorn = ({ count, torn }: FoundEntries) => count === 0 && Object.hasOwn(torn, "torn_bytes");

const OWN_FIELDS = new Set(["key", "address", "tombstone"]);

/** What the caller stores with the binding cannot change the binding itself. */
function withValue<E extends JsonObject>(entry: E, value: JsonObject): E {
  const whole: MutableJson = { ...entry };
  for (const [field, one] of Object.entries(value)) if (!OWN_FIELDS.has(field)) setOwn(whole, field, one);
  return whole as E;
}

/** A result has no members, and a tombstone does not show whether it is the first. */
const NOTHING: ShownAnswer = { result: {} };

/** Every entry of the key, or of the key that had the address last; `isOfKey` also wants the address. */
async function bindingsOf(keyOrAddress: string, registry: KeyRegistryReader) {
  const ofKey = await registry.history("key", keyOrAddress);
  if (ofKey.entries.length > 0) return { found: ofKey, isOfKey: () => true };
  const ofAddress = await registry.history("address", keyOrAddress);
  const key = own(ofAddress.entries.at(-1)?.entry ?? {}, "key");
  const found = typeof key === "string" ? await registry.history("key", key) : ofAddress;
  return { found, isOfKey: (entry: JsonObject) => own(entry, "address") === keyOrAddress };
}

const ENDED =
  '{"key":"k","address":"ADDR_1","target_ref":"r"}\n{"key":"k","address":"ADDR_1","tombstone":true}\n';

/** `{"key", "address", …}` per line, the last line of a key counts: stable names for what is stored elsewhere. */
export const csRegistry = storeEffect({
  code: "capability_side_effects::CS_REGISTRY_V0",
  about: "Keys bound once to opaque addresses and to where the data is.",
  store: "registry",
  operations: {
    REGISTER: {
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
      async run({ key, value, target_cs, target_ref, stream_id, metadata }, registry, { effectKey }) {
        const address = addressOf(effectKey);
        const bound = present({ key, address, target_cs, target_ref, stream_id, metadata });
        const entry = value === undefined ? bound : withValue(bound, value);
        const added = await registry.register(key, () => entry);
        if (added === null) return { outcome: "ALREADY_EXISTS" };
        return { outcome: "SUCCESS", result: { address: added.entry.address }, change: added.change };
      },
      async probe({ key }, registry, { effectKey }) {
        const address = addressOf(effectKey);
        const found = await registry.history("key", key);
        if (isOnlyTorn(found)) return unclear("ONLY_TORN", found.torn);
        const { entries, torn } = found;
        const added = entries.find(({ entry }) => own(entry, "address") === address && isActive(entry));
        const last = entries.at(-1);
        if (added === undefined)
          return absent({ ...(last && isActive(last.entry) ? { bound_in_line: last.number } : {}), ...torn });
        const answer = { result: { address }, change: { before: null, after: added.entry } };
        return done({ line: added.number, address }, answer, { isDated: true });
      },
    },
    RESOLVE: {
      about: 'Where the key or address leads; "" for a target that was not stored.',
      input: { key_or_address: string },
      outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
      semantics: "reads",
      async run({ key_or_address }, registry) {
        if (key_or_address === "") return EMPTY_KEY;
        const entry = await registry.resolve(key_or_address);
        if (entry === null) return { outcome: "NOT_FOUND" };
        const target = (field: string) => own(entry, field) ?? "";
        return {
          outcome: "SUCCESS",
          result: { target_cs: target("target_cs"), target_ref: target("target_ref") },
        };
      },
    },
    EXISTS: {
      about: "Whether the key or address is registered.",
      input: { key_or_address: string },
      outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
      semantics: "reads",
      async run({ key_or_address }, registry) {
        if (key_or_address === "") return EMPTY_KEY;
        return { outcome: "SUCCESS", result: { exists: await registry.exists(key_or_address) } };
      },
    },
    DEREGISTER: {
      about: "Ends the binding of the key or address; ending it again changes nothing.",
      input: { key_or_address: string },
      outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ key_or_address }, registry) {
        if (key_or_address === "") return EMPTY_KEY;
        const ended = await registry.deregister(key_or_address);
        return ended === null ? { outcome: "NOT_FOUND" } : { outcome: "SUCCESS", ...ended };
      },
      async probe({ key_or_address }, registry) {
        if (key_or_address === "") return absent();
        const { found, isOfKey } = await bindingsOf(key_or_address, registry);
        if (isOnlyTorn(found)) return unclear("ONLY_TORN", found.torn, NOTHING);
        const { entries, torn } = found;
        const last = entries.at(-1);
        const ended = entries.findLast(({ entry }) => !isActive(entry) && isOfKey(entry));
        if (last === undefined) return absent(torn);
        if (ended === last) return done({ line: last.number }, NOTHING);
        if (ended === undefined) return absent({ bound_in_line: last.number, ...torn });
        return unclear("BOUND_AGAIN", { line: ended.number, last_line: last.number }, NOTHING);
      },
    },
    COUNT: {
      about: "How many keys are registered and not deregistered.",
      input: {},
      outcomes: ["SUCCESS", "BACKEND_ERROR"],
      semantics: "reads",
      async run(_, registry) {
        return { outcome: "SUCCESS", result: { count: await registry.count() } };
      },
    },
  },
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
