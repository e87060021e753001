/**
 * From folder to sealed artifacts: each file of the closure is read once and hashed before it is used. Anyone
 * can write a seal, so it proves the executed fields only where its root is expected or its signatures are required;
 * otherwise a sealed artifact is also checked against its own contents (SPEC 2.1).
 */

import type { Fault } from "../errors/base.ts";
import { type Digest, digestOf, sha256 } from "../json/canonical.ts";
import { utf8 } from "../json/text.ts";
import { isObject, own } from "../json/value.ts";
import type { CheckCache, Files } from "../ports.ts";
import type { Artifact } from "./artifact.ts";
import { type ParsedArtifact, parseChecked, parseEnvelope, parseStrict } from "./envelope.ts";
import { SealFault, SnapshotFault } from "./errors.ts";
import { findNearbySnapshot, optionsFor, type Workspace } from "./find-snapshot.ts";
import { otherForm } from "./form.ts";
import { type Fqdn, fileOf, fqdnOfFile, type Kind, kindOf } from "./fqdn.ts";
import { frontMatterTables } from "./parse.ts";
import { type Place, readInside } from "./read-inside.ts";
import {
  checkSealOnDisk,
  type FoundFile,
  parseSeal,
  SEAL_FILE,
  type Seal,
  type SnapshotSeal,
  UNSEALED,
} from "./seal.ts";
import type { Snapshot } from "./snapshot.ts";

export interface OpenOptions {
  readonly from?: Workspace;
  /** The only root that may be run (`--expect-seal`). */
  readonly expectSeal?: string | undefined;
  /** Refuses a seal without the required signatures; an unsealed snapshot has none. @throws Fault */
  readonly requireSigned?: ((seal: Seal) => void) | undefined;
  /** The content checks passed before, by the digest of the file. */
  readonly checked?: CheckCache | null | undefined;
  /** Defers the content checks to `confirm`: they need a YAML parser, which is not loaded if all checks are cached. */
  readonly putOff?: boolean | undefined;
}

/** Everything wrong with a file from its own contents. */
type Verify = (file: { readonly path: string; readonly bytes: Uint8Array }) => readonly Fault[];

const loadVerify = async (): Promise<Verify> => (await import("./verify.ts")).verifyFile;

