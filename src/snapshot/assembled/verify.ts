/** Every file of an assembled snapshot, against its manifest and against each other. */

import { Fault } from "../../errors/base.ts";
import { type Digest, sha256 } from "../../json/canonical.ts";
import type { JsonObject } from "../../json/value.ts";
import { type ParsedArtifact, parseEnvelope, parseStrict } from "../envelope.ts";
import { fqdnOfFile } from "../fqdn.ts";
import { readAll, type SnapshotFile } from "../read-all.ts";
import type { Place } from "../read-inside.ts";
import type { FoundFile, SnapshotSeal } from "../seal.ts";
import type { WholeSnapshot } from "../whole.ts";
import { artifactPaths, ownerOf } from "./artifact-files.ts";
import { type Generation, generationOf } from "./contents.ts";
import { AssembledFault } from "./errors.ts";
import { isOutsideSeal, MANIFEST } from "./manifest.ts";
import { readManifest, sealOf } from "./open.ts";
import { projectionFaults, reportFaults } from "./projections.ts";
import { isStray } from "./release-9.ts";

/** How what passed before is known, and artifacts are checked from their own contents. */
export interface ArtifactChecks {
  /** Whether nothing was found before in a snapshot with this manifest, which lists the digests of all its files. */
  isKnown(manifest: Digest): boolean;
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
  const contents = new Contents(files);
  const manifest = attempt(() => readManifest(place), faults);
  const verifyJson = (file: SnapshotFile) => jsonFaults(file, contents);
  if (manifest === undefined) {
    const roleOf = rolesOf(contents, faults);
    return { form: "assembled", files, seal: null, faults, verifyFile: verifyJson, roleOf, uncovered: [] };
  }
  const generation = generationOf(manifest);
  const seal = sealOf(manifest, place, contents.paths, (path) => contents.found(path));
  const whole = { form: `assembled (${generation})`, files, seal, faults, uncovered: UNCOVERED[generation] };
  if (manifest.constituents !== null) listedFaults(seal, contents, faults);
  else
    for (const file of contents.paths.filter(isStray))
      faults.push(new AssembledFault("FILE_NOT_LISTED", { file }));
  const isKnown = manifest.constituents !== null && faults.length === 0 && checks.isKnown(manifest.digest);
  for (const fault of reportFaults(manifest, contents)) faults.push(fault);
  if (isKnown) {
    // Every listed file is the one that passed with the list: what remains is what is not listed.
    const verifyFile = (file: SnapshotFile) => (isOutsideSeal(file.path) ? verifyJson(file) : []);
    return { ...whole, verifyFile, roleOf: (...asked) => rolesOf(contents, [])(...asked) };
  }
  const roleOf = rolesOf(contents, faults);
  for (const fault of projectionFaults(manifest, contents)) faults.push(fault);
  return {
    ...whole,
    roleOf,
    verifyFile(file) {
      const artifact = contents.artifact(file.path);
      if (artifact instanceof Fault || artifact === undefined) return verifyJson(file);
      const digest = contents.found(file.path)?.digest ?? sha256(file.bytes);
      return checks.verify({ path: file.path, digest }, artifact, generation);
    },
  };
}

const UNCOVERED = {
  v5: [
    "members of manifest.json that its identity does not name, such as provenance and compiler_version",
    "conformance/ and signature.json, which are written after the seal",
    "the profile: its text is not in the snapshot, so profile_sha256 is not recomputed",
    "graph_address_hash: it covers rules that are not in the domain, so it is not recomputed",
  ],
  "release 9": [
    "tokenized/*/dispatch.json and tokenized/*/handlers.json",
    "behavior_logic/, evidence/ and the indexes",
    "metadata.json and trust/, but for the hashes that they repeat",
    "members of manifest.json besides the domains, such as provenance and compiler_version",
    "conformance/ and signature.json",
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

  constructor(files: readonly SnapshotFile[]) {
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
    const known = this.#documents.get(path) ?? attempted(() => parseStrict(path, bytes));
    this.#documents.set(path, known);
    return known;
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
function jsonFaults({ path }: SnapshotFile, contents: Contents): readonly Fault[] {
  if (!path.endsWith(".json")) return [];
  const found = [contents.document(path), contents.artifact(path)];
  return found.filter((one) => one instanceof Fault).slice(0, 1);
}

/** Every file against the list, both ways. */
function listedFaults(seal: SnapshotSeal, contents: Contents, faults: Fault[]): void {
  const listed = seal.entries().map(({ path }) => path);
  for (const path of new Set([...contents.paths, ...listed])) {
    attempt(() => seal.check(path, contents.found(path)), faults);
  }
}

function rolesOf(contents: Contents, faults: Fault[]): WholeSnapshot["roleOf"] {
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
  return (file, name) => (owners.get(name) === file ? "read" : "copy");
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
