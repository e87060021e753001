/**
 * The executed fields of an artifact, derived again from its sealed Markdown. What the runner executes is a
 * pure function of the text whose hash it has checked: this is that function (SPEC 2.1).
 */

import { type Document, isMap, isNode, isScalar, isSeq, parseDocument, Scalar, type Tags, visit } from "yaml";
import {
  isObject,
  type Json,
  type JsonObject,
  lineAt,
  lineFinder,
  type MutableJson,
  objectAt,
  own,
} from "../json.ts";
import { codeOf, type Fqdn, namespaceOf, qualify } from "./fqdn.ts";
import type { Path } from "./hint.ts";

export interface Derived {
  readonly frontmatter: JsonObject;
  readonly ct_ir?: JsonObject;
  readonly cs_ir?: JsonObject;
}

/** The Markdown has no Machine block, or one that YAML cannot read. `line` counts within `content`. */
export class ContentError extends Error {
  readonly line: number;

  constructor(reason: string, line: number) {
    super(reason);
    this.line = line;
  }
}

/** The heading, and its fence up to the line on which the block begins. */
const MACHINE = /^## Machine\s+(?<=\n)```yaml\s*\n/gm;
const FENCE = "\n```";

/** The YAML under `## Machine` and where in `content` it begins, in one pass; null where there is none. */
export function machineText(content: string): { readonly text: string; readonly start: number } | null {
  MACHINE.lastIndex = 0;
  if (!MACHINE.test(content)) return null;
  const start = MACHINE.lastIndex;
  const end = content.indexOf(FENCE, start);
  if (end !== -1) return { text: content.slice(start, end), start };
  // An empty block: the line break before its closing fence was taken for one before its text.
  return content.startsWith(`\n${FENCE}`, start - 2) ? { text: "", start: start - 1 } : null;
}

/** @throws ContentError */
export function derive(name: Fqdn, content: string): Derived {
  const block = machineBlock(content);
  const kind = codeOf(name).split("_", 1)[0];
  if (kind === "WF") return { frontmatter: withNodeNames(block, namespaceOf(name)) };
  if (kind === "CT") return { frontmatter: block, ct_ir: transformIr(name, block) };
  if (kind === "CS") return { frontmatter: block, cs_ir: effectIr(block) };
  return { frontmatter: block };
}

/** The object in the YAML block under `## Machine`, read as YAML 1.1. @throws ContentError */
export function machineBlock(content: string): JsonObject {
  const block = machineText(content);
  if (block === null) throw new ContentError("no ```yaml block under ## Machine", 1);
  const before = lineAt(content, block.start);
  const value = readYaml(block.text, before);
  if (!isObject(value)) throw new ContentError("the Machine block is not a mapping", before);
  return value;
}

/**
 * The line within `content` at which the Machine block says a field, by its path below the block; undefined where it
 * does not. The text that was asked last is not read again: many fields of one are asked for in a row.
 */
export function lineInContent(content: string, path: readonly string[]): number | undefined {
  if (lastAsked?.content !== content) lastAsked = { content, find: contentLines(content) };
  return lastAsked.find(path);
}

export type FindLine = (path: readonly string[]) => number | undefined;

let lastAsked: { readonly content: string; readonly find: FindLine } | undefined;

/** The same for texts that are asked in turn. */
export function contentLines(content: string): FindLine {
  const block = machineText(content);
  if (block === null) return () => undefined;
  const { contents } = parseDocument(block.text, yaml11());
  const lineOfOffset = lineFinder(content);
  return (path) => {
    const offset = offsetIn(contents, path);
    return offset === undefined ? undefined : lineOfOffset(block.start + offset);
  };
}

function offsetIn(contents: unknown, path: readonly string[]): number | undefined {
  let at = contents;
  let offset = 0;
  for (const part of path) {
    if (isMap(at)) {
      const pair = at.items.find(({ key }) => isScalar(key) && String(key.value) === part);
      if (pair === undefined) return undefined;
      offset = (pair.key as Scalar).range?.[0] ?? offset;
      at = pair.value;
    } else if (isSeq(at)) {
      at = at.items[Number(part)];
      if (!isNode(at)) return undefined;
      offset = at.range?.[0] ?? offset;
    } else return undefined;
  }
  return offset;
}