/** @throws SnapshotFault, SealFault */
export async function openSnapshot(folder: string, files: Files, options: OpenOptions = {}): Promise<Snapshot> {
  requireFolder(folder, files, options.from);
  const place = { root: files.realPath(folder) ?? folder, files };
  const seal = readSeal(place, options);
  const isProven = options.expectSeal !== undefined || options.requireSigned !== undefined;
  const checks = isProven ? null : new ContentChecks(options, options.putOff ? null : await loadVerify());
  const artifacts = new Map<Fqdn, Artifact | undefined>();
  return {
    folder,
    state: seal.state,
    tables: frontMatterTables,
    rootOf: (closure) => seal.root ?? closureRoot(closure),
    artifact(name) {
      if (!artifacts.has(name)) artifacts.set(name, loadArtifact({ ...place, seal, checks }, name));
      return artifacts.get(name);
    },
    confirm: async (used) => checks?.confirm(used),
    names: (kind) =>
      listNames(folder, files)
        .filter((name) => kindOf(name) === kind)
        .sort(),
    paths(below) {
      const onDisk = files.list(`${folder}/${below}`).map(({ path }) => `${below}/${path}`);
      const sealed = seal.entries().map(({ path }) => path);
      return [...new Set([...onDisk, ...sealed.filter((path) => path.startsWith(`${below}/`))])].sort();
    },
    document(file) {
      const sealed = readSealed({ ...place, seal }, file);
      if (sealed === null) return undefined;
      return { text: utf8(sealed.bytes), value: parseStrict(file, sealed.bytes) };
    },
  };
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

/** @throws SnapshotFault `SNAPSHOT_MISSING`, `SNAPSHOT_FORM_UNSUPPORTED` */
export function requireFolder(folder: string, files: Files, from?: Workspace): void {
  if (files.isFolder(`${folder}/artifacts`)) return;
  const form = otherForm(folder, files);
  if (form !== undefined) throw new SnapshotFault("SNAPSHOT_FORM_UNSUPPORTED", { snapshot: folder, form });
  const nearby = findNearbySnapshot(folder, files);
  const options = nearby === null || from === undefined ? null : optionsFor(nearby, from, files);
  throw new SnapshotFault("SNAPSHOT_MISSING", { snapshot: folder, options });
}

function readSeal(place: Place, { expectSeal: expected, requireSigned }: OpenOptions): SnapshotSeal {
  const bytes = readInside(place, SEAL_FILE);
  if (bytes === null) {
    if (expected === undefined && requireSigned === undefined) return UNSEALED;
    throw new SealFault("SEAL_ABSENT", { file: SEAL_FILE });
  }
  const parsed = parseSeal(bytes);
  if ("fault" in parsed) throw checkSealOnDisk(parsed, (path) => readInside(place, path));
  if (expected !== undefined && parsed.seal.root !== expected) {
    throw new SealFault("SEAL_UNEXPECTED_ROOT", { file: SEAL_FILE, expected, found: parsed.seal.root });
  }
  requireSigned?.(parsed.seal);
  return parsed.seal;
}

interface SealedPlace extends Place {
  readonly seal: SnapshotSeal;
}

interface Source extends SealedPlace {
  /** Null where the seal proves the contents. */
  readonly checks: ContentChecks | null;
}

interface ReadFile {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

/** Checks files against their own contents, unless they passed before. */
class ContentChecks {
  readonly #passed: CheckCache | null;
  readonly #waiting = new Map<Digest, ReadFile>();
  #verify: Verify | null;

  constructor({ checked }: OpenOptions, verify: Verify | null) {
    this.#passed = checked ?? null;
    this.#verify = verify;
  }

  /** @throws SnapshotFault, SealFault */
  check(file: ReadFile): void {
    if (this.#passed?.has(file.digest)) return;
    if (this.#verify === null) this.#waiting.set(file.digest, file);
    else this.#require(file, this.#verify);
  }

  async confirm(artifacts: Iterable<Artifact>): Promise<void> {
    const files = [...artifacts].flatMap((one) => this.#waiting.get(one.sha256) ?? []);
    if (files.length === 0) return;
    const verify = await loadVerify();
    this.#verify = verify;
    for (const file of files) {
      this.#require(file, verify);
      this.#waiting.delete(file.digest);
    }
  }

  #require(file: ReadFile, verify: Verify): void {
    const flaw = verify(file)[0];
    if (flaw !== undefined) throw flaw;
    this.#passed?.add(file.digest);
  }
}

function loadArtifact(source: Source, name: Fqdn): Artifact | undefined {
  const kind = kindOf(name);
  if (kind === undefined) return undefined;
  const file = locate(source, name, kind);
  const sealed = readSealed(source, file);
  if (sealed === null) return undefined;
  const { bytes, digest } = sealed;
  source.checks?.check({ path: file, bytes, digest });
  // Strict reading is part of the check.
  return toArtifact(kind, { path: file, bytes, digest }, parseEnvelope(file, bytes, parseChecked));
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

/**
 * The file's bytes, which are the sealed ones where there is a seal, with their digest; null when nothing is there.
 * @throws SealFault, SnapshotFault
 */
function readSealed(source: SealedPlace, file: string): FoundFile | null {
  const bytes = readInside(source, file);
  const found = bytes === null ? null : { bytes, digest: sha256(bytes) };
  source.seal.check(file, found);
  return found;
}

/** Storage structures may also be governance artifacts; everything else has one place. */
function locate({ root, files, seal }: Source, name: Fqdn, kind: Kind): string {
  const file = fileOf(name, kind);
  if (kind !== "STRUCTURE") return file;
  const exists = (path: string) =>
    seal.state === "verified" ? files.realPath(`${root}/${path}`) !== null : seal.entry(path) !== undefined;
  return exists(file) || !exists(`governance/${file}`) ? file : `governance/${file}`;
}

function listNames(folder: string, files: Files): Fqdn[] {
  const names = files.list(`${folder}/artifacts`).map(({ path }) => fqdnOfFile(`artifacts/${path}`));
  return names.filter((name) => name !== undefined);
}
