import { StoreFault } from "../../errors/ports.ts";
import { isObject, type JsonObject, jsonEqual, own } from "../../json/json.ts";
import type { StoreFile } from "../../ports.ts";
import { readDocument, writeDocument } from "../../storage/files/json-document.ts";
import { corrupt } from "../../storage/files/jsonl-scan.ts";
import { effect, operation } from "../effect.ts";
import { absent, done, unclear } from "../evidence.ts";
import { array, string } from "../input-schema.ts";

const READ = operation({
  about: "The addresses registered under the name; none when it is not registered.",
  input: { name: string },
  outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
  semantics: "reads",
  run({ name }, store) {
    if (name === "") return EMPTY_NAME;
    const entry = own(readDocument(store), name);
    if (entry === undefined) return { outcome: "NOT_FOUND", result: { resource_addresses: [] } };
    if (!isObject(entry)) throw corrupt(store.name);
    return { outcome: "SUCCESS", result: { resource_addresses: own(entry, "resource_addresses") ?? [] } };
  },
});

const WRITE = operation({
  about: "Registers the addresses under the name, whatever was there before.",
  input: { name: string, resource_addresses: array },
  outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
  semantics: "idempotent",
  run({ name, resource_addresses }, store) {
    if (name === "") return EMPTY_NAME;
    if (!resource_addresses.every((address) => typeof address === "string")) return ADDRESS_NOT_TEXT;
    const entry = { resource_addresses };
    try {
      const before = register(store, name, entry);
      return { outcome: "SUCCESS", result: { success: true }, change: { before, after: { [name]: entry } } };
    } catch (error) {
      // The one operation whose contract reads a result field when the storage fails.
      if (!(error instanceof StoreFault)) throw error;
      return {
        outcome: "BACKEND_ERROR",
        result: { success: false },
        reason: { code: error.reason, ...error.facts },
      };
    }
  },
  probe({ name, resource_addresses }, store) {
    const entry = own(readDocument(store), name);
    if (entry === undefined) return absent();
    return jsonEqual(entry, { resource_addresses }) ? done({ name }) : unclear("OTHER_VALUE", { name });
  },
});

const EMPTY_NAME = { outcome: "VIOLATION", reason: { code: "NAME_EMPTY" } } as const;
const ADDRESS_NOT_TEXT = { outcome: "VIOLATION", reason: { code: "ADDRESS_NOT_TEXT" } } as const;

/** Answers what stood under the name before. */
function register(store: StoreFile, name: string, entry: JsonObject): JsonObject | null {
  return store.locked(() => {
    const stored = readDocument(store);
    const before = own(stored, name);
    writeDocument(store, { ...stored, [name]: entry });
    return before === undefined ? null : { [name]: before };
  });
}

/** `{name: {"resource_addresses": […]}}`: an address book whose names can be written again. */
export const csNameRegistry = effect({
  code: "pgs_capabilities.registry.name_service.capability_side_effects::CS_NAME_REGISTRY_V0",
  about: "Public addresses by name; the last write wins.",
  operations: { READ, WRITE },
  examples: [
    {
      about: "a name resolves to the addresses last registered under it",
      calls: [
        {
          op: "READ",
          input: { name: "alice" },
          outcome: "NOT_FOUND",
          result: { resource_addresses: [] },
        },
        {
          op: "WRITE",
          input: { name: "alice", resource_addresses: ["addr1"] },
          outcome: "SUCCESS",
          result: { success: true },
        },
        { op: "WRITE", input: { name: "alice", resource_addresses: ["addr2", "addr3"] }, outcome: "SUCCESS" },
        {
          op: "READ",
          input: { name: "alice" },
          outcome: "SUCCESS",
          result: { resource_addresses: ["addr2", "addr3"] },
        },
        { op: "READ", input: { name: "Alice" }, outcome: "NOT_FOUND" },
      ],
    },
    {
      about: "a name is text, its addresses are texts",
      calls: [
        { op: "READ", input: { name: "" }, outcome: "VIOLATION" },
        { op: "WRITE", input: { name: "", resource_addresses: [] }, outcome: "VIOLATION" },
        { op: "WRITE", input: { name: "x", resource_addresses: [1] }, outcome: "VIOLATION" },
        { op: "WRITE", input: { name: "x" }, outcome: "VIOLATION" },
        { op: "WRITE", input: { name: "__proto__", resource_addresses: [] }, outcome: "SUCCESS" },
        { op: "READ", input: { name: "__proto__" }, outcome: "SUCCESS", result: { resource_addresses: [] } },
        { op: "READ", input: { name: "toString" }, outcome: "NOT_FOUND" },
      ],
    },
  ],
});
