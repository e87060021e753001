/** Every way of changing an assembled snapshot: what a run refuses of it, and what `verify` finds. */

import type { Json, JsonObject } from "../../src/json/value.ts";
import {
  assembled,
  type Generation,
  identified,
  manifested,
  projectionsOf,
  put,
  read,
} from "./assembled-files.ts";
import type { Contents } from "./memory-files.ts";

const WF = "canonical/library/workflows/library__WF_COUNT_V0.json";
const RB = "canonical/library/runtime_bindings/library__RB_LIBRARY_V0.json";
const COPY = "canonical/library/capability_transforms/capability_transforms__CT_PURE_SAME_V0.json";
export const OWNER = "canonical/platform/capability_transforms/capability_transforms__CT_PURE_SAME_V0.json";
const TOPOLOGY = "tokenized/library/topology.json";
const ATTESTATION = "trust/library/structure_attestation.json";
export const MANIFEST = "manifest.json";
const changed = (contents: Contents, path: string, change: (text: string) => string): Contents =>
  new Map(contents).set(path, Buffer.from(change(Buffer.from(contents.get(path) ?? []).toString())));

const withMember = (contents: Contents, path: string, members: JsonObject): Contents => {
  const copy = new Map(contents);
  put(copy, path, { ...read(copy, path), ...members });
  return copy;
};

const without = (contents: Contents, path: string): Contents =>
  new Map([...contents].filter(([one]) => one !== path));

/** With the manifest changed, and its identity as it was or made anew. */
const withManifest = (contents: Contents, members: JsonObject): Contents =>
  withMember(contents, MANIFEST, members);
const resealed = (contents: Contents, members: JsonObject): Contents => {
  const { snapshot_id: _, composite_hash: __, provenance: ___, ...rest } = read(contents, MANIFEST);
  return identified(new Map(contents), { ...rest, ...members });
};

/** The projections and the manifest made anew over changed artifacts. */
function reassembled(contents: Contents, generation: Generation = "v5"): Contents {
  const copy = new Map(contents);
  for (const domain of ["library", "platform"]) projectionsOf(domain, copy);
  return manifested(copy, generation);
}

export const whole = assembled();
export const manifest = read(whole, MANIFEST);
export const constituents = manifest["constituents"] as readonly JsonObject[];
const domains = manifest["domains"] as readonly JsonObject[];
const edit = (path: string, members: JsonObject) => withMember(whole, path, members);
const textOf = (path: string) => String(read(whole, path)["content"]);

export interface Change {
  readonly about: string;
  readonly contents: Contents;
  /** What a run refuses; null where it reads nothing of it. */
  readonly run: string | null;
  /** What `verify` finds, in its order. */
  readonly verify: readonly string[];
}

const inBoth = (code: string, file: string) => ({ run: `${code} ${file}`, verify: [`${code} ${file}`] });
const inVerify = (...verify: readonly string[]) => ({ run: null, verify });
const CHANGED = "CONSTITUENT_CHANGED";
const ofManifest = (code: string) => inBoth(code, MANIFEST);

