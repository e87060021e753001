/**
 * `seal.json`: every file of the snapshot with its SHA-256 and size, and one root over the list (SPEC 2.1).
 *
 * The text has exactly one form: a first line with schema, tool, root and digest, then one file a line. `root`
 * covers path, hash and size of every file; `digest` covers everything else in the seal as well. Each entry also
 * carries the first four hexadecimal digits of every line's hash: they prove nothing, they find the line.
 */

import { SealFault } from "../faults.ts";
import { isObject, type Json, type JsonObject, own, readObjectText } from "../json.ts";
import { type Digest, digestOf, isDigest, sha256 } from "../trace/canonical.ts";

export const SEAL_FILE = "seal.json";
export const SEAL_SCHEMA = "pgs.seal/1";

export interface SealEntry {
  readonly path: string;
  readonly sha256: Digest;
  readonly size: number;
  readonly lines: string;
}

export interface Seal {
  readonly tool: { readonly name: string; readonly version: string };
  readonly root: Digest;
  readonly byPath: ReadonlyMap<string, SealEntry>;
}

/** The seal of these files, as text. The same bytes always give the same root. */
export function sealText(
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  tool: Seal["tool"],
): { readonly root: Digest; readonly text: string } {
  const entries = [...files]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, bytes }) => ({ path, sha256: sha256(bytes), size: bytes.length, lines: lineMarks(bytes) }));
  const root = rootOf(entries);
  return { root, text: render(tool, root, entries) };
}

export function rootOf(entries: readonly SealEntry[]): Digest {
  return digestOf(entries.map(({ path, sha256, size }) => ({ path, sha256, size })));
}

function digestOfSeal(tool: Seal["tool"], root: string, entries: readonly SealEntry[]): Digest {
  return digestOf({ schema: SEAL_SCHEMA, tool, root, files: entries } as unknown as Json);
}

function render(tool: Seal["tool"], root: Digest, entries: readonly SealEntry[]): string {
  const digest = digestOfSeal(tool, root, entries);
  const head = JSON.stringify({
    schema: SEAL_SCHEMA,
    tool: { name: tool.name, version: tool.version },
    root,
    digest,
  });
  const lines = entries.map(({ path, sha256, size, lines }) => JSON.stringify({ path, sha256, size, lines }));
  return `${head.slice(0, -1)},"files":[\n${lines.join(",\n")}\n]}\n`;
}

/** A seal that does not hold together: the refusal, and the entries as far as they could be read. */
export interface BrokenSeal {
  readonly fault: SealFault;
  readonly entries: readonly SealEntry[];
}

/** The seal a text holds, provided that it is what `sealText` writes, to the byte. */
export function parseSeal(text: string): { readonly seal: Seal } | BrokenSeal {
  const read = readObjectText(text);
  if ("defect" in read) return broken(read.defect.line, read.defect.code);
  const { value } = read;
  const tool = own(value, "tool");
  const root = own(value, "root");
  const entries = readEntries(own(value, "files"));
  if (own(value, "schema") !== SEAL_SCHEMA) return broken(1, `schema is not ${SEAL_SCHEMA}`);
  if (!isTool(tool) || !isDigest(root) || entries === undefined)
    return broken(1, "a member is missing or malformed");
  const expected = render(tool, root, entries);
  const computed = rootOf(entries);
  if (computed !== root) {
    return {
      fault: new SealFault("SEAL_ROOT_MISMATCH", { file: SEAL_FILE, line: 1, stated: root, computed }),
      entries,
    };
  }
  const digest = digestOfSeal(tool, root, entries);
  const stated = own(value, "digest");
  if (stated !== digest) {
    const facts = { file: SEAL_FILE, line: 1, stated: String(stated), computed: digest };
    return { fault: new SealFault("SEAL_DIGEST_MISMATCH", facts), entries };
  }
  if (expected !== text) return broken(differingLine(expected, text), "its text has another form");
  return { seal: { tool, root, byPath: new Map(entries.map((entry) => [entry.path, entry])) } };
}

/** Names the line that was changed: the first entry that does not fit the file on disk, else the head line. */
export function checkSealOnDisk(
  { fault, entries }: BrokenSeal,
  read: (path: string) => Uint8Array | null,
): SealFault {
  if (fault.code !== "SEAL_ROOT_MISMATCH" && fault.code !== "SEAL_DIGEST_MISMATCH") return fault;
  const { stated, computed } = fault.facts as { stated: string; computed: string };
  const index = entries.findIndex((entry) => {
    const bytes = read(entry.path);
    return (
      bytes === null ||
      entry.sha256 !== sha256(bytes) ||
      entry.size !== bytes.length ||
      entry.lines !== lineMarks(bytes)
    );
  });
  return new SealFault(fault.code, { file: SEAL_FILE, line: index + 2, stated, computed });
}

/** The first line of the file whose mark differs from the sealed one. */
export function changedLine(entry: SealEntry, bytes: Uint8Array): number | undefined {
  const found = lineMarks(bytes);
  const length = Math.max(found.length, entry.lines.length);
  for (let i = 0; i < length; i += MARK) {
    if (found.slice(i, i + MARK) !== entry.lines.slice(i, i + MARK)) return i / MARK + 1;
  }
  return undefined;
}

const MARK = 4;

function lineMarks(bytes: Uint8Array): string {
  let marks = "";
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(0x0a, start);
    marks += sha256(bytes.subarray(start, end === -1 ? undefined : end)).slice(0, MARK);
    if (end === -1) break;
    start = end + 1;
  }
  return marks;
}

function broken(line: number, reason: string): BrokenSeal {
  return { fault: new SealFault("SEAL_MALFORMED", { file: SEAL_FILE, line, reason }), entries: [] };
}

function isTool(value: Json | undefined): value is { name: string; version: string } {
  return isObject(value) && typeof own(value, "name") === "string" && typeof own(value, "version") === "string";
}

function readEntries(value: Json | undefined): readonly SealEntry[] | undefined {
  if (!Array.isArray(value) || !value.every(isEntry)) return undefined;
  const entries = value as unknown as readonly SealEntry[];
  const isSorted = entries.every((entry, i) => i === 0 || (entries[i - 1] as SealEntry).path < entry.path);
  return isSorted ? entries : undefined;
}

function isEntry(value: Json): boolean {
  if (!isObject(value)) return false;
  const entry: JsonObject = value;
  return (
    typeof own(entry, "path") === "string" &&
    isDigest(own(entry, "sha256")) &&
    Number.isInteger(own(entry, "size")) &&
    typeof own(entry, "lines") === "string"
  );
}

function differingLine(expected: string, found: string): number {
  const [a, b] = [expected.split("\n"), found.split("\n")];
  return a.findIndex((line, i) => line !== b[i]) + 1 || a.length;
}
