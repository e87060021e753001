/** The SHA-256 by which a manifest lists a file. */

import { type Digest, sha256 } from "../../json/canonical.ts";
import { prettyPython } from "../../json/python-canonical.ts";
import { parseStrict } from "../envelope.ts";

const ATTESTATION = "structure_attestation.json";

/** That of the bytes but for an attestation, of which the moment of signing is left out. @throws SnapshotFault */
export function constituentDigest(path: string, bytes: Uint8Array, digest: Digest): Digest {
  if (path !== ATTESTATION && !path.endsWith(`/${ATTESTATION}`)) return digest;
  const { signed_at: _, ...rest } = parseStrict(path, bytes);
  return sha256(prettyPython(rest));
}
