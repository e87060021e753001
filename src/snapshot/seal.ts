/**
 * `seal.json`: every file of the snapshot with its SHA-256 and size, and one root over the list (SPEC 2.1).
 *
 * The text has exactly one form: a head line, then one file a line, sorted by path. `root` is the SHA-256 of those
 * lines, byte for byte; `digest` is that of the head without it. So checking a seal hashes it once and compares one
 * line. Each entry also carries the first four hexadecimal digits of every line's hash: they prove nothing, they
 * find the line.
 *
 * Signatures follow the list, one envelope per line, and do not change anything before them.
 */

import { type Digest, isDigest, sha256 } from "../json/canonical.ts";
import { endOfString, utf8 } from "../json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../json/value.ts";
import { type Envelope, envelopeText, toEnvelope } from "../sign/dsse.ts";
import { SealFault } from "./errors.ts";

export const SEAL_FILE = "seal.json";
export const SEAL_SCHEMA = "pgs.seal/1";

/** A file that a seal lists. */
export interface SealedFile {
  readonly path: string;
  readonly sha256: Digest;
}

export interface SealEntry extends SealedFile {
  readonly size: number;
  readonly lines: string;
}

/** A file of the snapshot as it is on the disk. */
export interface FoundFile {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

/** What a form of snapshot says of its files' bytes. */
export interface SnapshotSeal {
  readonly state: "sealed" | "verified";
  /** Null where nothing is sealed. */
  readonly root: Digest | null;
  /** The file that the seal is in, and the one that its signatures are in. */
  readonly file: string;
  readonly signatureFile: string;
  readonly signatures: readonly SealSignature[];
  /** The sealed entry of the file, or undefined if it is not in the seal. @throws SealFault when it is listed twice */
  entry(path: string): SealedFile | undefined;
  /** Every sealed file. */
  entries(): readonly SealedFile[];
  /**
   * Compares a file, null where there is none, with what is sealed of it.
   * @throws SealFault `SEALED_FILE_MISSING`, `FILE_NOT_SEALED`, `SEALED_FILE_CHANGED`
   */
  check(path: string, found: FoundFile | null): void;
}

/** Of a snapshot without a seal: its artifacts are verified from their own contents. */
export const UNSEALED: SnapshotSeal = {
  state: "verified",
  root: null,
  file: SEAL_FILE,
  signatureFile: SEAL_FILE,
  signatures: [],
  entry: () => undefined,
  entries: () => [],
  check: () => undefined,
};

/** The seal that `pgs seal` writes. */
export interface Seal extends SnapshotSeal {
  readonly root: Digest;
  entry(path: string): SealEntry | undefined;
  entries(): readonly SealEntry[];
  readonly tool: { readonly name: string; readonly version: string };
  /** The signature envelopes, each with its line. Only their format has been checked. */
  readonly signatures: readonly PlacedEnvelope[];
  /** A list line that sealing would not write, although its hash is right. */
  flaws(): readonly SealFault[];
}

export interface PlacedEnvelope {
  readonly line: number;
  readonly envelope: Envelope;
}

/** A signature of which nothing but its format has been checked: a DSSE envelope, or one over the root as text. */
export type SealSignature = PlacedEnvelope | RootSignature;

/** An ed25519 signature over the 64 characters of a root. */
export interface RootSignature {
  /** Null where it has not the format of one. */
  readonly claim: {
    readonly root: string;
    /** A label, never used to choose a key. */
    readonly keyid: string;
    readonly sig: Uint8Array;
  } | null;
}

/** The seal of these files, as text. The same bytes always give the same root. */
export function sealText(
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
  tool: Seal["tool"],
  signatures: readonly Envelope[] = [],
): { readonly root: Digest; readonly text: string } {
  const list = listText(files);
  const root = sha256(list);
  const signed = signatures.length === 0 ? "" : `${SIGNED}${signatures.map(envelopeText).join(",\n")}`;
  return { root, text: `${headLine(tool, root)}${list}${signed}${END}` };
}

/** The root that these files would be sealed with. */
export function rootOf(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): Digest {
  return sha256(listText(files));
}

function listText(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): string {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  const lines = sorted.map(({ path, bytes }) =>
    lineOfEntry({ path, sha256: sha256(bytes), size: bytes.length, lines: lineMarks(bytes) }),
  );
  return lines.join(",\n");
}

function lineOfEntry({ path, sha256, size, lines }: SealEntry): string {
  return JSON.stringify({ path, sha256, size, lines });
}

const SIGNED = '\n],"signatures":[\n';
const END = "\n]}\n";

function headLine({ name, version }: Seal["tool"], root: string): string {
  const head = JSON.stringify({ schema: SEAL_SCHEMA, tool: { name, version }, root });
  return `${head.slice(0, -1)},"digest":"${sha256(head)}","files":[\n`;
}

/** An inconsistent seal: the refusal, and the lines up to the end of its list, to find the changed one. */
export interface BrokenSeal {
  readonly fault: SealFault;
  readonly lines: readonly string[];
}

/**
 * Parses the seal if the bytes are in the format that `sealText` writes. The bytes are hashed as they are; only
 * the head and the requested lines are decoded.
 */
export function parseSeal(bytes: Uint8Array): { readonly seal: Seal } | BrokenSeal {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const broken = (line: number, reason: string): BrokenSeal => ({
    fault: new SealFault("SEAL_MALFORMED", { file: SEAL_FILE, line, reason }),
    lines: [],
  });
  const headEnd = buffer.indexOf("\n") + 1;
  const headText = utf8(bytes.subarray(0, headEnd));
  const head = parseOrNull(`${headText}]}`);
  const tool = isObject(head) ? own(head, "tool") : undefined;
  const root = isObject(head) ? own(head, "root") : undefined;
  if (!isTool(tool) || !isDigest(root) || headText !== headLine(tool, root)) {
    return broken(1, "its first line has an unknown format");
  }
  if (utf8(bytes.subarray(-END.length)) !== END) {
    return broken(linesOf(buffer).length - (buffer.at(-1) === 0x0a ? 1 : 0), "its end has an unknown format");
  }
  const listEnd = endOfList(buffer);
  const list = buffer.subarray(headEnd, listEnd);
  const computed = sha256(list);
  if (computed !== root) {
    const facts = { file: SEAL_FILE, line: 1, stated: root, computed };
    const lines = linesOf(buffer.subarray(0, listEnd));
    return { fault: new SealFault("SEAL_ROOT_MISMATCH", facts), lines };
  }
  const signatures = signaturesFrom(buffer, listEnd);
  if ("malformed" in signatures) return broken(signatures.malformed, "a signature has an unknown format");
  const lines = () => (list.length === 0 ? [] : utf8(list).split(",\n"));
  let listed: ListedLines | undefined;
  const entry = (path: string) => {
    listed ??= byPath(lines());
    return findEntry(listed, path);
  };
  return {
    seal: {
      state: "sealed",
      file: SEAL_FILE,
      signatureFile: SEAL_FILE,
      check: (path, found) => checkFile(path, entry(path), found),
      tool,
      root,
      signatures: signatures.all,
      entry,
      entries: () => lines().map((line, i) => readEntry(line, () => i + 2)),
      flaws: () => flawsOf(lines()),
    },
  };
}

function linesOf(bytes: Uint8Array): readonly string[] {
  return utf8(bytes).split("\n");
}

/** The signatures, when there are any, begin behind it; whether there are, the last line shows. */
function endOfList(buffer: Buffer): number {
  const end = buffer.length - END.length;
  const lastLine = buffer.lastIndexOf(0x0a, end - 1) + 1;
  const isSigned = buffer.toString("latin1", lastLine, lastLine + ENVELOPE.length) === ENVELOPE;
  const listEnd = isSigned ? buffer.lastIndexOf(SIGNED) : -1;
  return listEnd === -1 ? end : listEnd;
}

const ENVELOPE = '{"payload":';

/** Every signature behind the list, or the line of the first that is not as sealing writes it. */
function signaturesFrom(
  buffer: Buffer,
  listEnd: number,
): { readonly all: readonly PlacedEnvelope[] } | { readonly malformed: number } {
  const start = listEnd + SIGNED.length;
  if (start > buffer.length) return { all: [] };
  const first = linesOf(buffer.subarray(0, start)).length;
  const all: PlacedEnvelope[] = [];
  for (const text of utf8(buffer.subarray(start, -END.length)).split(",\n")) {
    const line = first + all.length;
    const envelope = toEnvelope(parseOrNull(text));
    if (envelope?.signatures.length !== 1 || envelopeText(envelope) !== text) return { malformed: line };
    all.push({ line, envelope });
  }
  return { all };
}

/** The lines of a list whose hash was checked, and where each path is: a run parses only few of them. */
interface ListedLines {
  readonly all: readonly string[];
  /** By the line's text up to the end of its path: its index, and that of a line that says the same again. */
  readonly first: ReadonlyMap<string, number>;
  readonly second: ReadonlyMap<string, number>;
}

function byPath(all: readonly string[]): ListedLines {
  const first = new Map<string, number>();
  const second = new Map<string, number>();
  for (let i = 0; i < all.length; i++) {
    const line = all[i] as string;
    const begin = line.slice(0, endOfString(line, PATH.length) + 1);
    if (!first.has(begin)) first.set(begin, i);
    else if (!second.has(begin)) second.set(begin, i);
  }
  return { all, first, second };
}

const PATH = '{"path":';

function findEntry({ all, first, second }: ListedLines, path: string): SealEntry | undefined {
  const begin = `${PATH}${JSON.stringify(path)},`;
  const found = first.get(begin);
  if (found === undefined) return undefined;
  const again = second.get(begin);
  if (again !== undefined) throw malformedLine(again + 2, TWICE);
  return readEntry(all[found] as string, () => found + 2);
}

const TWICE = "a path is listed twice";
const LINE_FORM = "a line of its list has an unknown format";

/** @throws SealFault when the line is none that sealing writes, although its hash is right. */
function readEntry(line: string, at: () => number): SealEntry {
  const entry = parseOrNull(line);
  if (isEntry(entry) && lineOfEntry(entry as unknown as SealEntry) === line)
    return entry as unknown as SealEntry;
  throw malformedLine(at(), LINE_FORM);
}

function flawsOf(lines: readonly string[]): readonly SealFault[] {
  const seen = new Set<string>();
  return lines.flatMap((line, i) => {
    try {
      const { path } = readEntry(line, () => i + 2);
      if (seen.has(path)) return malformedLine(i + 2, TWICE);
      seen.add(path);
      return [];
    } catch (error) {
      if (error instanceof SealFault) return error;
      throw error;
    }
  });
}

function malformedLine(line: number, reason: string): SealFault {
  return new SealFault("SEAL_MALFORMED", { file: SEAL_FILE, line, reason });
}

/** @throws SealFault */
function checkFile(file: string, entry: SealEntry | undefined, found: FoundFile | null): void {
  if (found === null) {
    if (entry !== undefined) throw new SealFault("SEALED_FILE_MISSING", { file });
    return;
  }
  if (entry === undefined) throw new SealFault("FILE_NOT_SEALED", { file });
  const changed = fileChanged(entry, found.bytes, found.digest);
  if (changed !== undefined) throw changed;
}

/** The refusal of a file whose bytes are not the sealed ones. */
export function fileChanged(entry: SealEntry, bytes: Uint8Array, found: Digest): SealFault | undefined {
  if (entry.sha256 === found && entry.size === bytes.length) return undefined;
  const line = changedLine(entry, bytes) ?? null;
  return new SealFault("SEALED_FILE_CHANGED", { file: entry.path, line, sealed: entry.sha256, found });
}

/** Names the line that was changed: the first one that does not fit the file on disk, else the head line. */
export function checkSealOnDisk(
  { fault, lines }: BrokenSeal,
  read: (path: string) => Uint8Array | null,
): SealFault {
  if (fault.code !== "SEAL_ROOT_MISMATCH") return fault;
  const { stated, computed } = fault.facts as { stated: string; computed: string };
  const index = lines.findIndex((line, i) => i > 0 && !fits(line, i === lines.length - 1, read));
  return new SealFault("SEAL_ROOT_MISMATCH", {
    file: SEAL_FILE,
    line: index === -1 ? 1 : index + 1,
    stated,
    computed,
  });
}

/** Whether a line of the list is exactly what sealing the file on disk would write. */
function fits(line: string, isLast: boolean, read: (path: string) => Uint8Array | null): boolean {
  const entry = parseOrNull(isLast ? line : line.slice(0, -1));
  const path = isObject(entry) ? own(entry, "path") : undefined;
  if (typeof path !== "string") return false;
  const bytes = read(path);
  return bytes !== null && `${listText([{ path, bytes }])}${isLast ? "" : ","}` === line;
}

function parseOrNull(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return null;
  }
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

function isTool(value: Json | undefined): value is { name: string; version: string } {
  return isObject(value) && typeof own(value, "name") === "string" && typeof own(value, "version") === "string";
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