/** The line of the field, or of the nearest one around it that is there. */
export function lineAround(content: string, path: Path): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const line = lineInContent(content, path.slice(0, length).map(String));
    if (line !== undefined) return line;
  }
  return undefined;
}

const yaml11 = () =>
  ({ version: "1.1", schema: "yaml-1.1", customTags, merge: true, uniqueKeys: true }) as const;

/** YAML 1.1 without the types JSON does not have; `firstLine` is where the text begins. @throws ContentError */
export function readYaml(text: string, firstLine: number): Json {
  const document = parseDocument(text, yaml11());
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) {
    throw new ContentError(problem.code, firstLine + (problem.linePos?.[0].line ?? 1) - 1);
  }
  closeLastBlockScalar(document, text);
  const value: unknown = document.toJS({ maxAliasCount: 100 });
  return plain(value, firstLine);
}

/** YAML 1.1 lets a lone `y` or `n` be a truth value; the compilers of this family read them as texts. */
function customTags(tags: Tags): Tags {
  return tags.map((tag) => {
    const isTruth =
      typeof tag === "object" &&
      tag.tag === "tag:yaml.org,2002:bool" &&
      "test" in tag &&
      tag.test !== undefined;
    if (!isTruth) return tag;
    const value = tag.test?.test("yes") === true;
    return {
      ...tag,
      test: value ? /^(?:[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)$/ : /^(?:[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)$/,
    };
  });
}

/**
 * A block scalar that ends with the text, not with a line break, keeps none: the compilers of this family
 * read YAML that way, while the library always adds one.
 */
function closeLastBlockScalar(document: Document.Parsed, text: string): void {
  visit(document, {
    Scalar(_, node) {
      const isBlock = node.type === Scalar.BLOCK_FOLDED || node.type === Scalar.BLOCK_LITERAL;
      if (!isBlock || (node.range?.[1] ?? 0) < text.length || typeof node.value !== "string") return;
      node.value = node.value.replace(/\n$/, "");
    },
  });
}

function plain(value: unknown, line: number): Json {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isFinite(value)) return value;
  if (Array.isArray(value)) return value.map((item) => plain(item, line));
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, line)]));
  }
  throw new ContentError("a value that JSON cannot hold; quote it", line);
}

/** The compiler's one addition: each node that names a code also carries the full name. */
function withNodeNames(block: JsonObject, namespace: string): JsonObject {
  const core = own(block, "core");
  const nodes = isObject(core) ? own(core, "nodes") : undefined;
  if (!isObject(core) || !isObject(nodes)) return block;
  const named: MutableJson = {};
  for (const [key, node] of Object.entries(nodes)) {
    const code = isObject(node) ? own(node, "code") : undefined;
    named[key] =
      isObject(node) && typeof code === "string" ? { ...node, fqdn_id: qualify(code, namespace) } : node;
  }
  return { ...block, core: { ...core, nodes: named } };
}

function transformIr(name: Fqdn, block: JsonObject): JsonObject {
  const core = objectAt(block, "core");
  const implementation = objectAt(objectAt(block, "machine"), "implementation");
  const inputs = objectAt(core, "inputs");
  return {
    atom_stream: [
      {
        args: Object.fromEntries(Object.keys(inputs).map((input) => [input, `$.inputs.${input}`])),
        atom: name,
        handler_ref: handlerRef(implementation),
        out: ATOM_RESULT,
      },
    ],
    ct_code: own(block, "ct_code") ?? null,
    ct_composition_version: "V0",
    ct_fqdn: name,
    inputs,
    outputs: Object.fromEntries(
      Object.keys(objectAt(core, "outputs")).map((output) => [output, { from: ATOM_RESULT }]),
    ),
  };
}

const ATOM_RESULT = "__atom_result__";

function effectIr(block: JsonObject): JsonObject {
  const core = objectAt(block, "core");
  return {
    cs_metadata: {
      capability: { supported_operation_specs: own(objectAt(core, "policy"), "operations") ?? [] },
      operations: { operations: objectAt(core, "operations") },
    },
    handler_ref: handlerRef(objectAt(block, "implementation")),
  };
}

function handlerRef(implementation: JsonObject): JsonObject {
  return { callable: own(implementation, "callable") ?? null, module: own(implementation, "module") ?? null };
}
