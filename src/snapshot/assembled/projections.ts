/** The projections of each domain against the hashes that the manifest states, and against what repeats them. */

import { Fault } from "../../errors/base.ts";
import { type Digest, sha256 } from "../../json/canonical.ts";
import { pointer } from "../../json/pointer.ts";
import { byCodePoint, canonicalPython } from "../../json/python-canonical.ts";
import { isObject, type Json, type JsonObject, jsonEqual, own } from "../../json/value.ts";
import type { ParsedArtifact } from "../envelope.ts";
import { domainOf } from "./artifact-files.ts";
import { AssembledFault } from "./errors.ts";
import { type DomainEntry, MANIFEST, type Manifest, placeIn } from "./manifest.ts";
import { canonicalFault, hashFault } from "./projection-hash.ts";
import type { Contents } from "./verify.ts";

/** Hashes that are recomputed, members that repeat them, and artifacts of no domain. */
export function projectionFaults(manifest: Manifest, contents: Contents): readonly Fault[] {
  const known = new Set(manifest.domains.map(({ domain }) => domain));
  const strays = contents.canonical.filter((path) => !known.has(domainOf(path)));
  return [
    ...strays.map((file) => new AssembledFault("DOMAIN_UNKNOWN", { file, domain: domainOf(file) })),
    ...manifest.domains.flatMap((entry) => new DomainCheck(entry, manifest, contents).faults()),
  ];
}

/** A report that was written after the seal, and says of which snapshot. */
export function reportFaults({ root }: Manifest, contents: Contents): readonly Fault[] {
  const file = "conformance/composition.json";
  const report = contents.document(file);
  if (!isObject(report) || report instanceof Fault) return [];
  return repeated(file, contents, report, { snapshot_id: root }, MANIFEST);
}

function textOf(contents: Contents, file: string): string {
  return Buffer.from(contents.found(file)?.bytes ?? []).toString();
}

/** Members of a document that must have these values, which another file says. */
function repeated(
  file: string,
  contents: Contents,
  document: JsonObject,
  expected: JsonObject,
  by: string,
): readonly Fault[] {
  return Object.entries(expected).flatMap(([member, value]) => {
    const found = own(document, member) ?? null;
    if (jsonEqual(found, value)) return [];
    const facts = { ...placeIn(textOf(contents, file), [member], file), pointer: pointer([member]), by };
    return new AssembledFault("PROJECTION_FACT_DIFFERS", {
      ...facts,
      found: shown(found),
      expected: shown(value),
    });
  });
}

const shown = (value: Json) => JSON.stringify(value).slice(0, 80);

class DomainCheck {
  readonly #entry: DomainEntry;
  readonly #manifest: Manifest;
  readonly #contents: Contents;

  constructor(entry: DomainEntry, manifest: Manifest, contents: Contents) {
    this.#entry = entry;
    this.#manifest = manifest;
    this.#contents = contents;
  }

  faults(): readonly Fault[] {
    const { domain, attestation, tokenized } = this.#entry;
    return [
      ...this.#tokenized(),
      ...this.#vocabulary(),
      ...this.#canonical(),
      ...this.#hashFault("trust", "attestation_hash", attestation, sha256(tokenized), `tokenized/${domain}/`),
      ...this.#attested(),
    ];
  }

