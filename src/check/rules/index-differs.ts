import { isObject, type Json, type JsonObject, jsonEqual, objectAt, own, pointer } from "../../json/json.ts";
import { artifactIndex, storeIndex } from "../../snapshot/build/index-file.ts";
import { asAuthored } from "../analysis/as-authored.ts";
import { type Found, rule } from "../rule.ts";

export const indexDiffers = rule({
  id: "index-differs",
  about: "the index lists every artifact and store, where it is and who uses it, and nothing else",
  severity: "warning",
  hint: "make the index again from the artifacts",
  *check(subject) {
    const artifacts = asAuthored(subject);
    for (const [file, list, count, expected] of [
      ["artifact_index/index.json", "artifacts", "artifact_count", artifactIndex],
      ["artifact_index/stores.json", "stores", "store_count", storeIndex],
    ] as const) {
      const found = subject.documents.get(file);
      if (found !== undefined) yield* differences(file, list, count, expected(artifacts), found);
    }
  },
});

function* differences(
  file: string,
  list: string,
  count: string,
  expected: JsonObject,
  found: JsonObject,
): Generator<Found> {
  const [should, is] = [objectAt(expected, list), objectAt(found, list)];
  if (own(found, count) !== own(expected, count)) {
    const message = `${count} is ${String(own(found, count))}, and should be ${String(own(expected, count))}`;
    yield { file, pointer: pointer([count]), facts: { count }, message };
  }
  for (const name of [...new Set([...Object.keys(should), ...Object.keys(is)])].sort()) {
    const at = pointer([list, name]);
    const [wanted, entry] = [own(should, name), own(is, name)];
    if (wanted === undefined)
      yield { file, pointer: at, facts: { name }, message: `${name} is not in the snapshot` };
    else if (entry === undefined)
      yield { file, pointer: pointer([list]), facts: { name }, message: `${name} is not listed` };
    else {
      const wrong = unlike(wanted, entry, [list, name]);
      if (wrong === undefined) continue;
      const message = `${name} is listed with another ${wrong.at(-1)} than its artifact says`;
      yield { file, pointer: pointer(wrong), facts: { name }, message };
    }
  }
}

/** Where something wanted is not there. Another compiler may list more, and lists in another order. */
function unlike(wanted: Json, found: Json, path: readonly string[]): readonly string[] | undefined {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || wanted.length !== found.length) return path;
    const lost = wanted.find((one) => !found.some((other) => unlike(one, other, path) === undefined));
    if (lost === undefined) return undefined;
    for (const [i, other] of found.entries()) {
      if (isObject(lost) && isObject(other) && shares(lost, other))
        return unlike(lost, other, [...path, String(i)]);
    }
    return path;
  }
  if (!isObject(wanted)) return jsonEqual(wanted, found) ? undefined : path;
  if (!isObject(found)) return path;
  for (const [key, member] of Object.entries(wanted)) {
    const wrong = unlike(member, own(found, key) ?? null, [...path, key]);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** Whether two entries of a list are about the same. */
function shares(a: JsonObject, b: JsonObject): boolean {
  return ["declared_by", "rb"].some((key) => own(a, key) !== undefined && own(a, key) === own(b, key));
}