export const CHANGES: readonly Change[] = [
  {
    about: "white space in an artifact",
    contents: changed(whole, WF, (text) => `${text}\n`),
    ...inBoth(CHANGED, WF),
  },
  {
    about: "an artifact that a run does not read",
    contents: changed(
      whole,
      "canonical/library/transport/egress/library__TE_COUNT_V0.json",
      (text) => `${text} `,
    ),
    ...inVerify(`${CHANGED} canonical/library/transport/egress/library__TE_COUNT_V0.json`),
  },
  { about: "a copy", contents: changed(whole, COPY, (text) => `${text} `), ...inBoth(CHANGED, COPY) },
  {
    about: "a missing artifact",
    contents: without(whole, RB),
    run: `CONSTITUENT_MISSING ${RB}`,
    verify: [`CONSTITUENT_MISSING ${RB}`, `PROJECTION_HASH_MISMATCH ${MANIFEST}`],
  },
  {
    about: "a missing picture",
    contents: without(whole, "behavior_logic/library/WF_COUNT_V0/WF_COUNT_V0.projection.png"),
    ...inVerify("CONSTITUENT_MISSING behavior_logic/library/WF_COUNT_V0/WF_COUNT_V0.projection.png"),
  },
  {
    about: "a missing projection",
    contents: without(whole, TOPOLOGY),
    ...inVerify(`CONSTITUENT_MISSING ${TOPOLOGY}`, `PROJECTION_MISSING ${TOPOLOGY}`),
  },
  {
    about: "a file of the system",
    contents: new Map(whole).set(".DS_Store", Buffer.from("x")),
    ...inVerify("FILE_NOT_LISTED .DS_Store"),
  },
  {
    about: "a seal.json",
    contents: new Map(whole).set("seal.json", Buffer.from("{}")),
    ...inVerify("FILE_NOT_LISTED seal.json"),
  },
  {
    about: "an artifact that was added",
    contents: new Map(whole).set("canonical/library/events/library__EV_X_V0.json", whole.get(RB) as Uint8Array),
    ...inVerify(
      "FILE_NOT_LISTED canonical/library/events/library__EV_X_V0.json",
      "FQDN_MISMATCH canonical/library/events/library__EV_X_V0.json",
    ),
  },
  {
    about: "a report and other files after the seal",
    contents: new Map(whole).set("conformance/notes.txt", Buffer.from("x")),
    ...inVerify(),
  },
  {
    about: "a report of another snapshot",
    contents: new Map(whole).set("conformance/composition.json", Buffer.from('{"snapshot_id":"x"}')),
    ...inVerify("PROJECTION_FACT_DIFFERS conformance/composition.json"),
  },
  {
    about: "the moment of an attestation",
    contents: withMember(whole, ATTESTATION, { signed_at: "2027-01-01T00:00:00Z" }),
    ...inVerify(),
  },
  {
    about: "an attestation",
    contents: withMember(whole, ATTESTATION, { more: 1 }),
    ...inVerify(`${CHANGED} ${ATTESTATION}`),
  },
  { about: "the provenance", contents: withManifest(whole, { provenance: {} }), ...inVerify() },

  {
    about: "no JSON",
    contents: changed(whole, MANIFEST, () => "<<<<<<< ours"),
    ...ofManifest("CONFLICT_MARKERS"),
  },
  {
    about: "a manifest that was cut",
    contents: changed(whole, MANIFEST, (text) => text.slice(0, 900)),
    ...ofManifest("NOT_JSON"),
  },
  {
    about: "a list for a manifest",
    contents: changed(whole, MANIFEST, () => "[]"),
    ...ofManifest("NOT_AN_OBJECT"),
  },
  {
    about: "a member twice",
    contents: changed(whole, MANIFEST, (text) => text.replace("{", '{"profile": "X",')),
    ...ofManifest("DUPLICATE_KEY"),
  },
  {
    about: "another version",
    contents: withManifest(whole, { manifest_version: "v1" }),
    ...ofManifest("MANIFEST_MALFORMED"),
  },
  { about: "no domains", contents: withManifest(whole, { domains: [] }), ...ofManifest("MANIFEST_MALFORMED") },
  {
    about: "a domain twice",
    contents: withManifest(whole, { domains: [...domains, ...domains] as Json }),
    ...ofManifest("MANIFEST_MALFORMED"),
  },
  {
    about: "domains in another order",
    contents: withManifest(whole, { domains: [...domains].reverse() as Json }),
    ...inVerify(),
  },
  {
    about: "another place of a projection",
    contents: changed(whole, MANIFEST, (text) => text.replace('"tokenized/library"', '"tokenized/platform"')),
    ...ofManifest("MANIFEST_MALFORMED"),
  },
  {
    about: "a domain that leads out",
    contents: changed(whole, MANIFEST, (text) => text.replace('"domain": "library"', '"domain": "../library"')),
    ...ofManifest("MANIFEST_MALFORMED"),
  },
  {
    about: "another id",
    contents: withManifest(whole, { snapshot_id: "0".repeat(64) }),
    ...ofManifest("IDENTITY_MISMATCH"),
  },
  {
    about: "another composite hash",
    contents: withManifest(whole, { composite_hash: "0".repeat(64) }),
    ...ofManifest("IDENTITY_MISMATCH"),
  },
  {
    about: "another profile",
    contents: withManifest(whole, { profile: "OTHER_V0" }),
    ...ofManifest("IDENTITY_MISMATCH"),
  },
  {
    about: "another profile with its identity",
    contents: resealed(whole, { profile: "OTHER_V0" }),
    ...inVerify(),
  },
  {
    about: "no hash of the profile",
    contents: withManifest(whole, { profile_sha256: null }),
    ...ofManifest("MANIFEST_MALFORMED"),
  },
  {
    about: "an unknown member of the identity",
    contents: withManifest(whole, {
      identity_covers: ["domains", "constituents", "profile", "profile_sha256", "more"],
    }),
    ...ofManifest("IDENTITY_MEMBER_UNKNOWN"),
  },
  {
    about: "an identity without the files",
    contents: withManifest(whole, { identity_covers: ["domains", "profile", "profile_sha256"] }),
    ...ofManifest("IDENTITY_MEMBER_MISSING"),
  },
  {
    about: "no list of files",
    contents: withManifest(whole, { constituents: null }),
    ...ofManifest("MANIFEST_MALFORMED"),
  },
  {
    about: "more that comes after the seal",
    contents: withManifest(whole, { post_seal: ["conformance/", "signature.json", "canonical/"] }),
    ...ofManifest("MANIFEST_MALFORMED"),
  },
  {
    about: "files in another order",
    contents: withManifest(whole, { constituents: [...constituents].reverse() as Json }),
    ...ofManifest("MANIFEST_MALFORMED"),
  },
  {
    about: "files in another order with their identity",
    contents: resealed(whole, { constituents: [...constituents].reverse() as Json }),
    ...ofManifest("MANIFEST_MALFORMED"),
  },
  {
    about: "a file twice",
    contents: resealed(whole, { constituents: [...constituents, constituents.at(-1) as Json] }),
    ...ofManifest("MANIFEST_MALFORMED"),
  },
  {
    about: "a file that leads out",
    contents: resealed(whole, {
      constituents: [{ ...constituents[0], path: "a/../b" }, ...constituents.slice(1)] as Json,
    }),
    ...ofManifest("MANIFEST_MALFORMED"),
  },
  {
    about: "a file less, with its identity",
    contents: resealed(whole, { constituents: constituents.filter(({ path }) => path !== TOPOLOGY) as Json }),
    ...inVerify(`FILE_NOT_LISTED ${TOPOLOGY}`),
  },
  {
    about: "the hash of a projection, with its identity",
    contents: resealed(whole, {
      domains: JSON.parse(
        JSON.stringify(domains).replaceAll(
          String(read(whole, "vocabulary/library/metadata.json")["projection_hash"]),
          "1".repeat(64),
        ),
      ) as Json,
    }),
    ...inVerify(
      "PROJECTION_FACT_DIFFERS tokenized/library/metadata.json",
      `PROJECTION_HASH_MISMATCH ${MANIFEST}`,
      "PROJECTION_FACT_DIFFERS vocabulary/library/metadata.json",
    ),
  },

  {
    about: "a topology, with its seal",
    contents: manifested(edit(TOPOLOGY, { edges: [{ from: 0, to: 1, kind: 0x4000 }] })),
    ...inVerify(
      `PROJECTION_HASH_MISMATCH ${MANIFEST}`,
      "PROJECTION_FACT_DIFFERS tokenized/library/metadata.json",
    ),
  },
  {
    about: "metadata, with its seal",
    contents: manifested(edit("canonical/library/metadata.json", { compiler_version: "18" })),
    ...inVerify("PROJECTION_FACT_DIFFERS canonical/library/metadata.json"),
  },
  {
    about: "an attested hash, with its seal",
    contents: manifested(edit(ATTESTATION, { attestation_hash: "2".repeat(64) })),
    ...inVerify(`PROJECTION_FACT_DIFFERS ${ATTESTATION}`),
  },
  {
    about: "imported capabilities, with their seal",
    contents: manifested(edit(ATTESTATION, { imported_capabilities: [] })),
    ...inVerify(`PROJECTION_FACT_DIFFERS ${ATTESTATION}`),
  },
  {
    about: "a copy, assembled anew",
    contents: reassembled(edit(COPY, { content_hash: "3".repeat(64) })),
    run: `COPIES_DISAGREE ${COPY}`,
    verify: [`COPIES_DISAGREE ${COPY}`, `ARTIFACT_HASH_MISMATCH ${COPY}`],
  },
  {
    about: "another text in a copy, assembled anew",
    contents: reassembled(edit(COPY, { content: `${textOf(OWNER)}\n` })),
    ...inBoth("COPIES_DISAGREE", OWNER),
  },
  {
    about: "an artifact twice in a domain",
    contents: reassembled(
      new Map(whole).set("canonical/library/side/library__RB_LIBRARY_V0.json", whole.get(RB) as Uint8Array),
    ),
    run: `ARTIFACT_TWICE canonical/library/side/library__RB_LIBRARY_V0.json`,
    verify: ["ARTIFACT_TWICE canonical/library/side/library__RB_LIBRARY_V0.json"],
  },
  {
    about: "front matter, assembled anew",
    contents: reassembled(edit(RB, { frontmatter: { core: {} } })),
    ...inBoth("ARTIFACT_HASH_MISMATCH", RB),
  },
  {
    about: "the Markdown, assembled anew",
    contents: reassembled(edit(RB, { content: textOf(RB).replace("summary: binds", "summary: other") })),
    ...inBoth("COMPILED_FIELD_DIFFERS", RB),
  },
  {
    about: "prose alone, assembled anew",
    contents: reassembled(edit(RB, { content: textOf(RB).replace("Grüße", "Prosa") })),
    ...inVerify(),
  },
  {
    about: "the compiled field of both copies, assembled anew",
    contents: reassembled(withMember(edit(COPY, { ct_ir: {} }), OWNER, { ct_ir: {} })),
    run: `COMPILED_FIELD_DIFFERS ${OWNER}`,
    verify: [`COMPILED_FIELD_DIFFERS ${COPY}`, `COMPILED_FIELD_DIFFERS ${OWNER}`],
  },
  {
    about: "the name of a node, assembled anew",
    contents: reassembled(
      changed(whole, WF, (text) =>
        text.replace('"fqdn_id": "library::IN_COUNT_V0"', '"fqdn_id": "library::IN_OTHER_V0"'),
      ),
    ),
    ...inBoth("COMPILED_FIELD_DIFFERS", WF),
  },
  {
    about: "an artifact of no domain",
    contents: manifested(
      new Map(whole).set(
        "canonical/other/runtime_bindings/library__RB_OTHER_V0.json",
        Buffer.from(
          Buffer.from(whole.get(RB) as Uint8Array)
            .toString()
            .replaceAll("RB_LIBRARY_V0", "RB_OTHER_V0"),
        ),
      ),
    ),
    ...inVerify("DOMAIN_UNKNOWN canonical/other/runtime_bindings/library__RB_OTHER_V0.json"),
  },
];

