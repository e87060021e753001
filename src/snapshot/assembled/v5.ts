/** The seal of an assembled snapshot whose manifest lists every file with its SHA-256. */

import type { Place } from "../read-inside.ts";
import type { FoundFile, SealedFile, SnapshotSeal } from "../seal.ts";
import { constituentDigest } from "./constituent.ts";
import { AssembledFault } from "./errors.ts";
import { type Constituent, isOutsideSeal, type Manifest } from "./manifest.ts";
import { manifestSeal } from "./signature.ts";

export function listedSeal(
  manifest: Manifest,
  constituents: readonly Constituent[],
  place: Place,
): SnapshotSeal {
  const entries = new Map(constituents.map((one) => [one.path, one]));
  return manifestSeal(manifest, place, {
    entry: (path) => entries.get(path),
    entries: () => constituents,
    check: (path, found) => checkListed(path, entries.get(path), found),
  });
}

/** @throws AssembledFault, SnapshotFault */
function checkListed(file: string, entry: SealedFile | undefined, found: FoundFile | null): void {
  if (found === null) {
    if (entry !== undefined) throw new AssembledFault("CONSTITUENT_MISSING", { file });
    return;
  }
  if (entry === undefined) {
    if (isOutsideSeal(file)) return;
    throw new AssembledFault("FILE_NOT_LISTED", { file });
  }
  const digest = constituentDigest(file, found.bytes, found.digest);
  if (digest !== entry.sha256)
    throw new AssembledFault("CONSTITUENT_CHANGED", { file, listed: entry.sha256, found: digest });
}
