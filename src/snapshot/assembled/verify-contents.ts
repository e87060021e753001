/** The contradictions within one artifact of an assembled snapshot: its hash, its Markdown, what is compiled from it. */

import type { Fault } from "../../errors/base.ts";
import { sha256 } from "../../json/canonical.ts";
import { pointer } from "../../json/pointer.ts";
import { canonicalPython } from "../../json/python-canonical.ts";
import { firstDifference, isObject, type Json, type JsonObject, objectAt, own } from "../../json/value.ts";
import type { ContentFile } from "../content-checks.ts";
import { ContentError, type Derived, deriveAssembled, machineBlock } from "../derive.ts";
import { type ParsedArtifact, parseEnvelope } from "../envelope.ts";
import { SnapshotFault } from "../errors.ts";
import { wordOf } from "../fqdn.ts";
import type { Path } from "../hint.ts";
import type { Generation } from "./contents.ts";
import { AssembledFault } from "./errors.ts";
import { placeIn } from "./manifest.ts";

/** Strict JSON, and an envelope without contradictions. */
export function verifyContents({ path, bytes }: ContentFile, generation: Generation): readonly Fault[] {
  try {
    return contradictions({ path }, parseEnvelope(path, bytes), generation);
  } catch (error) {
    if (error instanceof SnapshotFault) return [error];
    throw error;
  }
}

/** The same of an artifact that has been read. */
export function contradictions(
  { path: file }: { readonly path: string },
  artifact: ParsedArtifact,
  generation: Generation,
): readonly Fault[] {
  const block = withoutNodeNames(artifact);
  const hashed = hashFault(file, artifact, generation, block);
  if (hashed !== null) return [hashed];
  const written = writtenFault(file, artifact, block);
  return written === null ? compiledFaults(file, artifact, generation, block) : [written];
}

/** A copy has no Markdown: where that is what is hashed, nothing in the copy can be compared with its hash. */
function hashFault(
  file: string,
  { text, content, contentHash: stated }: ParsedArtifact,
  generation: Generation,
  block: JsonObject,
): Fault | null {
  if (generation === "release 9" && content === "") return null;
  const computed = sha256(generation === "v5" ? canonicalPython(block) : content);
  if (computed === stated) return null;
  const of = generation === "v5" ? "frontmatter" : "content";
  return new AssembledFault("ARTIFACT_HASH_MISMATCH", {
    ...placeIn(text, ["content_hash"], file),
    of,
    stated,
    computed,
  });
}

/** The front matter against the Machine block of the Markdown, which a copy does not have. */
function writtenFault(file: string, { text, content }: ParsedArtifact, block: JsonObject): Fault | null {
  if (content === "") return null;
  try {
    const path = firstDifference(machineBlock(content), block, ["frontmatter"]);
    return path === undefined ? null : differs(file, text, path, "its Markdown");
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    const facts = { ...placeIn(text, ["content"], file), reason: error.message, content_line: error.line };
    return new AssembledFault("MARKDOWN_UNREADABLE", facts);
  }
}

/** The fields that a compiler made of the front matter. A transform of several atoms is compiled from more than that. */
function compiledFaults(
  file: string,
  { fqdn, text, envelope, frontmatter }: ParsedArtifact,
  generation: Generation,
  block: JsonObject,
): readonly Fault[] {
  const derived = derivedFor(deriveAssembled(fqdn, block), generation);
  const expected: JsonObject = { ...derived };
  const isMolecule = wordOf(fqdn) === "CT" && own(objectAt(frontmatter, "machine"), "ct_kind") !== "atom";
  return ["frontmatter", ...(isMolecule ? [] : ["ct_ir"]), "cs_ir"].flatMap((member) => {
    const path = firstDifference(own(expected, member) ?? null, own(envelope, member) ?? null, [member]);
    return path === undefined ? [] : [differs(file, text, path, "its front matter")];
  });
}

/** The older variant does not repeat the purity in the atoms. */
function derivedFor({ ct_ir: ir, ...derived }: Derived, generation: Generation): Derived {
  if (ir === undefined) return derived;
  if (generation === "v5") return { ...derived, ct_ir: ir };
  const stream = (own(ir, "atom_stream") as readonly JsonObject[]).map(({ purity: _, ...atom }) => atom);
  return { ...derived, ct_ir: { ...ir, atom_stream: stream } };
}

function differs(file: string, text: string, path: Path, from: string): Fault {
  return new AssembledFault("COMPILED_FIELD_DIFFERS", {
    ...placeIn(text, nearestPath(text, path), file),
    pointer: pointer(path),
    from,
  });
}

/** A field that is absent shows at its member. */
function nearestPath(text: string, path: Path): Path {
  return placeIn(text, path, "").line > 1 ? path : path.slice(0, 1);
}

/** The front matter as it was before the full names were added to the nodes of a workflow. */
function withoutNodeNames({ fqdn, frontmatter }: ParsedArtifact): JsonObject {
  const core = own(frontmatter, "core");
  const nodes = isObject(core) ? own(core, "nodes") : undefined;
  if (wordOf(fqdn) !== "WF" || !isObject(core) || !isObject(nodes)) return frontmatter;
  const plain = Object.entries(nodes).map(([key, node]): readonly [string, Json] => {
    if (!isObject(node)) return [key, node];
    const { fqdn_id: _, ...rest } = node;
    return [key, rest];
  });
  return { ...frontmatter, core: { ...core, nodes: Object.fromEntries(plain) } };
}
