import { StoreFault } from "../../errors/ports.ts";
import { isObject, type Json, jsonEqual, own } from "../../json/value.ts";
import { absent, done, unclear } from "../evidence.ts";
import { array, string } from "../input-schema.ts";
import { storeEffect } from "../targets/store.ts";

const EMPTY_NAME = { outcome: "VIOLATION", reason: { code: "NAME_EMPTY" } } as const;
const ADDRESS_NOT_TEXT = { outcome: "VIOLATION", reason: { code: "ADDRESS_NOT_TEXT" } } as const;

const areTexts = (addresses: readonly Json[]) => addresses.every((address) => typeof address === "string");

/** `{name: {"resource_addresses": […]}}`: an address book whose names can be written again. */
export const csNameRegistry = storeEffect({
  code: "pgs_capabilities.registry.name_service.capability_side_effects::CS_NAME_REGISTRY_V0",
  about: "Public addresses by name; the last write wins.",
  store: "names",
  operations: {
    READ: {
      about: "The addresses registered under the name; none when it is not registered.",
      input: { name: string },
      outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
      semantics: "reads",
      async run({ name }, names) {
        if (name === "") return EMPTY_NAME;
        const entry = await names.lookUp(name);
        if (entry === undefined) return { outcome: "NOT_FOUND", result: { resource_addresses: [] } };
        if (!isObject(entry)) throw new StoreFault("CORRUPT", { file: names.name });
        return { outcome: "SUCCESS", result: { resource_addresses: own(entry, "resource_addresses") ?? [] } };
      },
    },
    WRITE: {
      about: "Registers the addresses under the name, whatever was there before.",
      input: { name: string, resource_addresses: array },
      outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ name, resource_addresses }, names) {
        if (name === "") return EMPTY_NAME;
        if (!areTexts(resource_addresses)) return ADDRESS_NOT_TEXT;
        try {
          const change = await names.bind(name, resource_addresses);
          return { outcome: "SUCCESS", result: { success: true }, change };
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
      async probe({ name, resource_addresses }, names) {
        if (name === "" || !areTexts(resource_addresses)) return absent();
        const entry = await names.lookUp(name);
        if (entry === undefined) return absent();
        const answer = { result: { success: true } };
        return jsonEqual(entry, { resource_addresses })
          ? done({ name }, answer)
          : unclear("OTHER_VALUE", { name }, answer);
      },
    },
  },
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
