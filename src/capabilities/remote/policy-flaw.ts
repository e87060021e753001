/** What can be wrong with the policy of a side effect, so that it cannot be performed. */

import { pointer } from "../../json/pointer.ts";
import type { JsonObject } from "../../json/value.ts";
import { POLICY_INVALID } from "../remote-effect.ts";

export interface PolicyFlaw {
  readonly code: keyof typeof policyFlawTable;
  /** In the policy. */
  readonly path: readonly (string | number)[];
  /** What was probably meant, or what is expected there; null where the code says it. */
  readonly meant: string | null;
}

interface Words {
  readonly what: string;
  hint(meant: string | null): string;
}

export const policyFlawTable = {
  NO_ALLOWED_ORIGINS: {
    what: "the policy lists no allowed_origins, so every request is refused",
    hint: () => 'list each server that it may reach, as in allowed_origins: ["https://hooks.example.com"]',
  },
  NO_ORIGIN: {
    what: "this is no origin: scheme, host and, unless it is the standard one, port",
    hint: (meant) => `write ${meant ?? "https://HOST or https://HOST:PORT"}`,
  },
  BAD_DURATION: {
    what: "this is no ISO 8601 duration that is allowed here",
    hint: (meant) => `write a duration from PT0.001S to ${meant}, such as PT10S`,
  },
  BAD_COUNT: {
    what: "this is no whole number that is allowed here",
    hint: (meant) => `write a number from 1 to ${meant}`,
  },
  NO_LIST_OF_TEXTS: { what: "this is no list of texts", hint: () => "write a list of texts" },
  BAD_SECRET: {
    what: "this does not name a variable of the environment",
    hint: () => 'write { "environment": "NAME_OF_THE_VARIABLE" }; a header may have a prefix, too',
  },
  NO_PRECISION: {
    what: "this is no precision of the clock",
    hint: (meant) => `write ${meant}`,
  },
  CONFIG_MISSING: {
    what: "the configuration lacks this required member",
    hint: (meant) => `add it: ${meant}`,
  },
  CONFIG_TYPE: { what: "the configuration has another type here", hint: (meant) => `write ${meant}` },
  CONFIG_UNKNOWN: {
    what: "the capability declares no such member of its configuration",
    hint: (meant) => (meant === null ? "remove it" : `write ${meant} instead, or remove it`),
  },
} satisfies Record<string, Words>;

export function wordsOfPolicyFlaw({ code, meant }: PolicyFlaw): {
  readonly what: string;
  readonly hint: string;
} {
  const { what, hint }: Words = policyFlawTable[code];
  return { what, hint: hint(meant) };
}

/** Why an effect with such a policy is not performed: for the first flaw. */
export function policyReason([first]: readonly PolicyFlaw[]): JsonObject {
  if (first === undefined) throw new Error("a policy is refused without a reason");
  return { code: POLICY_INVALID, flaw: first.code, member: pointer(first.path) };
}
