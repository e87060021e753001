/** Reads a capability package: its manifest, and all of its files, once. */

import { type Digest, sha256 } from "../../json/canonical.ts";
import { CAPABILITY_PACKAGE } from "../../json/limits.ts";
import { readObject } from "../../json/parse.ts";
import { pointer } from "../../json/pointer.ts";
import { repairOf } from "../../json/repair.ts";
import { lineOf, utf8 } from "../../json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { type Files, IoError } from "../../ports.ts";
import { nearestName } from "../../snapshot/nearest-name.ts";
import type { PackagePin } from "../registry.ts";
import { CapabilityFault } from "./errors.ts";

export const MANIFEST = "pgs.capabilities.json";
const PACKAGE_JSON = "package.json";

export interface PackageSource {
  readonly name: string;
  readonly version: string;
  /** Absolute, all links resolved. */
  readonly folder: string;
  /** By path below the folder, sorted. */
  readonly files: ReadonlyMap<string, PackageFile>;
  readonly pin: PackagePin;
  /** The files that the manifest lists: each declares one capability. */
  readonly capabilities: readonly string[];
}

export interface PackageFile {
  readonly bytes: Uint8Array;
  readonly digest: Digest;
}

/** A package as `pgs.json` names it: a folder, or an npm package of the workspace. */
export interface NamedPackage {
  /** As the reader knows it. */
  readonly name: string;
  readonly folder: string;
}

/** `capabilities` of the settings: an absolute folder, or the name of an npm package in the workspace's `node_modules`. */
export function namedPackage(named: string, workspace: string): NamedPackage {
  const folder = named.startsWith("/") ? named : `${workspace}/node_modules/${named}`;
  return { name: named, folder };
}

/** @throws CapabilityFault */
export function readPackage({ name, folder }: NamedPackage, files: Files): PackageSource {
  const root = files.realPath(folder);
  if (root === null || !files.isFolder(root))
    throw new CapabilityFault("CAPABILITY_PACKAGE_MISSING", { package: name, folder });
  const read = readFiles({ name, folder: root }, files);
  const manifest = readManifest({ name, folder: root }, read);
  const digest = digestOfFiles(read);
  const pin = { package: manifest.name, version: manifest.version, digest };
  return { ...manifest, folder: root, files: read, pin };
}

/** SHA-256 over one line for each file, sorted by path: a JSON array of path and SHA-256, and a newline. */
export function digestOfFiles(files: ReadonlyMap<string, PackageFile>): Digest {
  const lines = [...files].map(([path, { digest }]) => `${JSON.stringify([path, digest])}\n`);
  return sha256(lines.join(""));
}

// ---- files ----

