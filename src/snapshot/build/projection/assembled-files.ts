/**
 * What an assembled snapshot has beside its artifacts and graphs: the projections of each domain, its attestation, and the
 * manifest, which lists every file and seals all of them.
 */

import { type Digest, sha256 } from "../../../json/canonical.ts";
import { byCodePoint, canonicalPython, prettyPython } from "../../../json/python-canonical.ts";
import { unicodeEscape } from "../../../json/text.ts";
import type { Json, JsonObject } from "../../../json/value.ts";
import { constituentDigest } from "../../assembled/constituent.ts";
import { type CoveredDomain, MANIFEST, SIGNATURE_FILE, viewOf } from "../../assembled/manifest.ts";
import { domainOfFile } from "../domain.ts";
import { dispatchOf } from "./dispatch.ts";
import { type DomainModel, domainArtifact, domainModel } from "./domain-artifacts.ts";
import { handlersOf } from "./handlers.ts";
import { topologyOf } from "./topology.ts";

type Files = ReadonlyMap<string, string>;

/** By path, the text of each file that is made of the artifacts; `files` has every other file of the snapshot. */
export function assembledFiles(files: Files): Files {
  const made = new Map<string, string>();
  const domains: CoveredDomain[] = [];
  for (const [name, envelopes] of byDomain(files)) {
    const { files: projected, covered } = projectionsOf(name, envelopes);
    for (const [path, text] of projected) made.set(path, text);
    domains.push(covered);
  }
  made.set(MANIFEST, manifestText(domains, new Map([...files, ...made])));
  return made;
}

/**
 * The projections of one domain by path, and their hashes.
 * @param envelopes the artifact files of the domain, copies included
 * @param numbers those of the artifacts; without them, each has its rank by name
 */
export function projectionsOf(
  name: string,
  envelopes: readonly JsonObject[],
  numbers?: ReadonlyMap<string, number>,
): { readonly files: Files; readonly covered: CoveredDomain } {
  const model = domainModel(name, envelopes.map(domainArtifact), numbers);
  const covered = hashesOf(model, envelopes);
  const files = domainFiles(model, covered).map(([path, value]) => [path, prettyPython(value)] as const);
  return { files: new Map(files), covered };
}

function byDomain(files: Files): ReadonlyMap<string, readonly JsonObject[]> {
  const found = new Map<string, JsonObject[]>();
  for (const [path, text] of [...files].sort(([a], [b]) => byCodePoint(a, b))) {
    const domain = domainOfFile(path);
    if (domain === null) continue;
    const known = found.get(domain) ?? [];
    found.set(domain, known);
    known.push(JSON.parse(text) as JsonObject);
  }
  return found;
}

const hash = (value: Json): Digest => sha256(canonicalPython(value));

/** The hash of the addresses covers the numbers of this domain alone. */
function hashesOf(model: DomainModel, envelopes: readonly JsonObject[]): CoveredDomain {
  const tokenized = hash(topologyOf(model));
  return {
    domain: model.name,
    graphAddressHash: hash(Object.fromEntries(model.addresses.all)),
    canonical: hash(Object.fromEntries(envelopes.map((one) => [String(one["fqdn_id"]), one]))),
    tokenized,
    vocabulary: hash(vocabularyOf(model)),
    attestation: sha256(tokenized),
  };
}

/** The words of a domain by number, and the numbers by word. */
export function vocabularyOf({ addresses }: DomainModel): {
  readonly forward: JsonObject;
  readonly reverse: JsonObject;
} {
  const reverse = addresses.all.map(
    ([word, address]) => [word, `0x${address.toString(16).toUpperCase().padStart(4, "0")}`] as const,
  );
  return {
    forward: Object.fromEntries(reverse.map(([word, address]) => [address, word])),
    reverse: Object.fromEntries(reverse),
  };
}

/** The compiler whose files these are, byte for byte. */
const COMPILER_VERSION = "17";

