/**
 * The seal of an assembled snapshot whose manifest lists no files. Its hashes reach the values of the artifacts, of each
 * domain as a whole, its topology and its vocabulary: an artifact is proven by reading its domain.
 */

import { parseEnvelope } from "../envelope.ts";
import { fqdnOfFile } from "../fqdn.ts";
import type { Place } from "../read-inside.ts";
import type { FoundFile, SnapshotSeal } from "../seal.ts";
import { domainOf } from "./artifact-files.ts";
import { AssembledFault } from "./errors.ts";
import { isOutsideSeal, type Manifest } from "./manifest.ts";
import { canonicalFault } from "./projection-hash.ts";
import { manifestSeal } from "./signature.ts";

/** `read` gives the bytes of a file, which `paths` of its domain lists. */
export function projectedSeal(
  manifest: Manifest,
  place: Place,
  paths: (domain: string) => readonly string[],
  read: (path: string) => FoundFile | null,
): SnapshotSeal {
  const proven = new Set<string>();
  return manifestSeal(manifest, place, {
    entry: () => undefined,
    entries: () => [],
    check(file, found) {
      if (found === null) return;
      if (isStray(file)) throw new AssembledFault("FILE_NOT_LISTED", { file });
      if (fqdnOfFile(file) === undefined) return;
      const domain = domainOf(file);
      if (proven.has(domain)) return;
      const entry = manifest.domains.find((one) => one.domain === domain);
      if (entry === undefined) throw new AssembledFault("FILE_NOT_LISTED", { file });
      const artifacts = paths(domain).flatMap((path) => {
        const one = read(path);
        return one === null ? [] : [parseEnvelope(path, one.bytes)];
      });
      const fault = canonicalFault(manifest, entry, artifacts);
      if (fault !== null) throw fault;
      proven.add(domain);
    },
  });
}

/** Whether the file lies beside the folders of the snapshot, where it has no other files than these. */
export function isStray(file: string): boolean {
  return !file.includes("/") && !isOutsideSeal(file);
}
