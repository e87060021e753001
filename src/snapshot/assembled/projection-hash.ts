/** A hash that the manifest states of a projection, against the one that is computed from its files. */

import { type Digest, sha256 } from "../../json/canonical.ts";
import { pointer } from "../../json/pointer.ts";
import { canonicalPython } from "../../json/python-canonical.ts";
import type { ParsedArtifact } from "../envelope.ts";
import { AssembledFault } from "./errors.ts";
import { type DomainEntry, type Manifest, placeIn } from "./manifest.ts";

interface ProjectionHash {
  readonly projection: string;
  /** The member of the projection that states the hash. */
  readonly member: string;
  readonly stated: Digest;
  readonly computed: Digest;
  /** The file or folder that it is the hash of. */
  readonly of: string;
}

/** Null where the two are equal. */
export function hashFault(
  { text }: Manifest,
  { at }: DomainEntry,
  { projection, member, ...compared }: ProjectionHash,
): AssembledFault | null {
  if (compared.stated === compared.computed) return null;
  const path = [...at, "projections", projection, member];
  const facts = { ...placeIn(text, path), pointer: pointer(path), ...compared };
  return new AssembledFault("PROJECTION_HASH_MISMATCH", facts);
}

/** Of all artifacts of the domain, by name. */
export function canonicalFault(
  manifest: Manifest,
  entry: DomainEntry,
  artifacts: readonly ParsedArtifact[],
): AssembledFault | null {
  return hashFault(manifest, entry, {
    projection: "canonical",
    member: "projection_hash",
    stated: entry.canonical,
    computed: sha256(canonicalPython(Object.fromEntries(artifacts.map((one) => [one.fqdn, one.envelope])))),
    of: `canonical/${entry.domain}/`,
  });
}
