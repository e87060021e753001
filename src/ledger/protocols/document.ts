/** A kept protocol, read and held against the roots that a trace names. */

import { type Digest, digestOf, isDigest, sha256 } from "../../json/canonical.ts";
import { readObject } from "../../json/parse.ts";
import { isObject, type Json, own } from "../../json/value.ts";
import { SEAL_FILE } from "../../snapshot/seal.ts";
import { PROTOCOL_SCHEMA } from "./protocol-file.ts";

/** A file: as text, or in base64 where it is none. */
export type KeptFile = { readonly path: string } & ({ readonly text: string } | { readonly base64: string });

export interface KeptPackage {
  readonly package: string;
  readonly version: string;
  readonly digest: Digest;
  readonly files: readonly KeptFile[];
}

/** What was kept, with the bytes of each file. Its closure has the root it says. */
export interface KeptProtocol {
  readonly closureRoot: Digest;
  readonly snapshot: { readonly root: string; readonly seal: string };
  /** The root of the closure of each workflow that its steps name. */
  readonly called: ReadonlyMap<string, Digest>;
  /** The files that prove the others, by path below the snapshot; none of a snapshot without a seal. */
  readonly seal: ReadonlyMap<string, Uint8Array>;
  /** By path below the snapshot. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly lock: Uint8Array | null;
  readonly packages: readonly (Omit<KeptPackage, "files"> & {
    readonly files: ReadonlyMap<string, Uint8Array>;
  })[];
}

/** Undefined for bytes that are none, or whose files are not those of the root. */
export function parseProtocol(bytes: Uint8Array, closureRoot: string): KeptProtocol | undefined {
  const read = readObject(bytes);
  if (!("value" in read) || own(read.value, "schema") !== PROTOCOL_SCHEMA) return undefined;
  const { value } = read;
  const [snapshot, seal, called] = [own(value, "snapshot"), own(value, "seal"), own(value, "called")];
  const files = bytesOf(own(value, "files"));
  const lock = own(value, "lock");
  if (!isObject(snapshot) || !isObject(called) || files === undefined) return undefined;
  const found = rootOf(files);
  if (found !== closureRoot) return undefined;
  return {
    closureRoot: found,
    snapshot: { root: String(own(snapshot, "root")), seal: String(own(snapshot, "seal")) },
    called: new Map(Object.entries(called).filter((one): one is [string, Digest] => isDigest(one[1]))),
    seal: typeof seal === "string" ? new Map([[SEAL_FILE, Buffer.from(seal)]]) : (bytesOf(seal) ?? new Map()),
    files,
    lock: isObject(lock) ? (bytesOf([lock])?.values().next().value ?? null) : null,
    packages: listOf(own(value, "packages")).flatMap((one) => toPackage(one) ?? []),
  };
}

function rootOf(files: ReadonlyMap<string, Uint8Array>): Digest {
  const listed = [...files].map(([path, bytes]) => ({ path, sha256: sha256(bytes), size: bytes.length }));
  return digestOf(listed.sort((a, b) => (a.path < b.path ? -1 : 1)));
}

function toPackage(value: Json): KeptProtocol["packages"][number] | undefined {
  if (!isObject(value)) return undefined;
  const [name, version, digest] = [own(value, "package"), own(value, "version"), own(value, "digest")];
  const files = bytesOf(own(value, "files"));
  if (typeof name !== "string" || typeof version !== "string" || !isDigest(digest) || files === undefined)
    return undefined;
  return { package: name, version, digest, files };
}

/** By path; undefined where one is malformed or there twice. */
function bytesOf(value: Json | undefined): ReadonlyMap<string, Uint8Array> | undefined {
  const files = new Map<string, Uint8Array>();
  for (const file of listOf(value)) {
    const [path, bytes] = isObject(file) ? [own(file, "path"), contentOf(file)] : [];
    if (typeof path !== "string" || bytes === undefined || files.has(path)) return undefined;
    files.set(path, bytes);
  }
  return files;
}

function contentOf(file: { readonly [member: string]: Json }): Uint8Array | undefined {
  const [text, base64] = [own(file, "text"), own(file, "base64")];
  if (typeof text === "string") return Buffer.from(text);
  return typeof base64 === "string" ? Buffer.from(base64, "base64") : undefined;
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
