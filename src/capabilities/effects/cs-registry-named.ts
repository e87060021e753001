import { own } from "../../json/value.ts";
import { isBlank } from "../python-json.ts";
import type { StoreEffect, StoreOperation } from "../targets/store.ts";
import { csRegistry } from "./cs-registry.ts";

const { REGISTER } = csRegistry.operations;

const registerNamed: StoreOperation = {
  ...REGISTER,
  async perform(input, ...on) {
    const key = own(input, "key");
    if (typeof key === "string" && isBlank(key)) return { outcome: "VIOLATION", reason: { code: "KEY_BLANK" } };
    return REGISTER.perform(input, ...on);
  },
};

/** The successor's: it registers no key that is blank. */
export const csRegistryNamed: StoreEffect = {
  ...csRegistry,
  code: "capability_side_effects::CS_REGISTRY_V0",
  implementation: "capability_side_effects.implementation.CS_REGISTRY_V0.runtime",
  about: "Keys that say something, bound once to opaque addresses and to where the data is.",
  operations: { ...csRegistry.operations, REGISTER: registerNamed },
  examples: [
    ...csRegistry.examples,
    {
      about: "a blank key is not registered",
      calls: [
        { op: "REGISTER", input: { key: " \t" }, outcome: "VIOLATION" },
        { op: "REGISTER", input: { key: "" }, outcome: "VIOLATION" },
        { op: "COUNT", input: {}, outcome: "SUCCESS", result: { count: 0 } },
      ],
    },
  ],
};
