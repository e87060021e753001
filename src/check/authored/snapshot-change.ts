/** What has to change in a snapshot so that it is what the authored Markdown makes. */

import { LOCK_FILE } from "../../capabilities/packages/locked-provider.ts";
import { DEPTH } from "../../json/limits.ts";
import { readObjectText } from "../../json/parse.ts";
import { own } from "../../json/value.ts";
import type { Files, FolderChange } from "../../ports.ts";
import { MANIFEST, SIGNATURE_FILE } from "../../snapshot/assembled/manifest.ts";
import type { TreeForm } from "../../snapshot/build/identity.ts";
import { fqdnOfFile } from "../../snapshot/fqdn.ts";
import type { AuthoredPlace } from "../../snapshot/hint.ts";
import { SEAL_FILE } from "../../snapshot/seal.ts";
import type { Compilation } from "./compile-authored.ts";
import { readTexts } from "./read-authored.ts";

/** A file of the snapshot that is not what the Markdown makes. */
export interface Difference {
  /** Below the snapshot. */
  readonly path: string;
  readonly what: "missing" | "differs" | "stale";
  /** The authored file that says something else than the snapshot, and its first line that does; null where none does. */
  readonly source: AuthoredPlace | null;
}

/** By path; empty where the snapshot is what the Markdown makes. @throws SnapshotFault for a file that cannot be read */
export function differencesOf(
  { files: made, sources, form }: Pick<Compilation, "files" | "sources" | "form">,
  snapshot: string,
  files: Files,
): readonly Difference[] {
  const found = readTexts(snapshot, files);
  const wrong = [...made].flatMap(([path, text]): readonly Difference[] => {
    const file = sources.get(path);
    const before = found.get(path);
    if (before === text) return [];
    const line = file === undefined ? null : before === undefined ? 1 : differingLine(before, text);
    const source = file === undefined || line === null ? null : { file, line };
    return [{ path, what: before === undefined ? "missing" : "differs", source }];
  });
  const stale = [...found.keys()].filter((path) => !made.has(path) && isMade(path, form));
  const all = [...wrong, ...stale.map((path): Difference => ({ path, what: "stale", source: null }))];
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The first line of the Markdown that the two artifacts do not have in common; null where they have all of it. */
function differingLine(before: string, after: string): number | null {
  const [old, now] = [before, after].map((text) => contentOf(text)?.split("\n") ?? []);
  const at = now?.findIndex((line, i) => line !== old?.[i]) ?? -1;
  if (at !== -1) return at + 1;
  return old !== undefined && now !== undefined && old.length > now.length ? now.length : null;
}

function contentOf(text: string): string | undefined {
  const read = readObjectText(text, DEPTH.snapshot, () => true);
  const content = "value" in read ? own(read.value, "content") : undefined;
  return typeof content === "string" ? content : undefined;
}

/** The change of the folder; with it, the seal goes, because it is that of another snapshot. */
export function changeFor(
  { files: made }: Pick<Compilation, "files">,
  differences: readonly Difference[],
): FolderChange {
  const write = new Map<string, string>();
  for (const { path } of differences) {
    const text = made.get(path);
    if (text !== undefined) write.set(path, text);
  }
  const stale = differences.filter(({ what }) => what === "stale").map(({ path }) => path);
  return { write, remove: differences.length === 0 ? [] : [...stale, ...SEALS] };
}

/** What seals a snapshot that is not made by the compiler itself. */
export const SEALS: readonly string[] = [SEAL_FILE, SIGNATURE_FILE];

/** Whether a file has a name that only the compiler gives; whatever else is in the snapshot belongs to others. */
function isMade(path: string, form: TreeForm): boolean {
  if (fqdnOfFile(path) !== undefined) return true;
  if (/^behavior_logic\/(?:[^/]+\/)?([^/]+)\/\1\.graph\.json$/.test(path)) return true;
  if (path === LOCK_FILE || path === MANIFEST) return true;
  if (ASSEMBLED.test(path)) return true;
  if (/^artifact_index\/(?:index|stores)\.json$/.test(path)) return true;
  // In other trees they are made of other files.
  return form === "own" && /^conformance\/[^/]+__[^/]+\.json$/.test(path);
}

const ASSEMBLED = new RegExp(
  [
    "canonical/[^/]+/metadata",
    "tokenized/[^/]+/(?:dispatch|handlers|topology|metadata)",
    "vocabulary/[^/]+/(?:forward|reverse|metadata)",
    "trust/[^/]+/structure_attestation",
  ]
    .map((path) => `^${path}\\.json$`)
    .join("|"),
);
