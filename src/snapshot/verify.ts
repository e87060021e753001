/** Checks whether an artifact matches its own sealed text, and whether a whole snapshot matches its seal. */

import type { Fault } from "../errors/base.ts";
import { sha256 } from "../json/canonical.ts";
import { pointer } from "../json/pointer.ts";
import { lineOf, valueAt } from "../json/text.ts";
import { firstDifference, type Json, own } from "../json/value.ts";
import { ContentError, contentLines, type Derived, derive, lineAround } from "./derive.ts";
import { EXECUTED, type ParsedArtifact, parseEnvelope, parseStrict } from "./envelope.ts";
import { SealFault, SnapshotFault } from "./errors.ts";
import { fqdnOfFile } from "./fqdn.ts";
import { type Change, type Path, quote, sentence } from "./hint.ts";
import type { SnapshotFile } from "./read-all.ts";
import { fileChanged, type Seal } from "./seal.ts";

/** The contradictions between an artifact's `content`, its `content_hash` and its executed fields (SPEC 2.1). */
export function verifyContents(file: string, artifact: ParsedArtifact): readonly SealFault[] {
  const { fqdn, text, envelope, content, contentHash: stated } = artifact;
  const line = (at: string) => lineOf(text, at) ?? 1;
  const computed = sha256(content);
  if (stated !== computed) {
    return [new SealFault("CONTENT_HASH_MISMATCH", { file, line: line("/content_hash"), stated, computed })];
  }
  try {
    const derived = derive(fqdn, content);
    return EXECUTED.flatMap((field) => {
      const path = firstDifference(derived[field] ?? null, own(envelope, field) ?? null, [field]);
      return path === undefined ? [] : [fieldDiffers(path, derived, file, artifact)];
    });
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    const facts = { file, line: line("/content"), reason: error.message, content_line: error.line };
    return [new SealFault("CONTENT_UNREADABLE", facts)];
  }
}

function fieldDiffers(
  path: Path,
  derived: Derived,
  file: string,
  { text, envelope, content }: ParsedArtifact,
): SealFault {
  const at = pointer(path);
  const line = path[0] === "frontmatter" ? lineAround(contentLines(content), path.slice(1)) : undefined;
  const isThere = valueAt(envelope, path) !== undefined;
  const value = valueAt({ ...derived }, path);
  const where = line === undefined ? "its Markdown" : `line ${line} of its Markdown`;
  const as = value === undefined ? "which its Markdown does not have" : `as ${where} has it`;
  const change = `${sentence(at, backTo(value, isThere))}, ${as}`;
  const facts = { file, line: nearestLine(text, path), pointer: at, content_line: line ?? null, change };
  return new SealFault("EXECUTED_FIELD_DIFFERS", facts);
}

/** The change that makes a field match the text; a long value is not repeated. */
function backTo(value: Json | undefined, isThere: boolean): Change {
  if (value === undefined) return { do: "remove" };
  const words = quote(value).length > LONGEST ? "the value" : quote(value);
  return isThere ? { do: "change", to: words } : { do: "add", as: words };
}

const LONGEST = 400;

/** The line of the deepest part of the path that the text has: an absent field shows at its parent. */
function nearestLine(text: string, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const line = lineOf(text, pointer(path.slice(0, length)));
    if (line !== undefined) return line;
  }
  return 1;
}

/** Everything wrong with a file from its own contents: strict JSON for all, the envelope for artifacts. */
export function verifyFile({ path, bytes }: SnapshotFile): readonly Fault[] {
  if (!path.endsWith(".json")) return [];
  try {
    if (fqdnOfFile(path) === undefined) {
      parseStrict(path, bytes);
      return [];
    }
    return verifyContents(path, parseEnvelope(path, bytes));
  } catch (error) {
    if (error instanceof SnapshotFault) return [error];
    throw error;
  }
}

/** Bytes against the seal, both ways: changed, unlisted, listed and missing. */
export function verifyAgainst(seal: Seal, all: readonly SnapshotFile[]): readonly SealFault[] {
  const flaws = seal.flaws();
  if (flaws.length > 0) return flaws;
  const present = new Set(all.map(({ path }) => path));
  const missing = seal.entries().filter(({ path }) => !present.has(path));
  return [
    ...all.flatMap(({ path, bytes }) => {
      const entry = seal.entry(path);
      if (entry === undefined) return [new SealFault("FILE_NOT_SEALED", { file: path })];
      return fileChanged(entry, bytes, sha256(bytes)) ?? [];
    }),
    ...missing.map(({ path }) => new SealFault("SEALED_FILE_MISSING", { file: path })),
  ];
}
