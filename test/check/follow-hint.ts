/** Does to a small snapshot what the hint of a finding says. */

import assert from "node:assert/strict";
import { parsePointer } from "../../src/json/pointer.ts";
import type { Json, MutableJson } from "../../src/json/value.ts";
import type { Small } from "./small-snapshot.ts";

/** The edit of one field of the artifact. Of several values that a hint offers, the last one is written. */
export function follow(hint: string, artifact: string, { blocks }: Small): void {
  const [, verb, at = "", words = ""] =
    /(?:^|, )(add|change|remove|rename) (\/frontmatter\/\S*?)(?:(?:: | to )(.*))?$/.exec(hint) ??
    assert.fail(`no edit: ${hint}`);
  const [, ...parts] = parsePointer(at);
  const name = parts.pop() ?? "";
  const holder = parts.reduce(
    (one, part) => one[part] as MutableJson,
    blocks[artifact] as unknown as MutableJson,
  );
  assert.equal(name in holder, verb !== "add", hint);
  if (verb === "add" || verb === "change") holder[name] = valueIn(words);
  else {
    if (verb === "rename") holder[JSON.parse(words) as string] = holder[name] as MutableJson;
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else delete holder[name];
  }
}

/** The value, the example of one, or the last of several. */
function valueIn(words: string): Json {
  const example = words.split(", such as ").at(-1) ?? "";
  if (example === "an object") return {};
  return JSON.parse(example.startsWith("one of ") ? (example.split(", ").at(-1) ?? "") : example) as Json;
}
