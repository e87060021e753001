/** The form of a scenario file, held to the JSON Schema that is shipped with the program. */

import { Ajv, type ErrorObject } from "ajv";
import schema from "../../../schemas/scenario.schema.json" with { type: "json" };
import { pointer } from "../../json/pointer.ts";
import { isObject } from "../../json/value.ts";
import { didYouMean } from "../../snapshot/nearest-name.ts";
import { malformed } from "./malformed.ts";
import type { Source } from "./source.ts";

const judge = new Ajv({
  validateSchema: false,
  meta: false,
  strict: false,
  logger: false,
  verbose: true,
}).compile(schema);

/** @throws ScenarioFault `SCENARIO_MALFORMED` at the first place that has another form */
export function checkForm(source: Source): void {
  if (judge(source.value)) return;
  const error = judge.errors?.[0] as ErrorObject;
  const { at, expected, hint } = wordsOf(error);
  malformed(source, at, expected, hint);
}

interface Words {
  readonly at: string;
  readonly expected: string;
  readonly hint?: string | null;
}

const TYPES: Readonly<Record<string, string>> = {
  string: "a string",
  object: "an object",
  array: "a list",
  integer: "a whole number",
  boolean: "true or false",
  null: "null",
};

function wordsOf({ keyword, instancePath: at, params, parentSchema, schema: asked }: ErrorObject): Words {
  switch (keyword) {
    case "additionalProperties": {
      const name = String(params["additionalProperty"]);
      const known = Object.keys(isObject(parentSchema?.["properties"]) ? parentSchema["properties"] : {});
      const hint = didYouMean(name, known) ?? null;
      return { at: at + pointer([name]), expected: `absent; known here: ${known.join(", ")}`, hint };
    }
    case "required":
      return { at: at + pointer([String(params["missingProperty"])]), expected: "there" };
    case "type": {
      const types = [asked].flat().map((type) => TYPES[String(type)] ?? String(type));
      return { at, expected: types.join(" or ") };
    }
    case "pattern":
      return { at, expected: "made of letters, digits, - and _ only" };
    default:
      return { at, expected: "not empty" };
  }
}