function readFiles(place: NamedPackage, files: Files): ReadonlyMap<string, PackageFile> {
  const read: [string, PackageFile][] = [];
  let bytes = 0;
  for (const path of pathsBelow(place, "", files, 0)) {
    const content = readFile(place, path, files);
    bytes += content.length;
    if (read.length >= CAPABILITY_PACKAGE.files || bytes > CAPABILITY_PACKAGE.bytes) throw tooLarge(place);
    read.push([path, { bytes: content, digest: sha256(content) }]);
  }
  return new Map(read.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function tooLarge({ name, folder }: NamedPackage): CapabilityFault {
  const { files, bytes } = CAPABILITY_PACKAGE;
  return new CapabilityFault("CAPABILITY_PACKAGE_TOO_LARGE", { package: name, folder, files, bytes });
}

/** Every file but those of its dependencies, and those whose name begins with a dot. */
function* pathsBelow(place: NamedPackage, below: string, files: Files, depth: number): Generator<string> {
  if (depth > CAPABILITY_PACKAGE.depth) throw tooLarge(place);
  const folder = below === "" ? place.folder : `${place.folder}/${below}`;
  for (const name of attempt(place, below, () => files.names(folder))) {
    if (name.startsWith(".") || name === "node_modules") continue;
    const path = below === "" ? name : `${below}/${name}`;
    const full = `${place.folder}/${path}`;
    const real = attempt(place, path, () => files.realPath(full));
    // A name that is no UTF-8 text is listed, and nothing is found by it; of a link that leads nowhere, neither.
    if (real === null) throw new CapabilityFault("CAPABILITY_FILE_UNUSABLE", unusable(place, path, "ENOENT"));
    if (real !== full) throw new CapabilityFault("CAPABILITY_FILE_LINKED", { package: place.name, file: path });
    if (files.isFolder(full)) yield* pathsBelow(place, path, files, depth + 1);
    else yield path;
  }
}

function readFile(place: NamedPackage, path: string, files: Files): Uint8Array {
  return attempt(place, path, () => {
    const bytes = files.read(`${place.folder}/${path}`);
    if (bytes === null) throw new IoError("ENOENT", undefined);
    return bytes;
  });
}

function attempt<T>(place: NamedPackage, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new CapabilityFault("CAPABILITY_FILE_UNUSABLE", unusable(place, file, error.errno), { cause: error });
  }
}

function unusable({ name }: NamedPackage, file: string, errno: string) {
  return { package: name, file: file || ".", errno };
}

// ---- manifest ----

type Manifest = Pick<PackageSource, "name" | "version" | "capabilities">;

interface ManifestText {
  readonly place: NamedPackage;
  readonly file: string;
  readonly text: string;
  /** Where the members of the manifest are in the file. */
  readonly at: readonly string[];
}

function readManifest(place: NamedPackage, files: ReadonlyMap<string, PackageFile>): Manifest {
  const own = files.get(MANIFEST);
  const npm = readNpmManifest(place, files.get(PACKAGE_JSON));
  const { name, folder } = place;
  if (own !== undefined && npm !== null)
    throw new CapabilityFault("CAPABILITY_MANIFEST_TWICE", { package: name, folder });
  if (own === undefined && npm === null)
    throw new CapabilityFault("CAPABILITY_MANIFEST_MISSING", { package: name, folder });
  return npm === null || own !== undefined ? readOwnManifest(place, own as PackageFile, files) : npm(files);
}

function readOwnManifest(
  place: NamedPackage,
  { bytes }: PackageFile,
  files: ReadonlyMap<string, PackageFile>,
): Manifest {
  const source = { place, file: MANIFEST, text: utf8(bytes), at: [] };
  const value = parse(bytes, source);
  refuseUnknown(value, ["$schema", "name", "version", "capabilities"], source);
  return toManifest(value, own(value, "capabilities"), source, files);
}

/** Null where `package.json` is not there, or says nothing of capabilities. */
function readNpmManifest(
  place: NamedPackage,
  file: PackageFile | undefined,
): ((files: ReadonlyMap<string, PackageFile>) => Manifest) | null {
  if (file === undefined) return null;
  const source = { place, file: PACKAGE_JSON, text: utf8(file.bytes), at: ["pgs"] };
  const value = parse(file.bytes, source);
  const member = own(value, "pgs");
  if (member === undefined) return null;
  if (!isObject(member)) throw malformed([], 'an object with the member "capabilities"', source);
  refuseUnknown(member, ["capabilities"], source);
  return (files) => toManifest(value, own(member, "capabilities"), source, files);
}

function parse(bytes: Uint8Array, { place, file, text }: ManifestText): JsonObject {
  const read = readObject(bytes);
  if ("value" in read) return read.value;
  const { code: defect, line } = read.defect;
  const repair = repairOf(text, read.defect) ?? null;
  throw new CapabilityFault("CAPABILITY_MANIFEST_UNREADABLE", {
    ...{ package: place.name, file, line, defect, repair },
  });
}

function refuseUnknown(value: JsonObject, known: readonly string[], source: ManifestText): void {
  const member = Object.keys(value).find((name) => !known.includes(name));
  if (member === undefined) return;
  const { place, file, text, at } = source;
  const line = lineOf(text, pointer([...at, member])) ?? 1;
  const suggestion = nearestName(member, known);
  throw new CapabilityFault("CAPABILITY_MANIFEST_MEMBER", {
    ...{ package: place.name, file, line, member, suggestion },
  });
}

const NAME = /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/;
const VERSION = /^\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][0-9A-Za-z.+-]{1,64})?$/;
const MODULE = /\.m?js$/;

function toManifest(
  value: JsonObject,
  capabilities: Json | undefined,
  source: ManifestText,
  files: ReadonlyMap<string, PackageFile>,
): Manifest {
  const whole = { ...source, at: [] };
  const name = own(value, "name");
  if (typeof name !== "string" || name.length > 214 || !NAME.test(name))
    throw malformed(["name"], "the package's name, in lower case", whole);
  const version = own(value, "version");
  if (typeof version !== "string" || !VERSION.test(version))
    throw malformed(["version"], "a version such as 1.0.0", whole);
  if (!Array.isArray(capabilities) || capabilities.length === 0)
    throw malformed(["capabilities"], "a list of JavaScript files of the package", source);
  const listed: readonly Json[] = capabilities;
  const paths = listed.map((path, i) => toModulePath(path, i, source, files));
  const again = paths.findIndex((path, i) => paths.indexOf(path) < i);
  if (again !== -1) throw malformed(["capabilities", again], "another file than those before it", source);
  return { name, version, capabilities: paths };
}

function toModulePath(
  path: Json,
  index: number,
  source: ManifestText,
  files: ReadonlyMap<string, PackageFile>,
): string {
  const where = ["capabilities", index];
  if (typeof path !== "string" || !MODULE.test(path))
    throw malformed(where, "the path of a .js or .mjs file below the package's folder", source);
  const plain = path.startsWith("./") ? path.slice(2) : path;
  if (files.has(plain)) return plain;
  const { place, file, text, at } = source;
  const line = lineOf(text, pointer([...at, ...where])) ?? 1;
  const suggestion = nearestName(
    plain,
    [...files.keys()].filter((one) => MODULE.test(one)),
  );
  throw new CapabilityFault("CAPABILITY_FILE_MISSING", {
    ...{ package: place.name, file, line, path, suggestion },
  });
}

function malformed(
  where: readonly (string | number)[],
  expected: string,
  { place, file, text, at }: ManifestText,
): CapabilityFault {
  const found = pointer([...at, ...where]);
  const line = lineOf(text, found) ?? 1;
  return new CapabilityFault("CAPABILITY_MANIFEST_MALFORMED", {
    ...{ package: place.name, file, line, pointer: found, expected },
  });
}