function domainFiles(model: DomainModel, hashes: CoveredDomain): readonly (readonly [path: string, Json])[] {
  const { name, artifacts, addresses } = model;
  const topology = topologyOf(model);
  const { forward, reverse } = vocabularyOf(model);
  const about = {
    compiler_version: COMPILER_VERSION,
    graph_address_hash: hashes.graphAddressHash,
    graph_topology_hash: hashes.tokenized,
    projection_schema_version: "v0",
  };
  const numbered = { ...about, allocation_strategy: "deterministic_fqdn_order", structure_id: name };
  return [
    [`tokenized/${name}/dispatch.json`, dispatchOf(model)],
    [`tokenized/${name}/handlers.json`, handlersOf(model)],
    [`tokenized/${name}/topology.json`, { ...topology, projection_class: "machine_projection" }],
    [
      `tokenized/${name}/metadata.json`,
      {
        ...numbered,
        edge_count: (topology["edges"] as readonly Json[]).length,
        node_count: artifacts.length,
        projection_class: "machine_projection",
        projection_hash: hashes.tokenized,
        projection_type: "tokenized",
        requires_fqdn_identity: false,
        vocabulary_hash: hashes.vocabulary,
      },
    ],
    [`vocabulary/${name}/forward.json`, forward],
    [`vocabulary/${name}/reverse.json`, reverse],
    [
      `vocabulary/${name}/metadata.json`,
      {
        ...numbered,
        address_count: addresses.all.length,
        projection_class: "symbol_substrate",
        projection_hash: hashes.vocabulary,
        projection_type: "vocabulary",
        requires_fqdn_identity: false,
      },
    ],
    [
      `canonical/${name}/metadata.json`,
      {
        ...about,
        projection_class: "canonical_artifact",
        projection_hash: hashes.canonical,
        projection_type: "canonical",
        requires_fqdn_identity: true,
      },
    ],
    [`trust/${name}/structure_attestation.json`, attestationOf(model, hashes)],
  ];
}

/** Nothing signs it, and it has no moment of signing: the same Markdown always gives the same files. */
function attestationOf(
  { name, artifacts }: DomainModel,
  { attestation, tokenized }: CoveredDomain,
): JsonObject {
  const copies = artifacts.filter(({ envelope }) => envelope["content"] === "").map(({ fqdn }) => fqdn);
  return {
    attestation_hash: attestation,
    attestation_version: "V0",
    ...(copies.length === 0 ? {} : { imported_capabilities: copies }),
    public_key_ref: "STUB",
    signature: "STUB_NOT_CRYPTOGRAPHICALLY_SIGNED",
    signing_algorithm: "STUB",
    structure_id: name,
    tokenized_projection_hash: tokenized,
  };
}

// ---- the manifest ----

function domainEntry(hashes: CoveredDomain): JsonObject {
  const { domain } = hashes;
  const projection = (name: string, hashed: Digest) => ({ path: `${name}/${domain}`, projection_hash: hashed });
  return {
    domain,
    compiler_version: COMPILER_VERSION,
    graph_address_hash: hashes.graphAddressHash,
    projections: {
      tokenized: projection("tokenized", hashes.tokenized),
      vocabulary: projection("vocabulary", hashes.vocabulary),
      canonical: projection("canonical", hashes.canonical),
      trust: {
        path: `trust/${domain}`,
        attestation_hash: hashes.attestation,
        tokenized_projection_hash: hashes.tokenized,
      },
    },
  };
}

const PROFILE = "PGS_COMPILE_V0";

/** Its identity covers the domains, every file, and a profile whose text is the list of the domains. */
function manifestText(domains: readonly CoveredDomain[], files: Files): string {
  const constituents = [...files]
    .map(([path, text]) => ({ path, sha256: constituentDigest(path, Buffer.from(text), sha256(text)) }))
    .sort((a, b) => byParts(a.path, b.path));
  const profile = { profile: PROFILE, profile_sha256: hash({ domains: domains.map(({ domain }) => domain) }) };
  const identity = hash({ domains: viewOf(domains), constituents, ...profile });
  const manifest = {
    manifest_version: "v0",
    snapshot_id: identity,
    composite_hash: identity,
    identity_covers: ["domains", "constituents", "profile", "profile_sha256"],
    post_seal: ["conformance/", SIGNATURE_FILE],
    ...profile,
    domains: domains.map(domainEntry),
    constituents,
    provenance: { assembler_version: "pgs compile" },
  };
  return `${JSON.stringify(manifest, null, 2).replace(/[\u007f-\uffff]/g, unicodeEscape)}\n`;
}

/** Paths are sorted part by part. */
function byParts(a: string, b: string): number {
  return byCodePoint(a.replaceAll("/", "\0"), b.replaceAll("/", "\0"));
}
