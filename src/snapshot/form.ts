/** What a form of snapshot gives to the loader, and which form a folder has. */

import type { Files } from "../ports.ts";
import type { ContentRule } from "./content-checks.ts";
import type { ParsedArtifact } from "./envelope.ts";
import type { Fqdn, Kind } from "./fqdn.ts";
import type { SnapshotTables } from "./parse.ts";
import type { FoundFile, SnapshotSeal } from "./seal.ts";

/** How one form of snapshot stores its artifacts, and how its files are proven. */
export interface SnapshotForm {
  readonly seal: SnapshotSeal;
  readonly tables: SnapshotTables;
  /**
   * The file's bytes, which are the sealed ones where there is a seal, with their digest; null when nothing is there.
   * @throws SealFault, SnapshotFault
   */
  read(file: string): FoundFile | null;
  /** The artifact in the file, where it was parsed to locate it: given once. */
  takeParsed?(file: string): ParsedArtifact | undefined;
  /** The file from which a run reads the artifact; undefined where no file has its name. @throws SealFault, SnapshotFault */
  locate(name: Fqdn, kind: Kind): string | undefined;
  /** Paths of every file below a folder of a snapshot with `artifacts/`, or of what this form has in its place; sorted. */
  paths(folder: string): readonly string[];
  /** Full names of the artifacts. Reads no file. */
  names(): Iterable<Fqdn>;
  /** The files that prove these ones, themselves left out: with both, they can be opened elsewhere. Sorted by path. */
  proof(files: readonly string[]): readonly ProofFile[];
  /** How an artifact is checked from its own contents. */
  readonly contents: ContentRule;
}

/** A file that proves others, with the bytes by which it did. */
export interface ProofFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A form that can be run: one with `artifacts/`, or one with a manifest and `canonical/`. */
export type RunForm = "workspace" | "assembled";

/** The form of a snapshot, or what a folder holds that cannot be run; undefined where nothing is recognised. */
export function formOf(folder: string, files: Files): RunForm | { readonly other: OtherForm } | undefined {
  const hasArtifacts = files.isFolder(`${folder}/artifacts`);
  if (isAssembled(folder, files)) return hasArtifacts ? { other: "mixed" } : "assembled";
  if (hasArtifacts) return "workspace";
  if (isTokenized(folder, files)) return { other: "tokenized" };
  return files.names(folder).includes(MANIFEST) ? { other: "manifest" } : undefined;
}

/** Projections without the artifacts that they were made of; a manifest without anything that belongs to one; two forms. */
export type OtherForm = "tokenized" | "manifest" | "mixed";

const MANIFEST = "manifest.json";

export function isAssembled(folder: string, files: Pick<Files, "isFolder" | "names">): boolean {
  return files.isFolder(`${folder}/canonical`) && files.names(folder).includes(MANIFEST);
}

/** One scope, the scopes of a projection, or a folder with the projections of one. */
function isTokenized(folder: string, files: Files): boolean {
  const below = (one: string) => files.names(one).map((name) => `${one}/${name}`);
  const scopes = [folder, ...below(folder), ...TOKENIZED.flatMap((name) => below(`${folder}/${name}`))];
  return scopes.some((scope) => isProjection(files.names(scope)));
}

const TOKENIZED = ["tokenized", "tokenized_snapshot"] as const;

function isProjection(names: readonly string[]): boolean {
  return names.includes("dispatch.json") && names.includes("handlers.json");
}
