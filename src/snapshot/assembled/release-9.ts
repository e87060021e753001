/**
 * The seal of an assembled snapshot whose manifest lists no files. Its hashes reach the values of the artifacts, of each
 * domain as a whole, its topology and its vocabulary: an artifact is proven by reading its domain.
 */

import { sha256 } from "../../json/canonical.ts";
import { canonicalPython } from "../../json/python-canonical.ts";
import type { JsonObject } from "../../json/value.ts";
import { parseEnvelope } from "../envelope.ts";
import { fqdnOfFile } from "../fqdn.ts";
import type { Place } from "../read-inside.ts";
import type { FoundFile, SnapshotSeal } from "../seal.ts";
import { domainOf } from "./artifact-files.ts";
import { AssembledFault } from "./errors.ts";
import {
  type DomainEntry,
  isOutsideSeal,
  MANIFEST,
  type Manifest,
  placeIn,
  SIGNATURE_FILE,
} from "./manifest.ts";
import { readSignature } from "./signature.ts";

/** `read` gives the bytes of a file, which `paths` of its domain lists. */
export function projectedSeal(
  manifest: Manifest,
  place: Place,
  paths: (domain: string) => readonly string[],
  read: (path: string) => FoundFile | null,
): SnapshotSeal {
  const proven = new Set<string>();
  return {
    state: "sealed",
    root: manifest.root,
    file: MANIFEST,
    signatureFile: SIGNATURE_FILE,
    get signatures() {
      return readSignature(place);
    },
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
      requireCanonical(Object.fromEntries(artifacts.map((one) => [one.fqdn, one.envelope])), entry, manifest);
      proven.add(domain);
    },
  };
}

/** Whether the file lies beside the folders of the snapshot, where it has no other files than these. */
export function isStray(file: string): boolean {
  return !file.includes("/") && !isOutsideSeal(file);
}

/** @throws AssembledFault where the artifacts of the domain, by name, have another hash than the manifest states */
export function requireCanonical(
  artifacts: JsonObject,
  { at, domain, canonical: stated }: DomainEntry,
  { text }: Manifest,
): void {
  const computed = sha256(canonicalPython(artifacts));
  if (computed === stated) return;
  const path = [...at, "projections", "canonical", "projection_hash"];
  throw new AssembledFault("PROJECTION_HASH_MISMATCH", {
    ...placeIn(text, path),
    pointer: `/${path.join("/")}`,
    of: `canonical/${domain}/`,
    stated,
    computed,
  });
}
