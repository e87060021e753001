/** The files of a snapshot as the rules see them: each read and judged once, none of them left out for being wrong. */

import type { Fault } from "../../errors/base.ts";
import { sha256 } from "../../json/canonical.ts";
import { utf8 } from "../../json/text.ts";
import type { JsonObject } from "../../json/value.ts";
import type { Files } from "../../ports.ts";
import type { Artifact } from "../../snapshot/artifact.ts";
import { type ParsedArtifact, parseEnvelope, parseStrict } from "../../snapshot/envelope.ts";
import { SnapshotFault } from "../../snapshot/errors.ts";
import { fqdnOfFile, kindOf, wordOf } from "../../snapshot/fqdn.ts";
import { closureRoot, toArtifact } from "../../snapshot/load.ts";
import { frontMatterTables } from "../../snapshot/parse.ts";
import type { SnapshotFile } from "../../snapshot/read-all.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { readWhole, type WholeSnapshot } from "../../snapshot/whole.ts";
import { roleOf } from "../../snapshot/workspace-whole.ts";

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
  const whole = readWhole(folder, files);
  const faults: Fault[] = [...whole.faults];
  const entries = new Map<string, Entry>();
  const documents = new Map<string, JsonObject>();
  const texts = new Map<string, string>();
  for (const file of whole.files.filter(({ path }) => path.endsWith(".json"))) {
    try {
      if (fqdnOfFile(file.path) === undefined) {
        documents.set(file.path, parseStrict(file.path, file.bytes));
        texts.set(file.path, utf8(file.bytes));
        continue;
      }
      const entry = readEntry(file, whole.roleOf);
      for (const fault of whole.verifyFile(file)) faults.push(fault);
      if (whole.roleOf(file.path, entry.fqdn) !== "copy") entries.set(entry.fqdn, entry);
    } catch (error) {
      if (!(error instanceof SnapshotFault)) throw error;
      faults.push(error);
    }
  }
  const isSealed = whole.seal?.state !== "verified";
  return { entries, documents, texts, isSealed, paths: whole.files.map(({ path }) => path), faults };
}

/** @throws SnapshotFault */
export function readEntry(file: SnapshotFile, role: WholeSnapshot["roleOf"] = roleOf): Entry {
  const parsed = parseEnvelope(file.path, file.bytes);
  const isRead = role(file.path, parsed.fqdn) === "read";
  const artifact = isRead ? asArtifact(file, parsed) : null;
  return { ...parsed, word: wordOf(parsed.fqdn), file: file.path, artifact };
}

function asArtifact({ path, bytes }: SnapshotFile, parsed: ParsedArtifact): Artifact | null {
  const kind = kindOf(parsed.fqdn);
  return kind !== undefined ? toArtifact(kind, { path, bytes, digest: sha256(bytes) }, parsed) : null;
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
    // What is checked is not run, so nothing is kept of it.
    proof: () => [],
    document(file) {
      const value = documents.get(file);
      return value === undefined ? undefined : { text: texts.get(file) ?? "", value };
    },
  };
}
