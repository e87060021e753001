/** The common envelope of every artifact file (SPEC 2). */

import { isDigest } from "../json/canonical.ts";
import { isObject, type Json, type JsonObject, lineOf, own, readObject, utf8 } from "../json/json.ts";
import { DEPTH } from "../json/limits.ts";
import { repairOf } from "../json/repair.ts";
import { SnapshotFault } from "./errors.ts";
import { codeOf, type Fqdn, fqdnOfFile, namespaceOf } from "./fqdn.ts";
import { quote, sentence } from "./hint.ts";

/** The fields of an envelope that a run executes. */
export const EXECUTED = ["frontmatter", "ct_ir", "cs_ir"] as const;

/** The envelope of an artifact file, strictly read; its name must match the file name. */
export function parseEnvelope(
  file: string,
  bytes: Uint8Array,
  parse: (file: string, bytes: Uint8Array) => JsonObject = parseStrict,
): { text: string; envelope: JsonObject } {
  const envelope = parse(file, bytes);
  const text = utf8(bytes);
  const expected = fqdnOfFile(file);
  const code = own(envelope, "artifact_code");
  const namespace = own(envelope, "namespace");
  const found = own(envelope, "fqdn_id");
  const isNamed =
    expected !== undefined &&
    found === expected &&
    code === codeOf(expected) &&
    namespace === namespaceOf(expected) &&
    own(envelope, "artifact_type") !== undefined;
  if (!isNamed) {
    const calls = typeof found === "string" && found !== expected ? found : `${namespace}::${code}`;
    const line = lineOf(text, found === expected ? "/artifact_code" : "/fqdn_id") ?? 1;
    const change = expected === undefined ? null : rename(envelope, expected);
    throw new SnapshotFault("FQDN_MISMATCH", { file, line, expected: expected ?? file, found: calls, change });
  }
  for (const [key, isRight, expectedText] of ENVELOPE) {
    if (!isRight(own(envelope, key))) {
      const line = lineOf(text, `/${key}`) ?? 1;
      throw new SnapshotFault("MALFORMED_ARTIFACT", { file, line, pointer: `/${key}`, expected: expectedText });
    }
  }
  return { text, envelope };
}

/** How to change the first member that contradicts the file name. */
function rename(envelope: JsonObject, name: Fqdn): string | null {
  const members = [
    ["fqdn_id", name],
    ["artifact_code", codeOf(name)],
    ["namespace", namespaceOf(name)],
    ["artifact_type", own(envelope, "artifact_type") ?? (codeOf(name).split("_", 1)[0] as string)],
  ] as const;
  const wrong = members.find(([key, value]) => own(envelope, key) !== value);
  if (wrong === undefined) return null;
  const [key, value] = wrong;
  const isThere = own(envelope, key) !== undefined;
  return sentence(`/${key}`, isThere ? { do: "change", to: quote(value) } : { do: "add", as: quote(value) });
}

const ENVELOPE: readonly (readonly [string, (value: Json | undefined) => boolean, string])[] = [
  ["content", (value) => typeof value === "string", "a string"],
  ["content_hash", isDigest, "a SHA-256 in hexadecimal"],
  ["frontmatter", isObject, "an object"],
];

/** A JSON object of the snapshot, strictly read. @throws SnapshotFault with the defect's own code */
export function parseStrict(file: string, bytes: Uint8Array): JsonObject {
  const result = readObject(bytes, DEPTH.snapshot);
  if ("value" in result) return result.value;
  const { code, line, pointer = "" } = result.defect;
  const repair = repairOf(utf8(bytes), result.defect) ?? null;
  throw new SnapshotFault(code, { file, line, pointer, repair });
}

/** The object in a file that was, or is still to be, read strictly; one that is no JSON object is answered strictly. */
export function parseChecked(file: string, bytes: Uint8Array): JsonObject {
  try {
    const value = JSON.parse(utf8(bytes)) as Json;
    if (isObject(value)) return value;
  } catch {
    // The strict reader reports the problem.
  }
  return parseStrict(file, bytes);
}
