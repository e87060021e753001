/** What questions are answered from: every artifact of a snapshot, and its workflows compiled. */

import type { Registry } from "../capabilities/registry.ts";
import { type JsonObject, objectAt, own } from "../json/value.ts";
import { type CompiledSnapshot, compileSnapshot } from "../plan/analysis/compiled-snapshot.ts";
import type { Artifact } from "../snapshot/artifact.ts";
import { type Fqdn, fqdnOfFile, KIND_FOLDERS, type Kind, wordOf } from "../snapshot/fqdn.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";

/** An artifact of any kind, those of governance too. */
export interface QueryArtifact {
  readonly fqdn: Fqdn;
  /** The first word of its code: `WF`, `CC`, `CONSTITUTION`, … */
  readonly word: string;
  /** Path below the snapshot. */
  readonly file: string;
  readonly text: string;
  readonly frontmatter: JsonObject;
  /** `core.summary`; empty where it has none. */
  readonly summary: string;
}

export interface QueryModel {
  readonly snapshot: Snapshot;
  /** By full name, sorted. */
  readonly artifacts: ReadonlyMap<string, QueryArtifact>;
  /** Compiled when it is first needed; a workflow that does not compile is kept with the reasons. */
  compiled(): Promise<CompiledSnapshot>;
}

/** @throws SnapshotFault, SealFault for an artifact that cannot be read */
export async function openQueryModel(snapshot: Snapshot, registry: Registry): Promise<QueryModel> {
  const artifacts = artifactsOf(snapshot);
  await snapshot.confirm?.(artifacts);
  const all = [...artifacts.map(toQueryArtifact), ...governanceOf(snapshot)];
  const sorted = all.sort((a, b) => (a.fqdn < b.fqdn ? -1 : 1));
  let compiled: Promise<CompiledSnapshot> | undefined;
  return {
    snapshot,
    artifacts: new Map(sorted.map((one) => [one.fqdn, one])),
    compiled() {
      compiled ??= compileSnapshot(snapshot, registry);
      return compiled;
    },
  };
}

export const KINDS = Object.keys(KIND_FOLDERS) as Kind[];

function artifactsOf(snapshot: Snapshot): readonly Artifact[] {
  return KINDS.flatMap((kind) => snapshot.names(kind)).flatMap((name) => snapshot.artifact(name) ?? []);
}

/** What governs is read by no run: the snapshot has it as documents. */
function governanceOf(snapshot: Snapshot): readonly QueryArtifact[] {
  return snapshot.paths("governance").flatMap((file) => {
    const fqdn = fqdnOfFile(file);
    const document = fqdn === undefined ? undefined : snapshot.document(file);
    if (fqdn === undefined || document === undefined) return [];
    return [
      toQueryArtifact({
        fqdn,
        file,
        text: document.text,
        frontmatter: objectAt(document.value, "frontmatter"),
      }),
    ];
  });
}

export function toQueryArtifact({
  fqdn,
  file,
  text,
  frontmatter,
}: Pick<QueryArtifact, "fqdn" | "file" | "text" | "frontmatter">): QueryArtifact {
  const summary = own(objectAt(frontmatter, "core"), "summary");
  const word = wordOf(fqdn);
  return { fqdn, word, file, text, frontmatter, summary: typeof summary === "string" ? summary.trim() : "" };
}

/** An artifact that the snapshot is known to have. */
export function artifactOf(name: string, { artifacts }: Pick<QueryModel, "artifacts">): QueryArtifact {
  const artifact = artifacts.get(name);
  if (artifact === undefined) throw new Error(`${name} was compiled and is not in the snapshot`);
  return artifact;
}
