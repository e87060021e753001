/** From folder to sealed artifacts: each file of the closure is read once, and hashed before anything reads it. */

import { SealFault, SnapshotFault } from "../faults.ts";
import { isObject, type JsonObject, own, utf8 } from "../json.ts";
import { type Files, IoError } from "../ports.ts";
import { type Digest, digestOf, sha256 } from "../trace/canonical.ts";
import { parseEnvelope, parseSealed, parseStrict } from "./envelope.ts";
import { type Fqdn, fileOf, fqdnOfFile, type Kind, kindOf } from "./fqdn.ts";
import { nearbySnapshot, optionsFor, type Workspace } from "./nearby.ts";
import { changedLine, checkSealOnDisk, parseSeal, SEAL_FILE, type Seal } from "./seal.ts";

/** An artifact whose bytes are the sealed ones, or whose executed fields were derived again and found equal. */
export interface Artifact {
  readonly fqdn: Fqdn;
  readonly kind: Kind;
  /** Path below the snapshot, for people. */
  readonly file: string;
  readonly text: string;
  /** SHA-256 and length of the file's bytes. */
  readonly sha256: Digest;
  readonly size: number;
  readonly contentHash: Digest;
  readonly frontmatter: JsonObject;
  /** `ct_ir` or `cs_ir` where the kind has one. */
  readonly ir: JsonObject | null;
}

export interface Snapshot {
  readonly folder: string;
  readonly state: "sealed" | "verified";
  /** The seal's root; of an unsealed snapshot, the digest over the files of this closure. */
  rootOf(closure: Iterable<Artifact>): Digest;
  /** Reads, checks and narrows one artifact; undefined when the snapshot does not hold it. */
  artifact(name: Fqdn): Artifact | undefined;
  /** Full names of every artifact file of a kind, sorted. Reads no file. */
  names(kind: Kind): readonly Fqdn[];
  /** Paths of every file below a folder of the snapshot, on disk or sealed, sorted. Reads no file. */
  paths(folder: string): readonly string[];
  /** The object in a file that is no artifact, strictly read, its bytes the sealed ones where there is a seal. */
  document(file: string): { readonly text: string; readonly value: JsonObject } | undefined;
}

export interface OpenOptions {
  readonly from?: Workspace;
  /** The only root that may be run (`--expect-seal`). */
  readonly expectSeal?: string | undefined;
  /** Refuses a seal that is not signed as it should be; without a seal there is nothing signed. @throws Fault */
  readonly requireSigned?: ((seal: Seal) => void) | undefined;
}

type Verify = (file: string, text: string, envelope: JsonObject) => readonly SealFault[];

/** @throws SnapshotFault, SealFault */
export async function openSnapshot(folder: string, files: Files, options: OpenOptions = {}): Promise<Snapshot> {
  requireFolder(folder, files, options.from);
  const place = { root: files.realPath(folder) ?? folder, files };
  const seal = readSeal(place, options);
  // Deriving needs a YAML parser, which a sealed snapshot never loads.
  const verify: Verify = seal === null ? (await import("./verify.ts")).verifyContents : () => [];
  const artifacts = new Map<Fqdn, Artifact | undefined>();
  return {
    folder,
    state: seal === null ? "verified" : "sealed",
    rootOf: (closure) => seal?.root ?? closureRoot(closure),
    artifact(name) {
      if (!artifacts.has(name)) artifacts.set(name, loadArtifact({ ...place, seal, verify }, name));
      return artifacts.get(name);
    },
    names: (kind) =>
      listNames(folder, files)
        .filter((name) => kindOf(name) === kind)
        .sort(),
    paths(below) {
      const onDisk = files.list(`${folder}/${below}`).map(({ path }) => `${below}/${path}`);
      const sealed = (seal?.entries() ?? []).map(({ path }) => path);
      return [...new Set([...onDisk, ...sealed.filter((path) => path.startsWith(`${below}/`))])].sort();
    },
    document(file) {
      const sealed = readSealed({ ...place, seal }, file);
      if (sealed === null) return undefined;
      return { text: utf8(sealed.bytes), value: parseStrict(file, sealed.bytes) };
    },
  };
}

/** What an unsealed snapshot is known by: the digest over the files that a workflow needs. */
export function closureRoot(closure: Iterable<Artifact>): Digest {
  const files = [...closure].map(({ file, sha256, size }) => ({ path: file, sha256, size }));
  return digestOf(files.sort((a, b) => (a.path < b.path ? -1 : 1)));
}

