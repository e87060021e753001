/** Small assembled snapshots in memory, made as what assembles them makes them, to be altered file by file. */

import { sha256 } from "../../src/json/canonical.ts";
import { canonicalPython, prettyPython } from "../../src/json/python-canonical.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { deriveAssembled, machineBlock } from "../../src/snapshot/derive.ts";
import { codeOf, type Fqdn, kindOf, namespaceOf } from "../../src/snapshot/fqdn.ts";
import type { Contents } from "./memory-files.ts";

export type Generation = "v5" | "release 9";

const hashOf = (value: Json) => sha256(canonicalPython(value));
const DOMAINS = ["library", "platform"] as const;

/** The Machine block of each artifact that has a text, by its path below `canonical/` without the name. */
const ARTIFACTS: readonly (readonly [folder: string, name: string, machine: string])[] = [
  [
    "library/workflows",
    "library::WF_COUNT_V0",
    `fqdn: library::WF_COUNT_V0
artifact_kind: WORKFLOW
runtime_binding: library::RB_LIBRARY_V0
core:
  summary: counts
  start_node: begin
  nodes:
    begin: {type: IN, code: IN_COUNT_V0, next: {ACK: done, NACK: refused}}
    done: {type: EXIT, reason: COMPLETED}
    refused: {type: EXIT, reason: EXIT_REJECTED}`,
  ],
  [
    "library/intents",
    "library::IN_COUNT_V0",
    "core: {workflow: WF_COUNT_V0, inputs: {}, outcomes: {ACK: ok, NACK: no}}",
  ],
  ["library/runtime_bindings", "library::RB_LIBRARY_V0", "core: {summary: binds, bindings: {}}"],
  ["library/vocabulary", "library::VOCAB_WORDS_V0", "core: {summary: words, größe: 1}"],
  ["library/transport/egress", "library::TE_COUNT_V0", "operation: COUNT"],
  [
    "platform/capability_transforms",
    "capability_transforms::CT_PURE_SAME_V0",
    `machine: {ct_kind: atom, ct_purity: ct_pure, implementation: {module: m, callable: execute}}
core: {inputs: {left: {type: any, required: true}}, outputs: {same: {type: boolean}}}`,
  ],
];

const COPIED: readonly (readonly [file: string, owner: string])[] = [
  [
    "canonical/library/capability_transforms/capability_transforms__CT_PURE_SAME_V0.json",
    "canonical/platform/capability_transforms/capability_transforms__CT_PURE_SAME_V0.json",
  ],
];

/** Files of each kind that such a snapshot has, sealed. */
export function assembled(generation: Generation = "v5"): Contents {
  const contents: Contents = new Map();
  for (const [folder, name, machine] of ARTIFACTS) {
    const path = `canonical/${folder}/${name.replace("::", "__")}.json`;
    put(contents, path, envelopeOf(name as Fqdn, machine, generation));
  }
  for (const [file, owner] of COPIED) {
    put(contents, file, {
      ...read(contents, owner),
      content: "",
      references: [],
      version: "V0",
      layer_code: "LIBRARY",
    });
  }
  for (const domain of DOMAINS) projectionsOf(domain, contents);
  put(contents, "behavior_logic/library/WF_COUNT_V0/WF_COUNT_V0.graph.json", { wf_id: "library::WF_COUNT_V0" });
  contents.set("behavior_logic/library/WF_COUNT_V0/WF_COUNT_V0.projection.png", Buffer.from([0x89, 0x50]));
  return manifested(contents, generation);
}

export function put(contents: Contents, path: string, value: JsonObject): void {
  contents.set(path, Buffer.from(prettyPython(value)));
}

export function read(contents: Contents, path: string): JsonObject {
  return JSON.parse(Buffer.from(contents.get(path) ?? []).toString()) as JsonObject;
}

function envelopeOf(name: Fqdn, machine: string, generation: Generation): JsonObject {
  const content = `# ${codeOf(name)}\n\n## 1. Intent\n\nGrüße.\n\n---\n\n## Machine\n\n\`\`\`yaml\n${machine}\n\`\`\`\n`;
  const block = machineBlock(content);
  const { ct_ir: ir, ...derived } = deriveAssembled(name, block);
  return {
    artifact_code: codeOf(name),
    artifact_type: kindOf(name) ?? "",
    content,
    content_hash: generation === "v5" ? hashOf(block) : sha256(content),
    fqdn_id: name,
    ...derived,
    ...(ir === undefined ? {} : { ct_ir: generation === "v5" ? ir : withoutPurity(ir) }),
    layer_code: "LIBRARY",
    namespace: namespaceOf(name),
    references: [],
    version: "0",
  };
}

function withoutPurity(ir: JsonObject): JsonObject {
  const stream = ir["atom_stream"] as readonly JsonObject[];
  return { ...ir, atom_stream: stream.map(({ purity: _, ...atom }) => atom) };
}

