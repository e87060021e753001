/** Compares the authored artifacts of capabilities with what the capabilities declare. */

import type { Registry } from "../../capabilities/registry.ts";
import { pointer } from "../../json/pointer.ts";
import { type JsonObject, objectAt, own } from "../../json/value.ts";
import { oneOf, type Path, sentence } from "../../snapshot/hint.ts";
import { nearestName } from "../../snapshot/nearest-name.ts";

/** A name in the artifact that the capability does not declare, or the other way round. */
export interface DeclarationFlaw {
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
}

/** Nothing for a name that this build has no capability of. */
export function declarationFlaws(
  name: string,
  block: JsonObject,
  registry: Registry,
): readonly DeclarationFlaw[] {
  const core = objectAt(block, "core");
  const transform = registry.transform(name, moduleIn(objectAt(block, "machine")));
  if (transform !== undefined) {
    const { input, result } = transform;
    const required = Object.keys(input).filter((one) => input[one]?.required === true);
    return [
      ...unknownNames(Object.keys(objectAt(core, "inputs")), Object.keys(input), ["core", "inputs"], "input"),
      ...missingNames(required, Object.keys(objectAt(core, "inputs")), ["core", "inputs"]),
      ...unknownNames(Object.keys(objectAt(core, "outputs")), result, ["core", "outputs"], "output"),
    ];
  }
  const effect = registry.effect(name, moduleIn(block));
  if (effect === undefined) return [];
  const operations = objectAt(core, "operations");
  const path = ["core", "operations"];
  return [
    ...unknownNames(Object.keys(operations), Object.keys(effect.operations), path, "operation"),
    ...Object.entries(effect.operations).flatMap(([op, { outcomes }]) => {
      const said = own(objectAt(operations, op), "result_status_values");
      if (!Array.isArray(said)) return [];
      return unknownItems(said.map(String), outcomes, [...path, op, "result_status_values"]);
    }),
  ];
}

function moduleIn(block: JsonObject): string | undefined {
  const module = own(objectAt(block, "implementation"), "module");
  return typeof module === "string" ? module : undefined;
}

function unknownNames(
  said: readonly string[],
  declared: readonly string[],
  path: Path,
  what: string,
): readonly DeclarationFlaw[] {
  return said
    .filter((name) => !declared.includes(name))
    .map((name) => {
      const at = [...path, name];
      const nearest = nearestName(
        name,
        declared.filter((one) => !said.includes(one)),
      );
      const hint = sentence(pointer(at), nearest === null ? { do: "remove" } : { do: "rename", to: nearest });
      const known = declared.length === 0 ? "it has none" : `it has ${declared.join(", ")}`;
      return { path: at, message: `the capability has no ${what} ${name}; ${known}`, hint };
    });
}

function missingNames(
  declared: readonly string[],
  said: readonly string[],
  path: Path,
): readonly DeclarationFlaw[] {
  const unknown = said.filter((name) => !declared.includes(name));
  return declared
    .filter((name) => !said.includes(name) && nearestName(name, unknown) === null)
    .map((name) => {
      const hint = sentence(pointer([...path, name]), { do: "add", as: "{type: any, required: true}" });
      return { path: [...path, name], message: `the capability requires the input ${name}`, hint };
    });
}

function unknownItems(
  said: readonly string[],
  declared: readonly string[],
  path: Path,
): readonly DeclarationFlaw[] {
  return said.flatMap((outcome, i) => {
    if (declared.includes(outcome)) return [];
    const free = declared.filter((one) => !said.includes(one));
    const nearest = nearestName(outcome, free);
    const at = [...path, i];
    const hint =
      nearest === null ? ({ do: "remove" } as const) : ({ do: "change", to: JSON.stringify(nearest) } as const);
    const message = `the capability never answers ${outcome}; it answers ${oneOf(declared)}`;
    return [{ path: at, message, hint: sentence(pointer(at), hint) }];
  });
}
