/** `manifest.json` of an assembled snapshot, strictly read, and the identity that is computed from it. */

import { type Digest, isDigest, sha256 } from "../../json/canonical.ts";
import { pointer } from "../../json/pointer.ts";
import { byCodePoint, canonicalPython } from "../../json/python-canonical.ts";
import { lineOf, utf8 } from "../../json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { parseStrict } from "../envelope.ts";
import type { Path } from "../hint.ts";
import { AssembledFault } from "./errors.ts";

export const MANIFEST = "manifest.json";

export interface Constituent {
  readonly path: string;
  readonly sha256: Digest;
}

/** What the manifest says of one domain. */
export interface DomainEntry {
  readonly domain: string;
  readonly compilerVersion: string;
  readonly graphAddressHash: Digest;
  readonly tokenized: Digest;
  readonly vocabulary: Digest;
  readonly canonical: Digest;
  readonly attestation: Digest;
  /** Where the manifest says it, below its root. */
  readonly at: readonly [list: "domains", index: number];
}

export interface Manifest {
  /** The identity: recomputed, and equal to what is stated. */
  readonly root: Digest;
  readonly text: string;
  readonly bytes: Uint8Array;
  /** SHA-256 of its bytes. */
  readonly digest: Digest;
  /** Sorted by name. */
  readonly domains: readonly DomainEntry[];
  /** In the order of the manifest; null in the older variant, which lists no files. */
  readonly constituents: readonly Constituent[] | null;
}

type Refuse = (path: Path, expected: string) => AssembledFault;

/** `digest` is that of the bytes. @throws AssembledFault, SnapshotFault */
export function parseManifest(bytes: Uint8Array, digest: Digest = sha256(bytes)): Manifest {
  const value = parseStrict(MANIFEST, bytes);
  const text = utf8(bytes);
  const refuse = refusalIn(text);
  if (own(value, "manifest_version") !== VERSION) throw refuse(["manifest_version"], `"${VERSION}"`);
  const domains = parseDomains(value, refuse);
  const isListed = IDENTITY_MEMBERS.some((name) => name !== "domains" && own(value, name) !== undefined);
  const constituents =
    isListed || own(value, "identity_covers") !== undefined ? parseConstituents(value, refuse) : null;
  const computed =
    constituents === null
      ? sha256(canonicalPython(viewOf(domains)))
      : listedIdentity(value, domains, text, refuse);
  for (const name of ["snapshot_id", "composite_hash"]) {
    const stated = own(value, name);
    if (!isDigest(stated)) throw refuse([name], DIGEST);
    if (stated === computed) continue;
    throw new AssembledFault("IDENTITY_MISMATCH", {
      ...placeIn(text, [name]),
      pointer: `/${name}`,
      stated,
      computed,
    });
  }
  return { root: computed, text, bytes, digest, domains, constituents };
}

/**
 * The same of bytes that `parseManifest` accepted before, and that list their files: what was computed of them then is
 * what they state.
 */
export function knownManifest(bytes: Uint8Array, digest: Digest): Manifest {
  const text = utf8(bytes);
  const value = JSON.parse(text) as KnownManifest;
  return {
    root: value.snapshot_id,
    text,
    bytes,
    digest,
    get domains() {
      return parseDomains(value, refusalIn(text));
    },
    constituents: value.constituents,
  };
}

interface KnownManifest {
  readonly [member: string]: Json;
  readonly snapshot_id: Digest;
  readonly constituents: readonly (Constituent & JsonObject)[];
}

function refusalIn(text: string): Refuse {
  return (path, expected) =>
    new AssembledFault("MANIFEST_MALFORMED", { ...placeIn(text, path), pointer: pointer(path), expected });
}

const VERSION = "v0";
const DIGEST = "a SHA-256 in hexadecimal";

export function placeIn(text: string, path: Path, file: string = MANIFEST): { file: string; line: number } {
  return { file, line: lineOf(text, pointer(path)) ?? 1 };
}

/** What an identity covers that is computed from a list of files. */
const IDENTITY_MEMBERS = ["domains", "constituents", "profile", "profile_sha256"] as const;

/** Each member that `identity_covers` names, `domains` reduced to their hashes. */
function listedIdentity(
  value: JsonObject,
  domains: readonly DomainEntry[],
  text: string,
  refuse: Refuse,
): Digest {
  requireCovered(value, text, refuse);
  if (typeof own(value, "profile") !== "string") throw refuse(["profile"], "the name of a profile");
  if (!isDigest(own(value, "profile_sha256"))) throw refuse(["profile_sha256"], DIGEST);
  requirePostSeal(own(value, "post_seal"), refuse);
  const members = IDENTITY_MEMBERS.map((name) => [name, own(value, name) ?? null] as const);
  return sha256(canonicalPython({ ...Object.fromEntries<Json>(members), domains: viewOf(domains) }));
}

