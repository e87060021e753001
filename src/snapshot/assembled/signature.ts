/** `signature.json`: an ed25519 signature over the id of an assembled snapshot, outside the seal. */

import { readObject } from "../../json/parse.ts";
import { own } from "../../json/value.ts";
import { toBytes } from "../../sign/dsse.ts";
import { type Place, readInside } from "../read-inside.ts";
import type { RootSignature, SnapshotSeal } from "../seal.ts";
import { MANIFEST, type Manifest, SIGNATURE_FILE } from "./manifest.ts";

/** The seal that a manifest is, with what it says of files. */
export function manifestSeal(
  { root }: Manifest,
  place: Place,
  files: Pick<SnapshotSeal, "entry" | "entries" | "check">,
): SnapshotSeal {
  return {
    ...files,
    state: "sealed",
    root,
    file: MANIFEST,
    signatureFile: SIGNATURE_FILE,
    get signatures() {
      return readSignature(place);
    },
  };
}

/** None where there is no such file. Only the format is checked. @throws SnapshotFault for a file that cannot be read */
function readSignature(place: Place): readonly RootSignature[] {
  const bytes = readInside(place, SIGNATURE_FILE);
  return bytes === null ? [] : [{ claim: toClaim(bytes) }];
}

function toClaim(bytes: Uint8Array): RootSignature["claim"] {
  const read = readObject(bytes);
  if (!("value" in read)) return null;
  const [root, algorithm, signature, keyid = ""] = ["snapshot_id", "algorithm", "signature", "key_id"].map(
    (name) => own(read.value, name),
  );
  const sig = toBytes(signature);
  const isOne = typeof root === "string" && algorithm === "ed25519" && typeof keyid === "string";
  return isOne && sig !== undefined ? { root, keyid, sig } : null;
}
