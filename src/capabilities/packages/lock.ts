/** `capabilities.lock.json` of a snapshot: which capability packages its workflows run with, to the byte. */

import { type Digest, isDigest } from "../../json/canonical.ts";
import { lineOf } from "../../json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { RequireLocked } from "../registry.ts";
import { CapabilityFault } from "./errors.ts";
import type { LoadedPackage } from "./load.ts";
import { LOCK_FILE } from "./locked-provider.ts";
import type { PackageSource } from "./source.ts";

export const LOCK_SCHEMA = "pgs.capabilities-lock/1";

export interface LockedPackage {
  readonly package: string;
  readonly version: string;
  readonly digest: Digest;
  /** The codes that it provides, sorted. */
  readonly codes: readonly string[];
  /** SHA-256 by path. */
  readonly files: ReadonlyMap<string, Digest>;
}

/** The lock of these packages, as text; the same packages always give the same text. */
export function lockText(packages: readonly LoadedPackage[]): string {
  const sorted = [...packages].sort((a, b) => (a.pin.package < b.pin.package ? -1 : 1));
  const entries = sorted.map(({ pin, source, files }) => ({
    ...pin,
    codes: [...files.keys()].sort(),
    files: Object.fromEntries([...source.files].map(([path, { digest }]) => [path, digest])),
  }));
  return `${JSON.stringify({ schema: LOCK_SCHEMA, packages: entries }, null, 2)}\n`;
}

/** The packages that the snapshot pins; null where it has no lock. @throws CapabilityFault, SealFault, SnapshotFault */
export function readLock(snapshot: Pick<Snapshot, "document">): readonly LockedPackage[] | null {
  const document = snapshot.document(LOCK_FILE);
  if (document === undefined) return null;
  const { value, text } = document;
  if (own(value, "schema") !== LOCK_SCHEMA) throw malformed("/schema", JSON.stringify(LOCK_SCHEMA), text);
  const packages = own(value, "packages");
  if (!Array.isArray(packages)) throw malformed("/packages", "a list of packages", text);
  const listed: readonly Json[] = packages;
  return listed.map((one, i) => toLocked(one, `/packages/${i}`, text));
}

function toLocked(value: Json, at: string, text: string): LockedPackage {
  if (!isObject(value)) throw malformed(at, "an object", text);
  const [name, version, digest] = [own(value, "package"), own(value, "version"), own(value, "digest")];
  const [codes, files] = [own(value, "codes"), own(value, "files")];
  if (typeof name !== "string") throw malformed(`${at}/package`, "the name of a package", text);
  if (typeof version !== "string") throw malformed(`${at}/version`, "a version", text);
  if (!isDigest(digest)) throw malformed(`${at}/digest`, "a SHA-256", text);
  if (!isTexts(codes)) throw malformed(`${at}/codes`, "a list of full names", text);
  if (!isDigests(files)) throw malformed(`${at}/files`, "an object of SHA-256 by path", text);
  return { package: name, version, digest, codes, files: new Map(Object.entries(files)) };
}

const isTexts = (value: Json | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

const isDigests = (value: Json | undefined): value is JsonObject & Readonly<Record<string, Digest>> =>
  isObject(value) && Object.values(value).every(isDigest);

function malformed(at: string, expected: string, text: string): CapabilityFault {
  const facts = { file: LOCK_FILE, line: lineOf(text, at) ?? 1, pointer: at, expected };
  return new CapabilityFault("CAPABILITY_LOCK_MALFORMED", facts);
}

/** Refuses those of the used packages that are not the ones that the snapshot pins. */
export function lockedTo(packages: readonly LoadedPackage[]): RequireLocked {
  return (used, snapshot) => {
    if (used.length === 0) return;
    const locked = readLock(snapshot) ?? [];
    for (const { package: name } of used) {
      const loaded = packages.find(({ pin }) => pin.package === name);
      if (loaded !== undefined) requireLocked(loaded.source, locked);
    }
  };
}

/** @throws CapabilityFault `CAPABILITY_NOT_LOCKED`, `CAPABILITY_CHANGED`, `CAPABILITY_VERSION` */
export function requireLocked({ pin, files: found }: PackageSource, locked: readonly LockedPackage[]): void {
  const pinned = locked.find((one) => one.package === pin.package);
  if (pinned === undefined)
    throw new CapabilityFault("CAPABILITY_NOT_LOCKED", { package: pin.package, lock: LOCK_FILE });
  const { files, version } = pinned;
  for (const path of [...new Set([...files.keys(), ...found.keys()])].sort()) {
    const [before, now] = [files.get(path), found.get(path)?.digest];
    if (before === now) continue;
    const change = before === undefined ? "new" : now === undefined ? "removed" : "changed";
    const facts = { package: pin.package, file: path, change, version } as const;
    throw new CapabilityFault("CAPABILITY_CHANGED", facts);
  }
  if (version !== pin.version)
    throw new CapabilityFault("CAPABILITY_VERSION", {
      ...{ package: pin.package, locked: version, found: pin.version },
    });
}