  #tokenized(): readonly Fault[] {
    const { domain, tokenized, vocabulary } = this.#entry;
    return this.#with([`tokenized/${domain}/topology.json`], ([topology = {}], [file = ""]) => {
      const [adjacency, edges, nodes] = ["adjacency", "edges", "nodes"].map(
        (key) => own(topology, key) ?? null,
      );
      const computed = hashOf({ adjacency, edges, nodes } as JsonObject);
      return [
        ...this.#hashFault("tokenized", "projection_hash", tokenized, computed, file),
        ...this.#metadata("tokenized", tokenized, {
          vocabulary_hash: vocabulary,
          structure_id: domain,
          node_count: lengthOf(nodes),
          edge_count: lengthOf(edges),
        }),
      ];
    });
  }

  #vocabulary(): readonly Fault[] {
    const { domain, vocabulary } = this.#entry;
    const files = ["forward", "reverse"].map((name) => `vocabulary/${domain}/${name}.json`);
    return this.#with(files, ([forward = {}, reverse = {}]) => [
      ...this.#hashFault(
        "vocabulary",
        "projection_hash",
        vocabulary,
        hashOf({ forward, reverse }),
        `vocabulary/${domain}/`,
      ),
      ...this.#metadata("vocabulary", vocabulary, { address_count: Object.keys(reverse).length }),
    ]);
  }

  /** Where an artifact cannot be read, that is the finding. */
  #canonical(): readonly Fault[] {
    const artifacts = this.#artifacts();
    const fault = artifacts === null ? null : canonicalFault(this.#manifest, this.#entry, artifacts);
    return [...(fault === null ? [] : [fault]), ...this.#metadata("canonical", this.#entry.canonical, {})];
  }

  /** Null where one of them cannot be read. */
  #artifacts(): readonly ParsedArtifact[] | null {
    const { domain } = this.#entry;
    const paths = this.#contents.canonical.filter((path) => domainOf(path) === domain);
    const read = paths.map((path) => this.#contents.artifact(path));
    const artifacts = read.flatMap((one) => (one === undefined || one instanceof Fault ? [] : [one]));
    return artifacts.length === paths.length ? artifacts.sort((a, b) => byCodePoint(a.fqdn, b.fqdn)) : null;
  }

  /** The attestation repeats what it attests; of a domain that imports capabilities, it lists them. */
  #attested(): readonly Fault[] {
    const { domain, tokenized, attestation } = this.#entry;
    return this.#with([`trust/${domain}/structure_attestation.json`], ([document = {}], [file = ""]) => {
      const copies = this.#artifacts()?.filter(({ content }) => content === "");
      const isListed = copies !== undefined && own(document, "imported_capabilities") !== undefined;
      const imported = isListed ? { imported_capabilities: copies.map(({ fqdn }) => fqdn).sort() } : {};
      const stated = { attestation_hash: attestation, tokenized_projection_hash: tokenized };
      return [
        ...repeated(file, this.#contents, document, { ...stated, structure_id: domain }, MANIFEST),
        ...repeated(file, this.#contents, document, imported, `canonical/${domain}/`),
      ];
    });
  }

  /** What the metadata of each projection repeats of the manifest, and what it says of its own files. */
  #metadata(projection: string, hash: Digest, more: JsonObject): readonly Fault[] {
    const { domain, graphAddressHash, compilerVersion } = this.#entry;
    const tokenized = this.#contents.document(`tokenized/${domain}/metadata.json`);
    const topology = isObject(tokenized) ? (own(tokenized as JsonObject, "graph_topology_hash") ?? null) : null;
    return this.#with([`${projection}/${domain}/metadata.json`], ([metadata = {}], [file = ""]) => {
      const shared = {
        projection_hash: hash,
        graph_address_hash: graphAddressHash,
        compiler_version: compilerVersion,
      };
      return [
        ...repeated(file, this.#contents, metadata, shared, MANIFEST),
        ...repeated(
          file,
          this.#contents,
          metadata,
          { graph_topology_hash: topology },
          `tokenized/${domain}/metadata.json`,
        ),
        ...repeated(file, this.#contents, metadata, more, `${projection}/${domain}/`),
      ];
    });
  }

  /** Nothing for a file that cannot be read: that is reported of the file itself. */
  #with(
    files: readonly string[],
    check: (documents: readonly JsonObject[], files: readonly string[]) => readonly Fault[],
  ): readonly Fault[] {
    const { domain } = this.#entry;
    const documents = files.map((file) => this.#contents.document(file));
    const missing = files.filter((_, i) => documents[i] === undefined);
    if (missing.length > 0)
      return missing.map((file) => new AssembledFault("PROJECTION_MISSING", { file, domain }));
    const read = documents.flatMap((one) => (one === undefined || one instanceof Fault ? [] : [one]));
    return read.length === files.length ? check(read, files) : [];
  }

  #hashFault(
    projection: string,
    member: string,
    stated: Digest,
    computed: Digest,
    of: string,
  ): readonly Fault[] {
    const fault = hashFault(this.#manifest, this.#entry, { projection, member, stated, computed, of });
    return fault === null ? [] : [fault];
  }
}

const hashOf = (value: Json): Digest => sha256(canonicalPython(value));

const lengthOf = (value: Json | undefined) => (Array.isArray(value) ? value.length : null);