/** The projections, made anew from the artifacts; all but the manifest. */
export function projectionsOf(domain: string, contents: Contents): void {
  const artifacts = artifactsOf(domain, contents);
  const names = Object.keys(artifacts).sort();
  const topology = { adjacency: {}, edges: [], nodes: names.map((_, address) => ({ address, kind: 0x4100 })) };
  const reverse = Object.fromEntries(names.map((name, i) => [name, `0x${String(i).padStart(4, "0")}`]));
  const forward = Object.fromEntries(Object.entries(reverse).map(([name, at]) => [at, name]));
  const tokenized = hashOf(topology);
  const vocabulary = hashOf({ forward, reverse });
  const base = {
    compiler_version: "17",
    graph_address_hash: sha256(domain),
    graph_topology_hash: sha256(`${domain}!`),
  };
  put(contents, `tokenized/${domain}/topology.json`, { ...topology, projection_class: "machine_projection" });
  put(contents, `tokenized/${domain}/dispatch.json`, { entry: {} });
  put(contents, `tokenized/${domain}/handlers.json`, { ct: {} });
  put(contents, `tokenized/${domain}/metadata.json`, {
    ...base,
    projection_hash: tokenized,
    vocabulary_hash: vocabulary,
    structure_id: domain,
    node_count: names.length,
    edge_count: 0,
  });
  put(contents, `vocabulary/${domain}/forward.json`, forward);
  put(contents, `vocabulary/${domain}/reverse.json`, reverse);
  put(contents, `vocabulary/${domain}/metadata.json`, {
    ...base,
    projection_hash: vocabulary,
    address_count: names.length,
  });
  put(contents, `canonical/${domain}/metadata.json`, { ...base, projection_hash: hashOf(artifacts) });
  const copies = names.filter((name) => (artifacts[name] as JsonObject)["content"] === "");
  put(contents, `trust/${domain}/structure_attestation.json`, {
    attestation_hash: sha256(tokenized),
    ...(copies.length === 0 ? {} : { imported_capabilities: copies }),
    signed_at: "2026-11-30T00:00:00Z",
    structure_id: domain,
    tokenized_projection_hash: tokenized,
  });
}

function artifactsOf(domain: string, contents: Contents): JsonObject {
  const paths = [...contents.keys()].filter(
    (path) => path.startsWith(`canonical/${domain}/`) && !path.endsWith("metadata.json"),
  );
  return Object.fromEntries(
    paths.map((path) => {
      const artifact = read(contents, path);
      return [String(artifact["fqdn_id"]), artifact];
    }),
  );
}

/** With a manifest over the files as they are: what somebody does who changes a file and its seal. */
export function manifested(contents: Contents, generation: Generation = "v5"): Contents {
  const paths = [...contents.keys()].filter(
    (path) => path !== "manifest.json" && path !== "signature.json" && !path.startsWith("conformance/"),
  );
  const sorted = paths.sort((a, b) => compareParts(a.split("/"), b.split("/")));
  const constituents = sorted.map((path) => ({ path, sha256: listedHash(path, contents) }));
  const domains = DOMAINS.map((domain) => domainEntry(domain, contents));
  const shared = { manifest_version: "v0", domains };
  const manifest =
    generation === "release 9"
      ? shared
      : {
          ...shared,
          identity_covers: ["domains", "constituents", "profile", "profile_sha256"],
          post_seal: ["conformance/", "signature.json"],
          profile: "SMALL_V0",
          profile_sha256: sha256("SMALL_V0"),
          constituents,
        };
  return identified(new Map(contents), manifest);
}

/** The manifest with the identity that it has as it stands. */
export function identified(contents: Contents, manifest: JsonObject): Contents {
  const domains = (manifest["domains"] as readonly JsonObject[]).map(viewOf);
  const view = [...domains].sort((a, b) => (String(a["domain"]) < String(b["domain"]) ? -1 : 1));
  const { constituents = null, profile = null, profile_sha256 = null } = manifest;
  const covered = constituents === null ? view : { constituents, domains: view, profile, profile_sha256 };
  const id = hashOf(covered);
  const provenance = { assembled_at: "2026-11-30T00:00:00Z" };
  const whole = { ...manifest, snapshot_id: id, composite_hash: id, provenance };
  contents.set("manifest.json", Buffer.from(`${JSON.stringify(whole, null, 2)}\n`));
  return contents;
}

function viewOf({ domain, graph_address_hash, projections }: JsonObject): JsonObject {
  const of = (name: string) => (projections as { readonly [name: string]: JsonObject })[name] ?? {};
  return {
    domain: domain ?? null,
    graph_address_hash: graph_address_hash ?? null,
    tokenized_projection_hash: of("tokenized")["projection_hash"] ?? null,
    vocabulary_projection_hash: of("vocabulary")["projection_hash"] ?? null,
    canonical_projection_hash: of("canonical")["projection_hash"] ?? null,
    attestation_hash: of("trust")["attestation_hash"] ?? null,
  };
}

function domainEntry(domain: string, contents: Contents): JsonObject {
  const metadata = (name: string) => read(contents, `${name}/${domain}/metadata.json`);
  const projection = (name: string) => ({
    path: `${name}/${domain}`,
    projection_hash: metadata(name)["projection_hash"] ?? null,
  });
  const tokenized = metadata("tokenized")["projection_hash"] ?? null;
  return {
    domain,
    compiler_version: "17",
    graph_address_hash: sha256(domain),
    projections: {
      tokenized: projection("tokenized"),
      vocabulary: projection("vocabulary"),
      canonical: projection("canonical"),
      trust: {
        path: `trust/${domain}`,
        attestation_hash: sha256(String(tokenized)),
        tokenized_projection_hash: tokenized,
      },
    },
  };
}

function listedHash(path: string, contents: Contents): string {
  const bytes = contents.get(path) ?? new Uint8Array();
  if (!path.endsWith("/structure_attestation.json")) return sha256(bytes);
  const { signed_at: _, ...rest } = read(contents, path);
  return sha256(prettyPython(rest));
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((name, i) => name !== b[i]);
  if (at === -1) return a.length - b.length;
  return (a[at] ?? "") < (b[at] ?? "") ? -1 : 1;
}
