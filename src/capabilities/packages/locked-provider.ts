/** Which package provided a capability when the snapshot was locked: what a build without that package says of it. */

import { isObject, type Json, own } from "../../json/value.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";

export const LOCK_FILE = "capabilities.lock.json";

/** The refusals of whatever uses a package that is not as the lock pins it. */
export const LOCK_CODES = [
  "CAPABILITY_LOCK_MALFORMED",
  "CAPABILITY_NOT_LOCKED",
  "CAPABILITY_CHANGED",
  "CAPABILITY_VERSION",
] as const;

/** Undefined for a code that the lock does not have; what is malformed in the lock is passed over. */
export function lockedProvider(
  code: string,
  snapshot: Pick<Snapshot, "document">,
): { readonly package: string; readonly version: string } | undefined {
  const packages = own(snapshot.document(LOCK_FILE)?.value ?? {}, "packages");
  const found = listOf(packages).find((one) => isObject(one) && listOf(own(one, "codes")).includes(code));
  if (!isObject(found)) return undefined;
  const [name, version] = [own(found, "package"), own(found, "version")];
  return typeof name === "string" && typeof version === "string" ? { package: name, version } : undefined;
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
