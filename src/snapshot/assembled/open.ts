/** The assembled forms of a snapshot, as the loader reads them: `manifest.json`, and artifacts in `canonical/`. */

import { sha256 } from "../../json/canonical.ts";
import { SIZE } from "../../json/limits.ts";
import type { CheckCache } from "../../ports.ts";
import { type ParsedArtifact, parseChecked, parseEnvelope } from "../envelope.ts";
import { SnapshotFault } from "../errors.ts";
import type { SnapshotForm } from "../form.ts";
import { type Fqdn, fqdnOfFile } from "../fqdn.ts";
import { frontMatterTables } from "../parse.ts";
import { type Place, readInside } from "../read-inside.ts";
import type { FoundFile, SnapshotSeal } from "../seal.ts";
import { artifactPaths, domainOf, ownerOf } from "./artifact-files.ts";
import { contentKey, contentRule } from "./contents.ts";
import { knownManifest, MANIFEST, type Manifest, parseManifest, SIGNATURE_FILE } from "./manifest.ts";
import { projectedSeal } from "./release-9.ts";
import { listedSeal } from "./v5.ts";

/** `passed` says which manifests were accepted before. @throws AssembledFault, SnapshotFault */
export function openAssembled(place: Place, passed: CheckCache | null): SnapshotForm {
  const manifest = readManifest(place, passed);
  const bytesOf = remembered((path: string): FoundFile | null => {
    const bytes = readInside(place, path);
    return bytes === null ? null : { bytes, digest: sha256(bytes) };
  });
  const files = filesOf(manifest, place);
  const paths = artifactPaths(files);
  const seal = sealOf(manifest, place, files, bytesOf);
  const read = (path: string) => {
    const found = bytesOf(path);
    seal.check(path, found);
    return found;
  };
  // Where a hash covers a whole domain, only the owner's is read: what is taken for the owner is proven by it.
  const readCopy = manifest.constituents === null ? bytesOf : read;
  const parse = (path: string) => {
    const found = readCopy(path);
    return found === null ? undefined : parseEnvelope(path, found.bytes, parseChecked);
  };
  /** The files that are read for one: the copies of an artifact, or all artifacts of its domain. */
  const besides = (path: string): readonly string[] => {
    const name = fqdnOfFile(path);
    if (name === undefined) return [];
    return manifest.constituents === null ? artifactsOf(domainOf(path)) : (paths.get(name) ?? []);
  };
  const artifactsOf = remembered((domain: string) =>
    [...paths.values()].flat().filter((path) => domainOf(path) === domain),
  );
  const parsed = new Map<string, ParsedArtifact>();
  const owner = remembered((name: string) => {
    const copies = paths.get(name as Fqdn) ?? [];
    const found = ownerOf(copies, (path) => {
      const one = parse(path);
      if (one !== undefined) parsed.set(path, one);
      return one;
    });
    for (const path of copies) if (path !== found) parsed.delete(path);
    return found;
  });
  return {
    seal,
    tables: frontMatterTables,
    contents: contentRule(manifest),
    read,
    takeParsed(path) {
      const found = parsed.get(path);
      parsed.delete(path);
      return found;
    },
    locate: owner,
    names: () => paths.keys(),
    paths(folder) {
      if (folder === "artifacts") return [...paths.keys()].flatMap((name) => owner(name) ?? []).sort();
      if (folder === "conformance") return files.filter((path) => CASE.test(path)).sort();
      return files.filter((path) => path.startsWith(`${folder}/`)).sort();
    },
    proof(proven) {
      const given = new Set(proven);
      const needed = [SIGNATURE_FILE, ...proven.flatMap(besides)].filter((path) => !given.has(path));
      return [MANIFEST, ...new Set(needed)].sort().flatMap((path) => {
        const bytes = path === MANIFEST ? manifest.bytes : bytesOf(path)?.bytes;
        return bytes === undefined ? [] : [{ path, bytes }];
      });
    },
  };
}

/** A conformance case of a domain; beside them is a report of each domain, `result.json`. */
const CASE = /^transform_conformance\/[^/]+\/[^/]+__[^/]+\.json$/;

export function readManifest(place: Place, passed: CheckCache | null = null): Manifest {
  const bytes = readInside(place, MANIFEST, SIZE.manifest);
  if (bytes === null) throw new SnapshotFault("ARTIFACT_UNREADABLE", { file: MANIFEST, errno: "ENOENT" });
  const digest = sha256(bytes);
  const key = contentKey(digest, "identity");
  if (passed?.has(key)) return knownManifest(bytes, digest);
  const manifest = parseManifest(bytes, digest);
  if (manifest.constituents !== null) passed?.add(key);
  return manifest;
}

/** Every file that the manifest lists; where it lists none, every file on the disk. */
function filesOf({ constituents }: Manifest, { root, files }: Place): readonly string[] {
  return constituents?.map(({ path }) => path) ?? files.list(root).map(({ path }) => path);
}

export function sealOf(
  manifest: Manifest,
  place: Place,
  files: readonly string[],
  bytesOf: (path: string) => FoundFile | null,
): SnapshotSeal {
  const { constituents } = manifest;
  if (constituents !== null) return listedSeal(manifest, constituents, place);
  const artifactsOf = (domain: string) =>
    files.filter((path) => fqdnOfFile(path) !== undefined && domainOf(path) === domain);
  return projectedSeal(manifest, place, artifactsOf, bytesOf);
}

function remembered<V>(make: (key: string) => V): (key: string) => V {
  const known = new Map<string, V>();
  return (key) => {
    const value = known.has(key) ? (known.get(key) as V) : make(key);
    known.set(key, value);
    return value;
  };
}
