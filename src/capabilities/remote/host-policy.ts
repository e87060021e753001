/** What the policy of a runtime binding says of a host effect: its configuration, and how long it may take. */

import { deepFreeze, isObject, type JsonObject, objectAt, own } from "../../json/value.ts";
import { nearestName } from "../../snapshot/nearest-name.ts";
import { type Input, type InputSchema, parseInput } from "../input-schema.ts";
import type { PolicyFlaw } from "./policy-flaw.ts";
import { timeLimitFlaws } from "./time-limit.ts";

export function readHostPolicy<C extends InputSchema>(
  schema: C,
  policy: JsonObject,
): { readonly config: Input<C> } | { readonly flaws: readonly PolicyFlaw[] } {
  const given = own(policy, "config") ?? {};
  const flaws = isObject(given) ? configFlaws(schema, given) : [wrongType("object")];
  const all = [...flaws, ...timeLimitFlaws(policy)];
  const parsed = parseInput(schema, deepFreeze(structuredClone(objectAt(policy, "config"))));
  return all.length === 0 && "input" in parsed ? { config: Object.freeze(parsed.input) } : { flaws: all };
}

function wrongType(type: string, ...below: readonly string[]): PolicyFlaw {
  return { code: "CONFIG_TYPE", path: ["config", ...below], meant: `a value of the type ${type}` };
}

/** Every member of its own, so that none hides another. */
function configFlaws(schema: InputSchema, config: JsonObject): readonly PolicyFlaw[] {
  const names = Object.keys(schema);
  const unknown = Object.keys(config).filter((name) => !Object.hasOwn(schema, name));
  return [
    ...Object.entries(schema).flatMap(([name, field]): readonly PolicyFlaw[] => {
      const parsed = parseInput({ [name]: field }, config);
      if ("input" in parsed) return [];
      if (parsed.flaw.constraint === "type") return [wrongType(field.type, name)];
      return [{ code: "CONFIG_MISSING", path: ["config", name], meant: `${name}, of the type ${field.type}` }];
    }),
    ...unknown.map((name): PolicyFlaw => {
      return { code: "CONFIG_UNKNOWN", path: ["config", name], meant: nearestName(name, names) };
    }),
  ];
}