function requireCovered(value: JsonObject, text: string, refuse: Refuse): void {
  const covers = own(value, "identity_covers");
  if (!isTexts(covers)) throw refuse(["identity_covers"], "a list of members of the manifest");
  const known: readonly string[] = IDENTITY_MEMBERS;
  covers.forEach((member, i) => {
    if (covers.indexOf(member) !== i) throw refuse(["identity_covers", i], "there once");
    if (!known.includes(member))
      throw new AssembledFault("IDENTITY_MEMBER_UNKNOWN", { ...placeIn(text, ["identity_covers", i]), member });
  });
  const missing = known.find((member) => !covers.includes(member));
  if (missing === undefined) return;
  throw new AssembledFault("IDENTITY_MEMBER_MISSING", {
    ...placeIn(text, ["identity_covers"]),
    member: missing,
  });
}

/** No identity covers the list, so it may not name more than it does. */
function requirePostSeal(listed: Json | undefined, refuse: Refuse): void {
  if (!isTexts(listed)) throw refuse(["post_seal"], "a list of paths");
  listed.forEach((path, i) => {
    if (!POST_SEAL.includes(path)) throw refuse(["post_seal", i], `one of ${POST_SEAL.join(", ")}`);
  });
}

export const SIGNATURE_FILE = "signature.json";
const POST_SEAL: readonly string[] = ["conformance/", SIGNATURE_FILE];

/** Whether the file may be there without being listed. */
export function isOutsideSeal(path: string): boolean {
  return path === MANIFEST || path === SIGNATURE_FILE || path.startsWith("conformance/");
}

function parseConstituents(value: JsonObject, refuse: Refuse): readonly Constituent[] {
  const listed = own(value, "constituents");
  if (!Array.isArray(listed)) throw refuse(["constituents"], "a list of files");
  let before = "";
  return listed.map((item: Json, i): Constituent => {
    const at: Path = ["constituents", i];
    if (!isObject(item) || Object.keys(item).length !== 2) throw refuse(at, "a path and its sha256");
    const path = own(item, "path");
    const digest = own(item, "sha256");
    if (typeof path !== "string" || !isPlainPath(path))
      throw refuse([...at, "path"], "a path below the snapshot");
    if (!isDigest(digest)) throw refuse([...at, "sha256"], DIGEST);
    if (i > 0 && !isBefore(before, path)) throw refuse([...at, "path"], `after ${before}, each path once`);
    before = path;
    return { path, sha256: digest };
  });
}

function isPlainPath(path: string): boolean {
  return path !== MANIFEST && !/\\|(?:^|\/)\.{0,2}(?:\/|$)/.test(path);
}

/** Sorted name by name: `a/b` comes before `a-b/c`. */
function isBefore(a: string, b: string): boolean {
  return byCodePoint(a.replaceAll("/", "\0"), b.replaceAll("/", "\0")) < 0;
}

function parseDomains(value: JsonObject, refuse: Refuse): readonly DomainEntry[] {
  const listed = own(value, "domains");
  if (!Array.isArray(listed) || listed.length === 0) throw refuse(["domains"], "a list of domains");
  const domains = listed.map((item: Json, i) => parseDomain(item, i, refuse));
  const sorted = [...domains].sort((a, b) => byCodePoint(a.domain, b.domain));
  const twice = sorted.find(({ domain }, i) => i > 0 && sorted[i - 1]?.domain === domain);
  if (twice !== undefined) throw refuse([...twice.at, "domain"], "there once");
  return sorted;
}

/** Paths and repeated hashes are covered by no identity: they have to be what the rest of the entry makes them. */
function parseDomain(item: Json, index: number, refuse: Refuse): DomainEntry {
  const at = ["domains", index] as const;
  const entry = isObject(item) ? item : {};
  const text = (path: readonly string[], is: (text: string) => boolean, expected: string): string => {
    const found = path.reduce<Json | undefined>((of, key) => (isObject(of) ? own(of, key) : undefined), entry);
    if (typeof found === "string" && is(found)) return found;
    throw refuse([...at, ...path], expected);
  };
  const digest = (...path: readonly string[]) => text(path, isDigest, DIGEST) as Digest;
  const equal = (expected: string, ...path: readonly string[]) =>
    text(path, (found) => found === expected, JSON.stringify(expected));
  const domain = text(["domain"], (name) => /^[A-Za-z0-9_]+$/.test(name), "the name of a domain");
  for (const name of ["tokenized", "vocabulary", "canonical", "trust"])
    equal(`${name}/${domain}`, "projections", name, "path");
  const tokenized = digest("projections", "tokenized", "projection_hash");
  equal(tokenized, "projections", "trust", "tokenized_projection_hash");
  return {
    domain,
    compilerVersion: text(["compiler_version"], () => true, "a string"),
    graphAddressHash: digest("graph_address_hash"),
    tokenized,
    vocabulary: digest("projections", "vocabulary", "projection_hash"),
    canonical: digest("projections", "canonical", "projection_hash"),
    attestation: digest("projections", "trust", "attestation_hash"),
    at,
  };
}

/** What an identity covers of a domain. */
export type CoveredDomain = Omit<DomainEntry, "at" | "compilerVersion">;

/** The part of the domains that an identity covers. */
export function viewOf(domains: readonly CoveredDomain[]): Json {
  return domains.map((one) => ({
    attestation_hash: one.attestation,
    canonical_projection_hash: one.canonical,
    domain: one.domain,
    graph_address_hash: one.graphAddressHash,
    tokenized_projection_hash: one.tokenized,
    vocabulary_projection_hash: one.vocabulary,
  }));
}

function isTexts(value: Json | undefined): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
