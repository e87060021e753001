/** The members that `pgs check` knows, against the schemas to which `pgs compile` holds authored files. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { suite, test } from "node:test";
import { type Known, VOCABULARY } from "../../src/check/analysis/vocabulary.ts";
import { parsePointer } from "../../src/json/pointer.ts";
import { valueAt } from "../../src/json/text.ts";
import { isObject, type Json, type JsonObject, objectAt, own } from "../../src/json/value.ts";

const FOLDER = join(import.meta.dirname, "../../schemas/machine");
const FILES = readdirSync(FOLDER, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".schema.json"));

const read = (file: string) => JSON.parse(readFileSync(join(FOLDER, file), "utf8")) as JsonObject;

interface Schema {
  readonly file: string;
  readonly value: JsonObject;
}

/** The schema that a reference is to, or itself. */
function resolved({ file, value }: Schema): Schema {
  const reference = own(value, "$ref");
  if (typeof reference !== "string") return { file, value };
  const [other = "", at = ""] = reference.split("#");
  const to = other === "" ? file : join(dirname(file), other);
  const target = valueAt(read(to), parsePointer(at));
  return resolved({ file: to, value: isObject(target) ? target : {} });
}

/** A schema, and all that it is put together of. */
function* parts(schema: Schema): Generator<Schema> {
  const { file, value } = resolved(schema);
  yield { file, value };
  const lists = ["allOf", "anyOf", "oneOf"].flatMap((key) => own(value, key) ?? []);
  const single = ["then", "else"].flatMap((key) => own(value, key) ?? []);
  for (const one of [lists, single].flat(2)) if (isObject(one)) yield* parts({ file, value: one });
}

/** The paths of members that a schema allows, and that are not in the vocabulary. */
function* unknownIn(schema: Schema, known: Known, path: string, depth = 0): Generator<string> {
  if (depth > 8) return;
  for (const { file, value } of parts(schema)) {
    const members = { ...objectAt(value, "properties"), ...objectAt(value, "patternProperties") };
    const each = ["additionalProperties", "items"].flatMap((key): [string, Json][] => {
      const one = own(value, key);
      return isObject(one) ? [["*", one]] : [];
    });
    for (const [name, member] of [...Object.entries(members), ...each]) {
      const below = known["*"] === undefined ? known[name] : known["*"];
      const at = `${path}/${name}`;
      if (below === undefined) yield at;
      else if (below !== null && isObject(member))
        yield* unknownIn({ file, value: member }, below, at, depth + 1);
    }
  }
}

/** Allowed to be written, and reported because nobody enforces it: `enum` is what counts, and an intent answers ACK or NACK. */
const WITHOUT_EFFECT = /^\/core\/(?:(?:inputs|outputs|schema)\/\*\/allowed_values|outcomes\/\*)$/;

suite("the members that pgs check knows", () => {
  for (const file of FILES) {
    const word = (file.split("/").at(-1) ?? "").split(".")[0]?.toUpperCase() ?? "";
    const known = VOCABULARY.get(word);
    if (known === undefined) continue;
    test(`nothing that ${file} allows is reported as unknown`, () => {
      const unknown = [...new Set(unknownIn({ file, value: read(file) }, known, ""))];
      assert.deepEqual(
        unknown.filter((path) => !WITHOUT_EFFECT.test(path)),
        [],
      );
    });
  }
});
