/**
 * Derives the executed fields of an artifact from its sealed Markdown. What the runner executes is a
 * pure function of the text whose hash it has checked; this is that function (SPEC 2.1).
 */

import { isMap, isNode, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from "yaml";
import { DEPTH } from "../json/limits.ts";
import { lineAt, lineFinder } from "../json/text.ts";
import { TextMemory } from "../json/text-memory.ts";
import {
  deepFreeze,
  isObject,
  type Json,
  type JsonObject,
  type MutableJson,
  objectAt,
  own,
} from "../json/value.ts";
import { parsed, readYamlText, YamlFlaw } from "../json/yaml-text.ts";
import { codeOf, type Fqdn, namespaceOf, qualify, wordOf } from "./fqdn.ts";
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
const MACHINE = /^## Machine\s+(?<=\n)```yaml(\s*\n)/m;
const FENCE = "\n```";

/** The YAML under `## Machine` and where in `content` it begins, in one pass; null where there is none. */
export function machineText(content: string): { readonly text: string; readonly start: number } | null {
  const found = MACHINE.exec(content);
  if (found === null) return null;
  const [opening, blank = ""] = found;
  const start = found.index + opening.length;
  const end = content.indexOf(FENCE, start);
  if (end !== -1) return { text: content.slice(start, end), start };
  // A blank block: the line break before its closing fence was taken for the one before its text.
  const before = blank.lastIndexOf("\n", blank.length - 2);
  if (blank.length === 1 || before === -1 || !content.startsWith(FENCE, start - 1)) return null;
  const text = blank.slice(before + 1, -1);
  return { text, start: start - 1 - text.length };
}

/** `block` is the Machine block of the content, where it is read already. @throws ContentError */
export function derive(name: Fqdn, content: string, block: JsonObject = machineBlock(content)): Derived {
  const kind = wordOf(name);
  if (kind === "WF") return { frontmatter: withNodeNames(block, namespaceOf(name)) };
  if (kind === "CT") return { frontmatter: block, ct_ir: transformIr(name, block) };
  if (kind === "CS") return { frontmatter: block, cs_ir: effectIr(block) };
  return { frontmatter: block };
}

/** The same in an assembled snapshot, whose front matter is the block: copies have no Markdown. */
export function deriveAssembled(name: Fqdn, block: JsonObject): Derived {
  const derived = derive(name, "", block);
  if (derived.ct_ir === undefined) return derived;
  const { ct_code: _, atom_stream: atoms, ...shared } = derived.ct_ir;
  const purity = own(objectAt(block, "machine"), "ct_purity") ?? null;
  const stream = (atoms as readonly JsonObject[]).map((atom) => ({ ...atom, purity }));
  return { ...derived, ct_ir: { ...shared, artifact_code: codeOf(name), atom_stream: stream } };
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
 * Finds the line of a field in the Machine block of a text, by its path below the block; undefined if the field is
 * absent.
 */
export type FindLine = (path: readonly string[]) => number | undefined;

/** Finds fields of one text, which is read once. */
export function contentLines(content: string): FindLine {
  const find = contentOffsets(content);
  const lineOfOffset = lineFinder(content);
  return (path) => {
    const found = find(path);
    return found === undefined ? undefined : lineOfOffset(found.key);
  };
}

/** Where a field and its value begin in a text; of an item of a list, both are the same. */
export interface FieldOffsets {
  readonly key: number;
  readonly value: number;
}

/** The same as `contentLines`, exactly. */
export function contentOffsets(content: string): (path: readonly string[]) => FieldOffsets | undefined {
  const block = machineText(content);
  if (block === null) return () => undefined;
  const contents = contentsOf(block.text);
  const members = new Map<YAMLMap, ReadonlyMap<string, Pair>>();
  const membersOf = (map: YAMLMap) => {
    const known = members.get(map) ?? membersByName(map);
    members.set(map, known);
    return known;
  };
  return (path) => {
    const found = offsetsIn(contents, path, membersOf);
    return found && { key: block.start + found.key, value: block.start + found.value };
  };
}

/** Null for a text that the parser cannot handle. */
function contentsOf(text: string): unknown {
  try {
    return parsed(text, "1.1").document.contents;
  } catch (error) {
    if (error instanceof YamlFlaw) return null;
    throw error;
  }
}

/** The first member of each name. */
function membersByName({ items }: YAMLMap): ReadonlyMap<string, Pair> {
  return new Map(
    items.flatMap((pair) => (isScalar(pair.key) ? [[String(pair.key.value), pair] as const] : [])).reverse(),
  );
}

function offsetsIn(
  contents: unknown,
  path: readonly string[],
  membersOf: (map: YAMLMap) => ReadonlyMap<string, Pair>,
): FieldOffsets | undefined {
  let at = contents;
  let key = 0;
  for (const part of path) {
    if (isMap(at)) {
      const pair = membersOf(at).get(part);
      if (pair === undefined) return undefined;
      key = (pair.key as Scalar).range?.[0] ?? key;
      at = pair.value;
    } else if (isSeq(at)) {
      at = at.items[Number(part)];
      if (!isNode(at)) return undefined;
      key = at.range?.[0] ?? key;
    } else return undefined;
  }
  return { key, value: (isNode(at) ? at.range?.[0] : undefined) ?? key };
}

/** The line of the field, or of its nearest existing parent. */
export function lineAround(find: FindLine, path: Path): number | undefined {
  for (let length = path.length; length > 0; length--) {
    const line = find(path.slice(0, length).map(String));
    if (line !== undefined) return line;
  }
  return undefined;
}

/** One command may read an artifact several times: `gate` does so for each of its parts. */
const known = new TextMemory<Json>();

/**
 * YAML 1.1 without the types JSON does not have, frozen; `firstLine` is where the text begins.
 * @throws ContentError
 */
export function readYaml(text: string, firstLine: number): Json {
  return known.recall(text, () => deepFreeze(readNew(text, firstLine)));
}

function readNew(text: string, firstLine: number): Json {
  try {
    return readYamlText(text, "1.1", DEPTH.snapshot - 1).value;
  } catch (error) {
    if (!(error instanceof YamlFlaw)) throw error;
    throw new ContentError(error.message, firstLine + error.line - 1);
  }
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
