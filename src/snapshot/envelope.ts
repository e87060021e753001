/** The common envelope of every artifact file (SPEC 2). */

import { type Digest, isDigest } from "../json/canonical.ts";
import { DEPTH } from "../json/limits.ts";
import { readObject } from "../json/parse.ts";
import { repairOf } from "../json/repair.ts";
import { lineOf, utf8 } from "../json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../json/value.ts";
import { SnapshotFault } from "./errors.ts";
import { codeOf, type Fqdn, fqdnOfFile, namespaceOf, wordOf } from "./fqdn.ts";
import { quote, sentence } from "./hint.ts";

/** The fields of an envelope that a run executes. */
export const EXECUTED = ["frontmatter", "ct_ir", "cs_ir"] as const;

/** An artifact file, strictly read. */
export interface ParsedArtifact {
  readonly fqdn: Fqdn;
  readonly text: string;
  readonly envelope: JsonObject;
  /** The authored Markdown. */
  readonly content: string;
  /** The digest of the Markdown, as the file states it. */
  readonly contentHash: Digest;
  readonly frontmatter: JsonObject;
}

/** The artifact in a file, whose name must match the file name. @throws SnapshotFault */
export function parseEnvelope(
  file: string,
  bytes: Uint8Array,
  parse: (file: string, bytes: Uint8Array, text: string) => JsonObject = parseStrict,
): ParsedArtifact {
  const text = utf8(bytes);
  const envelope = parse(file, bytes, text);
  const fqdn = requireName(file, text, envelope);
  const refuse = (key: string, expected: string): never => {
    const line = lineOf(text, `/${key}`) ?? 1;
    throw new SnapshotFault("MALFORMED_ARTIFACT", { file, line, pointer: `/${key}`, expected });
  };
  const [content, hash, frontmatter] = ["content", "content_hash", "frontmatter"].map((key) =>
    own(envelope, key),
  );
  return {
    fqdn,
    text,
    envelope,
    content: typeof content === "string" ? content : refuse("content", "a string"),
    contentHash: isDigest(hash) ? hash : refuse("content_hash", "a SHA-256 in hexadecimal"),
    frontmatter: isObject(frontmatter) ? frontmatter : refuse("frontmatter", "an object"),
  };
}

/** @throws SnapshotFault `FQDN_MISMATCH` where the envelope calls itself otherwise */
function requireName(file: string, text: string, envelope: JsonObject): Fqdn {
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
  if (isNamed) return expected;
  const calls = typeof found === "string" && found !== expected ? found : `${namespace}::${code}`;
  const line = lineOf(text, found === expected ? "/artifact_code" : "/fqdn_id") ?? 1;
  const change = expected === undefined ? null : rename(envelope, expected);
  throw new SnapshotFault("FQDN_MISMATCH", { file, line, expected: expected ?? file, found: calls, change });
}

/** How to change the first member that contradicts the file name. */
function rename(envelope: JsonObject, name: Fqdn): string | null {
  const members = [
    ["fqdn_id", name],
    ["artifact_code", codeOf(name)],
    ["namespace", namespaceOf(name)],
    ["artifact_type", own(envelope, "artifact_type") ?? wordOf(name)],
  ] as const;
  const wrong = members.find(([key, value]) => own(envelope, key) !== value);
  if (wrong === undefined) return null;
  const [key, value] = wrong;
  const isThere = own(envelope, key) !== undefined;
  return sentence(`/${key}`, isThere ? { do: "change", to: quote(value) } : { do: "add", as: quote(value) });
}

/** A JSON object of the snapshot, strictly read. @throws SnapshotFault with the defect's own code */
export function parseStrict(file: string, bytes: Uint8Array): JsonObject {
  const result = readObject(bytes, DEPTH.snapshot);
  if ("value" in result) return result.value;
  const { code, line, pointer = "" } = result.defect;
  const repair = repairOf(utf8(bytes), result.defect) ?? null;
  throw new SnapshotFault(code, { file, line, pointer, repair });
}

/** The object in a file that was, or is still to be, read strictly; one that is no JSON object is answered strictly. */
export function parseChecked(file: string, bytes: Uint8Array, text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    if (isObject(value)) return value;
  } catch {
    // The strict reader reports the problem.
  }
  return parseStrict(file, bytes);
}
