/** The files of a snapshot as the rules see them: each read and judged once, none of them left out for being wrong. */

import type { Fault } from "../../errors/base.ts";
import { sha256 } from "../../json/canonical.ts";
import { utf8 } from "../../json/text.ts";
import type { JsonObject } from "../../json/value.ts";
import type { Files } from "../../ports.ts";
import type { Artifact } from "../../snapshot/artifact.ts";
import { type ParsedArtifact, parseEnvelope, parseStrict } from "../../snapshot/envelope.ts";
import { type SealFault, SnapshotFault } from "../../snapshot/errors.ts";
import { fqdnOfFile, isFileOf, kindOf, wordOf } from "../../snapshot/fqdn.ts";
import { closureRoot, toArtifact } from "../../snapshot/load.ts";
import { frontMatterTables } from "../../snapshot/parse.ts";
import { checkSealOnDisk, parseSeal } from "../../snapshot/seal.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import {
  readAll,
  readSealFile,
  type SnapshotFile,
  verifyAgainst,
  verifyContents,
} from "../../snapshot/verify.ts";

/** An artifact of whatever kind, as its file holds it. */
export interface Entry extends ParsedArtifact {
  /** The first word of its code: `WF`, `CC`, `SURFACE`, … */
  readonly word: string;
  /** Path below the snapshot. */
  readonly file: string;
  /** As a run would load it; null for a kind that no run reads. */
  readonly artifact: Artifact | null;
}

export interface Read {
  /** By full name. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The JSON files that are no artifact, by path, and the text of each. */
  readonly documents: ReadonlyMap<string, JsonObject>;
  readonly texts: ReadonlyMap<string, string>;
  readonly isSealed: boolean;
  /** Every file, sorted. */
  readonly paths: readonly string[];
  readonly faults: readonly Fault[];
}

export function readEntries(folder: string, files: Files): Read {
  const faults: Fault[] = [];
  const all = readAll(folder, files, faults);
  const seal = readSealFile(folder, files, faults);
  if (seal !== undefined) for (const fault of sealFaults(seal, all)) faults.push(fault);
  const entries = new Map<string, Entry>();
  const documents = new Map<string, JsonObject>();
  const texts = new Map<string, string>();
  for (const file of all.filter(({ path }) => path.endsWith(".json"))) {
    try {
      if (fqdnOfFile(file.path) === undefined) {
        documents.set(file.path, parseStrict(file.path, file.bytes));
        texts.set(file.path, utf8(file.bytes));
      } else {
        const entry = readEntry(file);
        for (const fault of verifyContents(file.path, entry)) faults.push(fault);
        entries.set(entry.fqdn, entry);
      }
    } catch (error) {
      if (!(error instanceof SnapshotFault)) throw error;
      faults.push(error);
    }
  }
  return { entries, documents, texts, isSealed: seal !== null, paths: all.map(({ path }) => path), faults };
}

/** Bytes against the seal, where there is one. */
function sealFaults(bytes: Uint8Array | null, all: readonly SnapshotFile[]): readonly SealFault[] {
  if (bytes === null) return [];
  const parsed = parseSeal(bytes);
  if (!("fault" in parsed)) return verifyAgainst(parsed.seal, all);
  const byPath = new Map(all.map((file) => [file.path, file.bytes]));
  return [checkSealOnDisk(parsed, (path) => byPath.get(path) ?? null)];
}

/** @throws SnapshotFault */
export function readEntry(file: SnapshotFile): Entry {
  const parsed = parseEnvelope(file.path, file.bytes);
  return { ...parsed, word: wordOf(parsed.fqdn), file: file.path, artifact: asArtifact(file, parsed) };
}

function asArtifact({ path, bytes }: SnapshotFile, parsed: ParsedArtifact): Artifact | null {
  const kind = kindOf(parsed.fqdn);
  const isReached = kind !== undefined && (isFileOf(path, parsed.fqdn, kind) || kind === "STRUCTURE");
  return isReached ? toArtifact(kind, { path, bytes, digest: sha256(bytes) }, parsed) : null;
}

/** The artifacts as a snapshot to compile from: what was read, and nothing read again. */
export function snapshotOver(folder: string, { entries, documents, texts, isSealed, paths }: Read): Snapshot {
  return {
    folder,
    state: isSealed ? "sealed" : "verified",
    tables: frontMatterTables,
    rootOf: closureRoot,
    artifact: (name) => entries.get(name)?.artifact ?? undefined,
    names: (kind) =>
      [...entries.values()].flatMap(({ artifact }) => (artifact?.kind === kind ? [artifact.fqdn] : [])).sort(),
    paths: (below) => paths.filter((path) => path.startsWith(`${below}/`)),
    document(file) {
      const value = documents.get(file);
      return value === undefined ? undefined : { text: texts.get(file) ?? "", value };
    },
  };
}
