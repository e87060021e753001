/** Every file of an assembled snapshot, against its manifest and against each other. */

import { Fault } from "../../errors/base.ts";
import { type Digest, sha256 } from "../../json/canonical.ts";
import type { JsonObject } from "../../json/value.ts";
import { type ParsedArtifact, parseChecked, parseEnvelope, parseStrict } from "../envelope.ts";
import { fqdnOfFile } from "../fqdn.ts";
import { readAll, type SnapshotFile } from "../read-all.ts";
import type { Place } from "../read-inside.ts";
import type { FoundFile, SnapshotSeal } from "../seal.ts";
import type { WholeSnapshot } from "../whole.ts";
import { artifactPaths, ownerOf } from "./artifact-files.ts";
import { type Generation, generationOf } from "./contents.ts";
import { AssembledFault } from "./errors.ts";
import { MANIFEST } from "./manifest.ts";
import { readManifest, sealOf } from "./open.ts";
import { projectionFaults, reportFaults } from "./projections.ts";
import { isStray } from "./release-9.ts";

/** What a file has passed as: an artifact of this generation, or JSON. */
export type CheckedAs = Generation | "JSON";

/** How artifacts are checked from their own contents. */
export interface ArtifactChecks {
  /** Whether a file with this digest has passed before, so that it is not read strictly again. */
  hasPassed(digest: Digest, as: CheckedAs): boolean;
  /** What the root proves: the files with these digests. */
  setListed(root: Digest, digests: ReadonlySet<Digest>): void;
  /** Remembers a file that was read strictly and holds no artifact. */
  setPassed(digest: Digest): void;
  /** The contradictions within an artifact. */
  verify(
    file: { readonly path: string; readonly digest: Digest },
    artifact: ParsedArtifact,
    generation: Generation,
  ): readonly Fault[];
}

export function readAssembled(place: Place, checks: ArtifactChecks): WholeSnapshot {
  const faults: Fault[] = [];
  const files = readAll(place.root, place.files, faults, MANIFEST);
  const manifest = attempt(() => readManifest(place), faults);
  const generation = manifest && generationOf(manifest);
  if (manifest !== undefined && manifest.constituents !== null)
    checks.setListed(manifest.root, new Set(manifest.constituents.map((one) => one.sha256)));
  const contents = new Contents(files, (digest, isArtifact) => {
    const as = isArtifact ? generation : "JSON";
    return as !== undefined && checks.hasPassed(digest, as);
  });
  const rest = { files, faults, ...rolesOf(contents, faults) };
  if (manifest === undefined || generation === undefined)
    return { ...rest, form: "assembled", seal: null, verifyFile: jsonFaults(contents), uncovered: [] };
  const paths = files.map(({ path }) => path);
  const seal = sealOf(manifest, place, paths, (path) => contents.found(path));
  if (manifest.constituents !== null) listedFaults(seal, contents, faults);
  else for (const file of paths.filter(isStray)) faults.push(new AssembledFault("FILE_NOT_LISTED", { file }));
  for (const fault of projectionFaults(manifest, contents)) faults.push(fault);
  for (const fault of reportFaults(manifest, contents)) faults.push(fault);
  return {
    ...rest,
    form: `assembled (${generation})`,
    seal,
    verifyFile(file) {
      const digest = contents.found(file.path)?.digest ?? sha256(file.bytes);
      if (fqdnOfFile(file.path) === undefined && checks.hasPassed(digest, "JSON")) return [];
      const artifact = contents.artifact(file.path);
      if (artifact instanceof Fault || artifact === undefined) {
        const found = jsonFaults(contents)(file);
        if (found.length === 0 && file.path.endsWith(".json")) checks.setPassed(digest);
        return found;
      }
      return checks.verify({ path: file.path, digest }, artifact, generation);
    },
    uncovered: UNCOVERED[generation],
  };
}

const UNCOVERED = {
  v5: [
    "provenance and compiler_version in manifest.json",
    "conformance/ and signature.json, which are written after the seal",
    "the profile: its text is not in the snapshot, so profile_sha256 is not recomputed",
    "graph_address_hash: it covers rules that are not in the domain, so it is not recomputed",
  ],
  "release 9": [
    "tokenized/*/dispatch.json and tokenized/*/handlers.json",
    "behavior_logic/, evidence/ and the indexes",
    "metadata.json and trust/, but for the hashes that they repeat",
    "provenance and compiler_version in manifest.json, conformance/ and signature.json",
    "files that were added to its folders, but for artifacts: no list says which belong to the snapshot",
    "the bytes of a file: its hashes are over values",
    "graph_address_hash: it covers rules that are not in the domain, so it is not recomputed",
  ],
} as const;

