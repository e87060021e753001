/**
 * What the rules look at: every file of a snapshot read once, its artifacts as tables, its workflows compiled.
 * Nothing here stops at the first thing that is wrong: what cannot be read or compiled is kept as what was found.
 */

import type { Registry } from "../../capabilities/registry.ts";
import type { Fault } from "../../errors/base.ts";
import type { JsonObject } from "../../json/value.ts";
import { type CompiledSnapshot, compileSnapshot } from "../../plan/analysis/compiled-snapshot.ts";
import type { Files } from "../../ports.ts";
import { type Projection, readProjections } from "../../snapshot/tokenized/projection.ts";
import type { AuthoredState } from "../authored/authored-state.ts";
import { type Entry, type Read, readEntries, snapshotOver } from "./entries.ts";

export interface SnapshotModel extends CompiledSnapshot {
  /** What is wrong with single files: their bytes, their seal, their own text. */
  readonly faults: readonly Fault[];
  /** Every artifact, those of governance too, by full name. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The JSON files that are no artifact, by path, and the text of each. */
  readonly documents: ReadonlyMap<string, JsonObject>;
  readonly texts: ReadonlyMap<string, string>;
  /** Where the snapshot is not what its authored Markdown makes; null where no Markdown is known. */
  readonly authored: AuthoredState | null;
  /** The tokenized projection, by scope or domain, where there is one. */
  readonly projections: readonly Projection[];
  /** The artifacts whose code begins with the word (`EV`, `SURFACE`), by name. */
  ofWord(word: string): readonly Entry[];
}

export async function readSnapshotModel(
  folder: string,
  files: Files,
  build: Registry,
  authored: AuthoredState | null = null,
): Promise<SnapshotModel> {
  const read = readEntries(folder, files);
  const projections = readProjections(folder, files, (path) => read.documents.get(path) ?? null);
  return snapshotModelOf(read, projections, folder, build, authored);
}

/** The subject that these files make. */
export async function snapshotModelOf(
  read: Read,
  projections: readonly Projection[],
  folder: string,
  build: Registry,
  authored: AuthoredState | null = null,
): Promise<SnapshotModel> {
  const compiled = await compileSnapshot(snapshotOver(folder, read), build);
  const sorted = [...read.entries.values()].sort((a, b) => (a.fqdn < b.fqdn ? -1 : 1));
  const ofWord = (word: string) => sorted.filter((entry) => entry.word === word);
  return { ...read, ...compiled, authored, projections, ofWord };
}