// ---- the variant without a list ----

export const older = assembled("release 9");
export const OLDER_CHANGES: readonly Change[] = [
  {
    about: "a lock beside its folders",
    contents: new Map(older).set("capabilities.lock.json", Buffer.from("{}")),
    ...inVerify("FILE_NOT_LISTED capabilities.lock.json"),
  },
  {
    about: "an artifact",
    contents: withMember(older, RB, { version: "1" }),
    ...inBoth("PROJECTION_HASH_MISMATCH", MANIFEST),
  },
  { about: "white space in an artifact", contents: changed(older, RB, (text) => `${text}\n`), ...inVerify() },
  {
    about: "a member twice in an artifact",
    contents: changed(older, RB, (text) => text.replace("{", '{"version": "0",')),
    ...inBoth("DUPLICATE_KEY", RB),
  },
  {
    about: "an artifact that was added",
    contents: new Map(older).set(
      "canonical/library/runtime_bindings/library__RB_OTHER_V0.json",
      Buffer.from(
        Buffer.from(older.get(RB) as Uint8Array)
          .toString()
          .replaceAll("RB_LIBRARY_V0", "RB_OTHER_V0"),
      ),
    ),
    run: `PROJECTION_HASH_MISMATCH ${MANIFEST}`,
    verify: [
      `PROJECTION_HASH_MISMATCH ${MANIFEST}`,
      "ARTIFACT_HASH_MISMATCH canonical/library/runtime_bindings/library__RB_OTHER_V0.json",
    ],
  },
  {
    about: "a topology",
    contents: withMember(older, TOPOLOGY, { edges: [1] }),
    ...inVerify(
      `PROJECTION_HASH_MISMATCH ${MANIFEST}`,
      "PROJECTION_FACT_DIFFERS tokenized/library/metadata.json",
    ),
  },
  {
    about: "a vocabulary",
    contents: withMember(older, "vocabulary/library/reverse.json", { "library::WF_COUNT_V0": "0x0009" }),
    ...inVerify(`PROJECTION_HASH_MISMATCH ${MANIFEST}`),
  },
  {
    about: "what no hash covers",
    contents: withMember(older, "tokenized/library/dispatch.json", { entry: 1 }),
    ...inVerify(),
  },
  {
    about: "the Markdown, assembled anew",
    contents: reassembled(withMember(older, RB, { content: "x" }), "release 9"),
    ...inBoth("ARTIFACT_HASH_MISMATCH", RB),
  },
  {
    about: "front matter, assembled anew",
    contents: reassembled(withMember(older, RB, { frontmatter: {} }), "release 9"),
    ...inBoth("COMPILED_FIELD_DIFFERS", RB),
  },
  {
    about: "an id",
    contents: withManifest(older, { snapshot_id: "0".repeat(64) }),
    ...ofManifest("IDENTITY_MISMATCH"),
  },
];