/** The files, each parsed once. */
export class Contents {
  readonly #files: ReadonlyMap<string, SnapshotFile>;
  readonly #digests = new Map<string, Digest>();
  readonly #documents = new Map<string, JsonObject | Fault>();
  readonly #artifacts = new Map<string, ParsedArtifact | Fault>();

  readonly paths: readonly string[];
  /** The paths of artifacts. */
  readonly canonical: readonly string[];
  readonly #canonical: ReadonlySet<string>;
  readonly #hasPassed: (digest: Digest, isArtifact: boolean) => boolean;

  /** `hasPassed` tells by a file's digest whether it was read strictly before. */
  constructor(files: readonly SnapshotFile[], hasPassed: (digest: Digest, isArtifact: boolean) => boolean) {
    this.#hasPassed = hasPassed;
    this.#files = new Map(files.map((file) => [file.path, file]));
    this.paths = files.map(({ path }) => path);
    this.canonical = this.paths.filter((path) => fqdnOfFile(path) !== undefined);
    this.#canonical = new Set(this.canonical);
  }

  found(path: string): FoundFile | null {
    const bytes = this.#files.get(path)?.bytes;
    if (bytes === undefined) return null;
    const digest = this.#digests.get(path) ?? sha256(bytes);
    this.#digests.set(path, digest);
    return { bytes, digest };
  }

  /** The object in a file, or why there is none; undefined where there is no file. */
  document(path: string): JsonObject | Fault | undefined {
    const bytes = this.#files.get(path)?.bytes;
    if (bytes === undefined) return undefined;
    const known = this.#documents.get(path) ?? attempted(() => this.#parserOf(path)(path, bytes));
    this.#documents.set(path, known);
    return known;
  }

  #parserOf(path: string): typeof parseStrict {
    const digest = this.found(path)?.digest;
    return digest !== undefined && this.#hasPassed(digest, this.#canonical.has(path))
      ? parseChecked
      : parseStrict;
  }

  /** The artifact in a file, or why there is none; undefined for a file that holds no artifact. */
  artifact(path: string): ParsedArtifact | Fault | undefined {
    const document = this.document(path);
    if (document === undefined || document instanceof Fault || !this.#canonical.has(path)) return undefined;
    const bytes = this.#files.get(path)?.bytes ?? new Uint8Array();
    const known = this.#artifacts.get(path) ?? attempted(() => parseEnvelope(path, bytes, () => document));
    this.#artifacts.set(path, known);
    return known;
  }
}

/** Of a file from its own contents: strict JSON, and an artifact where its place asks for one. */
function jsonFaults(contents: Contents): (file: SnapshotFile) => readonly Fault[] {
  return ({ path }) => {
    if (!path.endsWith(".json")) return [];
    const found = [contents.document(path), contents.artifact(path)];
    return found.filter((one) => one instanceof Fault).slice(0, 1);
  };
}

/** Every file against the list, both ways. */
function listedFaults(seal: SnapshotSeal, contents: Contents, faults: Fault[]): void {
  const listed = seal.entries().map(({ path }) => path);
  for (const path of new Set([...contents.paths, ...listed])) {
    attempt(() => seal.check(path, contents.found(path)), faults);
  }
}

function rolesOf(contents: Contents, faults: Fault[]): Pick<WholeSnapshot, "roleOf"> {
  const owners = new Map<string, string>();
  const read = (path: string) => {
    const artifact = contents.artifact(path);
    return artifact instanceof Fault ? undefined : artifact;
  };
  const canonical = contents.canonical.filter((path) => contents.artifact(path) !== undefined);
  const paths = attempt(() => artifactPaths(canonical), faults) ?? new Map();
  for (const [name, files] of paths) {
    const owner = attempt(() => ownerOf(files, read), faults);
    owners.set(name, owner ?? files[0] ?? "");
  }
  return { roleOf: (file, name) => (owners.get(name) === file ? "read" : "copy") };
}

function attempted<T>(work: () => T): T | Fault {
  try {
    return work();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function attempt<T>(work: () => T, faults: Fault[]): T | undefined {
  const result = attempted(work);
  if (!(result instanceof Fault)) return result;
  faults.push(result);
  return undefined;
}