/** @throws SnapshotFault `SNAPSHOT_MISSING` */
export function requireFolder(folder: string, files: Files, from?: Workspace): void {
  if (files.isFolder(`${folder}/artifacts`)) return;
  const nearby = nearbySnapshot(folder, files);
  const options = nearby === null || from === undefined ? null : optionsFor(nearby, from);
  throw new SnapshotFault("SNAPSHOT_MISSING", { snapshot: folder, options });
}

function readSeal(place: Place, { expectSeal: expected, requireSigned }: OpenOptions): Seal | null {
  const bytes = readBytes(place, SEAL_FILE);
  if (bytes === null) {
    if (expected === undefined && requireSigned === undefined) return null;
    throw new SealFault("SEAL_ABSENT", { file: SEAL_FILE });
  }
  const parsed = parseSeal(bytes);
  if ("fault" in parsed) throw checkSealOnDisk(parsed, (path) => readBytes(place, path));
  if (expected !== undefined && parsed.seal.root !== expected) {
    throw new SealFault("SEAL_UNEXPECTED_ROOT", { file: SEAL_FILE, expected, found: parsed.seal.root });
  }
  requireSigned?.(parsed.seal);
  return parsed.seal;
}

/** The snapshot's folder with all links resolved, and how to read it. */
interface Place {
  readonly root: string;
  readonly files: Files;
}

interface SealedPlace extends Place {
  readonly seal: Seal | null;
}

interface Source extends SealedPlace {
  readonly verify: Verify;
}

function loadArtifact(source: Source, name: Fqdn): Artifact | undefined {
  const kind = kindOf(name);
  if (kind === undefined) return undefined;
  const file = locate(source, name, kind);
  const sealed = readSealed(source, file);
  if (sealed === null) return undefined;
  const { bytes, digest } = sealed;
  // What is sealed was read strictly when it was sealed.
  const { text, envelope } = parseEnvelope(file, bytes, source.seal === null ? parseStrict : parseSealed);
  const flaw = source.verify(file, text, envelope)[0];
  if (flaw !== undefined) throw flaw;
  const ir = own(envelope, kind === "CT" ? "ct_ir" : "cs_ir");
  return {
    fqdn: name,
    kind,
    file,
    text,
    sha256: digest,
    size: bytes.length,
    contentHash: envelope["content_hash"] as Digest,
    frontmatter: envelope["frontmatter"] as JsonObject,
    ir: isObject(ir) ? ir : null,
  };
}

/**
 * The file's bytes, which are the sealed ones where there is a seal, with their digest; null when nothing is there.
 * @throws SealFault, SnapshotFault
 */
function readSealed(
  source: SealedPlace,
  file: string,
): { readonly bytes: Uint8Array; readonly digest: Digest } | null {
  const { seal } = source;
  const bytes = readBytes(source, file);
  const entry = seal?.entry(file);
  if (bytes === null) {
    if (entry !== undefined) throw new SealFault("SEALED_FILE_MISSING", { file });
    return null;
  }
  const digest = sha256(bytes);
  if (seal !== null && entry === undefined) throw new SealFault("FILE_NOT_SEALED", { file });
  if (entry !== undefined && (entry.sha256 !== digest || entry.size !== bytes.length)) {
    const line = changedLine(entry, bytes) ?? null;
    throw new SealFault("SEALED_FILE_CHANGED", { file, line, sealed: entry.sha256, found: digest });
  }
  return { bytes, digest };
}

/** Storage structures may also be governance artifacts; everything else has one place. */
function locate({ root, files, seal }: Source, name: Fqdn, kind: Kind): string {
  const file = fileOf(name, kind);
  if (kind !== "STRUCTURE") return file;
  const exists = (path: string) =>
    seal === null ? files.realPath(`${root}/${path}`) !== null : seal.entry(path) !== undefined;
  return exists(file) || !exists(`governance/${file}`) ? file : `governance/${file}`;
}

/** @throws SnapshotFault when it cannot be read or leads out of the snapshot. */
function readBytes({ root, files }: Place, file: string): Uint8Array | null {
  const real = files.realPath(`${root}/${file}`);
  if (real === null) return null;
  if (!real.startsWith(`${root}/`)) throw new SnapshotFault("LINK_ESCAPES", { file });
  try {
    return files.read(real);
  } catch (error) {
    if (error instanceof IoError) throw new SnapshotFault("ARTIFACT_UNREADABLE", { file, errno: error.errno });
    throw error;
  }
}

function listNames(folder: string, files: Files): Fqdn[] {
  const names = files.list(`${folder}/artifacts`).map(({ path }) => fqdnOfFile(`artifacts/${path}`));
  return names.filter((name) => name !== undefined);
}
