/**
 * From folder to sealed artifacts: each file of the closure is read once and hashed before it is used. Anyone
 * can write a seal, so it proves the executed fields only where its root is expected or its signatures are required;
 * otherwise a sealed artifact is also checked against its own contents (SPEC 2.1).
 */

import { type Digest, digestOf } from "../json/canonical.ts";
import { utf8 } from "../json/text.ts";
import { isObject, own } from "../json/value.ts";
import { newFolderOf } from "../platform/own-names.ts";
import type { CheckCache, Files } from "../ports.ts";
import type { Artifact } from "./artifact.ts";
import { ContentChecks } from "./content-checks.ts";
import { type ParsedArtifact, parseChecked, parseEnvelope, parseStrict } from "./envelope.ts";
import { SealFault, SnapshotFault } from "./errors.ts";
import { findNearbySnapshot, optionsFor, type Workspace } from "./find-snapshot.ts";
import { formOf, type RunForm, type SnapshotForm } from "./form.ts";
import { type Fqdn, type Kind, kindOf } from "./fqdn.ts";
import type { SnapshotSeal } from "./seal.ts";
import type { Snapshot } from "./snapshot.ts";
import { openWorkspaceForm } from "./workspace-form.ts";

export interface OpenOptions {
  readonly from?: Workspace;
  /** The only root that may be run (`--expect-seal`). */
  readonly expectSeal?: string | undefined;
  /** Refuses a seal without the required signatures; an unsealed snapshot has none. @throws Fault */
  readonly requireSigned?: ((seal: SnapshotSeal) => void) | undefined;
  /** The content checks passed before, by the digest of the file. */
  readonly checked?: CheckCache | null | undefined;
  /** Defers the content checks to `confirm`: they need a YAML parser, which is not loaded if all checks are cached. */
  readonly putOff?: boolean | undefined;
}

/** @throws SnapshotFault, SealFault */
export async function openSnapshot(folder: string, files: Files, options: OpenOptions = {}): Promise<Snapshot> {
  const isProven = options.expectSeal !== undefined || options.requireSigned !== undefined;
  const form = await openForm(folder, files, options.from, isProven ? null : options.checked);
  requireSeal(form.seal, options);
  const { contents } = form;
  const checks = isProven
    ? null
    : new ContentChecks(contents, options.checked ?? null, options.putOff ? null : await contents.load());
  const artifacts = new Map<Fqdn, Artifact | undefined>();
  return {
    folder,
    state: form.seal.state,
    tables: form.tables,
    rootOf: (closure) => form.seal.root ?? closureRoot(closure),
    artifact(name) {
      if (!artifacts.has(name)) artifacts.set(name, loadArtifact(form, checks, name));
      return artifacts.get(name);
    },
    confirm: async (used) => checks?.confirm(used),
    names: (kind) => [...form.names()].filter((name) => kindOf(name) === kind).sort(),
    paths: (below) => form.paths(below),
    proof: (proven) => form.proof(proven),
    document(file) {
      const found = form.read(file);
      if (found === null) return undefined;
      return { text: utf8(found.bytes), value: parseStrict(file, found.bytes) };
    },
  };
}

/** @throws SnapshotFault, SealFault, AssembledFault */
async function openForm(
  folder: string,
  files: Files,
  from: Workspace | undefined,
  checked: CheckCache | null | undefined,
): Promise<SnapshotForm> {
  const name = requireForm(folder, files, from);
  const place = { root: files.realPath(folder) ?? folder, files };
  if (name === "workspace") return openWorkspaceForm(place);
  const { openAssembled } = await import("./assembled/open.ts");
  return openAssembled(place, checked ?? null);
}

/** A file that a workflow needs. */
export type ClosureFile = { readonly path: string; readonly sha256: Digest; readonly size: number };

/** The files that a workflow needs, sorted by path. */
export function closureFiles(closure: Iterable<Artifact>): readonly ClosureFile[] {
  const files = [...closure].map(({ file, sha256, size }) => ({ path: file, sha256, size }));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The identity of an unsealed snapshot: the digest over the files that a workflow needs. */
export function closureRoot(closure: Iterable<Artifact>): Digest {
  return digestOf(closureFiles(closure));
}

/** For what works on a snapshot with `artifacts/` alone. @throws SnapshotFault, with `ASSEMBLED_SNAPSHOT` for another */
export function requireFolder(folder: string, files: Files, wanted: "seal" | "lock", from?: Workspace): void {
  if (requireForm(folder, files, from) === "workspace") return;
  throw new SnapshotFault("ASSEMBLED_SNAPSHOT", { snapshot: folder, wanted });
}

/** @throws SnapshotFault `SNAPSHOT_MISSING`, `SNAPSHOT_FORM_UNSUPPORTED` */
export function requireForm(folder: string, files: Files, from?: Workspace): RunForm {
  const form = formOf(folder, files);
  if (form === "workspace" || form === "assembled") return form;
  const nearby = findNearbySnapshot(folder, files);
  const options = nearby === null || from === undefined ? null : optionsFor(nearby, from, files);
  if (form !== undefined)
    throw new SnapshotFault("SNAPSHOT_FORM_UNSUPPORTED", { snapshot: folder, form: form.other, options });
  const isCompiled = files.isFolder(newFolderOf(folder));
  throw new SnapshotFault("SNAPSHOT_MISSING", {
    snapshot: folder,
    options,
    ...(isCompiled ? { isCompiled } : {}),
    ...(from !== undefined && isGone(from, files) ? { workspace: from.workspace } : {}),
  });
}

/** Whether the snapshot is that of a workspace whose folder is not there. */
const isGone = ({ workspace, isSnapshotNamed }: Workspace, files: Files) =>
  !isSnapshotNamed && !files.isFolder(workspace);

/** @throws SealFault `SEAL_ABSENT`, `SEAL_UNEXPECTED_ROOT` */
function requireSeal(seal: SnapshotSeal, { expectSeal: expected, requireSigned }: OpenOptions): void {
  const { file, root } = seal;
  if (root === null) {
    if (expected === undefined && requireSigned === undefined) return;
    throw new SealFault("SEAL_ABSENT", { file });
  }
  if (expected !== undefined && root !== expected)
    throw new SealFault("SEAL_UNEXPECTED_ROOT", { file, expected, found: root });
  requireSigned?.(seal);
}

function loadArtifact(form: SnapshotForm, checks: ContentChecks | null, name: Fqdn): Artifact | undefined {
  const kind = kindOf(name);
  const file = kind && form.locate(name, kind);
  if (kind === undefined || file === undefined) return undefined;
  const found = form.read(file);
  if (found === null) return undefined;
  const { bytes, digest } = found;
  // Null where the seal proves the contents.
  checks?.check({ path: file, bytes, digest });
  // Strict reading is part of the check.
  const parsed = form.takeParsed?.(file) ?? parseEnvelope(file, bytes, parseChecked);
  return toArtifact(kind, { path: file, bytes, digest }, parsed);
}

interface ReadFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

/** The artifact as a run uses it. */
export function toArtifact(kind: Kind, file: ReadFile, parsed: ParsedArtifact): Artifact {
  const { fqdn, text, contentHash, frontmatter, envelope } = parsed;
  const ir = own(envelope, kind === "CT" ? "ct_ir" : "cs_ir");
  return {
    fqdn,
    kind,
    file: file.path,
    text,
    sha256: file.digest,
    size: file.bytes.length,
    contentHash,
    frontmatter,
    ir: isObject(ir) ? ir : null,
  };
}
