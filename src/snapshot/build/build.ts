/**
 * From authored Markdown to the files of a snapshot: one artifact each, the graphs of the workflows, the conformance
 * cases of the transforms, the index. The same Markdown always gives the same text. Nothing throws: what is wrong is
 * listed, all of it at once, and what is not wrong is made.
 */

import { sha256 } from "../../json/canonical.ts";
import { order, unicodeEscape } from "../../json/text.ts";
import { isObject, type Json, type JsonObject, type MutableJson, setOwn } from "../../json/value.ts";
import { ContentError, derive, machineBlock } from "../derive.ts";
import { codeOf, type Fqdn, isFqdn, wordOf } from "../fqdn.ts";
import { sentence } from "../hint.ts";
import { nearestName } from "../nearest-name.ts";
import { type AuthoredArtifact, ofKind, section } from "./authored.ts";
import type { AuthoredText } from "./authored-text.ts";
import { conformanceCases } from "./conformance.ts";
import { behaviourGraph, type GraphFlaw } from "./graph.ts";
import { artifactIndex, storeIndex } from "./index-file.ts";
import { contractProjection } from "./module-projection.ts";
import { inOrder, type Problem, type ProblemCode } from "./problem.ts";
import { readMarkdown } from "./read-markdown.ts";
import { mentionsIn, moduleReferences } from "./references.ts";
import {
  authorIt,
  type Identity,
  type ModuleRules,
  ownPathOf,
  RULE_CODES,
  type Tree,
  type TreeForm,
  treeOf,
} from "./tree.ts";

/** One file; `path` is below the authored folder. */
export interface AuthoredFile {
  readonly path: string;
  readonly text: string;
}

/** An artifact of another snapshot that authored ones may mention. */
export interface BaseArtifact {
  readonly fqdn: Fqdn;
  /** Below the snapshot. */
  readonly file: string;
  /** The text of that file. */
  readonly text: string;
  readonly content: string;
  readonly references: readonly string[];
}

export interface BuildOptions {
  /** The artifacts of the snapshot that is built upon. Those that are mentioned become part of what is built. */
  readonly base?: readonly BaseArtifact[];
  /** The Markdown of a capability that nobody authored; null for a name that is none. */
  readonly standard?: (name: Fqdn) => string | null;
  /** Whether a capability may be declared in what cannot be read. */
  readonly isUnread?: (name: string) => boolean;
  /** The names of all those capabilities, to find the one that was meant. */
  readonly capabilities?: readonly string[];
}

/** An artifact, and where its text comes from. */
export interface BuiltArtifact extends AuthoredArtifact {
  readonly identity: Identity;
  /** Below the authored folder; null where nobody authored it. */
  readonly source: string | null;
  readonly text: AuthoredText | null;
  /** The file as another snapshot has it. */
  readonly carried: string | null;
}

export interface Built {
  readonly form: TreeForm;
  /** Text by path below the snapshot, sorted by path: without what is wrong. */
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly Problem[];
  readonly artifacts: readonly BuiltArtifact[];
  /** Names whose files are there, but cannot be read. */
  readonly unread: ReadonlySet<string>;
  /** The capabilities that nobody authored, whose artifacts were made from their declarations. */
  readonly generated: readonly Fqdn[];
}

export function buildSnapshot(files: readonly AuthoredFile[], options: BuildOptions = {}): Built {
  const { base = [], capabilities = [], isUnread = () => false } = options;
  const problems: Problem[] = [];
  const authored = files.filter(({ path }) => !isAside(path, problems));
  const tree = treeOf(
    authored.map(({ path }) => path),
    rulesIn(authored, base),
  );
  const { artifacts: read, unread: notRead } = readAll(authored, tree, problems);
  const { artifacts, generated } = complete(read, notRead, options);
  const mentioned = artifacts.flatMap(({ derived }) => [...mentionsIn(derived.frontmatter)]);
  const unread = new Set([...notRead, ...mentioned.map(({ name }) => name).filter(isUnread)]);
  const known = new Set<string>([...artifacts.map(({ fqdn }) => fqdn), ...unread]);
  const nameable = [...new Set([...known, ...capabilities, ...base.map(({ fqdn }) => fqdn)])];
  if (tree.form === "own")
    for (const artifact of artifacts) reportUnknownNames(artifact, known, nameable, problems);
  const made = [
    ...artifacts.map((artifact) => [artifact.file, artifactText(artifact, artifacts, tree.form)] as const),
    ...ofKind(artifacts, "WF").flatMap((workflow) => graphFile(workflow, artifacts, tree.form, problems)),
    ...ofKind(artifacts, "CT").flatMap((transform) => caseFiles(transform, problems)),
    ["artifact_index/index.json", print(artifactIndex(artifacts))] as const,
    ["artifact_index/stores.json", print(storeIndex(artifacts, tree.form))] as const,
  ];
  return {
    form: tree.form,
    files: new Map(made.sort(([a], [b]) => order(a, b))),
    problems: inOrder(problems),
    artifacts,
    unread,
    generated,
  };
}

/** Files that are no artifacts: a page for people, the data of conformance tests, and what does not belong there. */
function isAside(path: string, problems: Problem[]): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name === "README.md" || name.startsWith(".") || /^TEST_DATA_.*\.md$/.test(name)) return true;
  if (name.endsWith(".md")) return false;
  problems.push({
    file: path,
    line: 1,
    column: 1,
    code: "STRAY_FILE",
    severity: "error",
    message: `${name} is not an authored file: those end with .md`,
    hint: "move it out of the authored folder, or remove it",
  });
  return true;
}

/** By the full name of an artifact, the file that authors it; files that author none are left out. */
export function authoredFiles(
  files: readonly AuthoredFile[],
  base: readonly BaseArtifact[],
): ReadonlyMap<string, AuthoredFile> {
  const tree = treeOf(
    files.map(({ path }) => path),
    rulesIn(files, base),
  );
  return new Map(
    files.flatMap((file) => {
      const identified = tree.identify(file.path);
      return "problem" in identified ? [] : [[identified.fqdn, file] as const];
    }),
  );
}

/** The rules of a tree of modules: among the files, else in the snapshot that is built upon. */
function rulesIn(files: readonly AuthoredFile[], base: readonly BaseArtifact[]): ModuleRules | null {
  const read = (which: keyof ModuleRules): JsonObject | null => {
    const isRule = (code: string) => RULE_CODES[which].test(code);
    const file = files.find(({ path }) => isRule(path.slice(path.lastIndexOf("/") + 1).replace(/\.md$/, "")));
    const content = file?.text ?? base.find(({ fqdn }) => isRule(codeOf(fqdn)))?.content;
    return content === undefined ? null : blockOf(content);
  };
  const [identity, discovery] = [read("identity"), read("discovery")];
  return identity === null || discovery === null ? null : { identity, discovery };
}

function blockOf(content: string): JsonObject | null {
  try {
    return machineBlock(content);
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    return null;
  }
}

function readAll(files: readonly AuthoredFile[], tree: Tree, problems: Problem[]) {
  const artifacts: BuiltArtifact[] = [];
  const unread = new Set<string>();
  const definitions = new Map<Fqdn, string>();
  for (const { path, text } of [...files].sort((a, b) => order(a.path, b.path))) {
    const identity = tree.identify(path);
    if ("problem" in identity) {
      problems.push(identity.problem);
      if (identity.meant !== null) unread.add(identity.meant);
      continue;
    }
    const earlier = definitions.get(identity.fqdn);
    if (earlier !== undefined) {
      const message = `${identity.fqdn} is already defined by ${earlier}`;
      const hint = `remove ${path}, or give it another name`;
      problems.push({ ...atStart(path, "SECOND_DEFINITION", message, hint), names: [path, earlier] });
      continue;
    }
    definitions.set(identity.fqdn, path);
    const { fqdn, kind, file } = identity;
    const isCodeStated = tree.form === "own";
    const reading = readMarkdown(path, text, { kind, code: codeOf(fqdn), isCodeStated });
    for (const problem of reading.problems) problems.push(problem);
    if (reading.block === null) unread.add(fqdn);
    else {
      const content = reading.text.text;
      const derived = derive(fqdn, content, reading.block);
      artifacts.push({
        fqdn,
        kind,
        file,
        content,
        derived,
        identity,
        source: path,
        text: reading.text,
        carried: null,
      });
    }
  }
  return { artifacts, unread };
}

function atStart(file: string, code: ProblemCode, message: string, hint: string): Problem {
  return { file, line: 1, column: 1, code, severity: "error", message, hint };
}

/** Adds what is mentioned and not authored: artifacts of the base, and standard capabilities. */
function complete(
  authored: readonly BuiltArtifact[],
  unread: ReadonlySet<string>,
  { base = [], standard = () => null }: BuildOptions,
) {
  const all = new Map<string, BuiltArtifact>(authored.map((one) => [one.fqdn, one]));
  const onBase = new Map<string, BaseArtifact>(base.map((one) => [one.fqdn, one]));
  const generated: Fqdn[] = [];
  const open = [...authored];
  for (let artifact = open.pop(); artifact !== undefined; artifact = open.pop()) {
    for (const name of namesIn(artifact, onBase.get(artifact.fqdn))) {
      if (all.has(name) || unread.has(name)) continue;
      const carried = onBase.get(name);
      const content = carried === undefined ? standard(name) : carried.content;
      if (content === null) continue;
      const added = addedArtifact(name, content, carried ?? null);
      if (carried === undefined) generated.push(name);
      all.set(name, added);
      open.push(added);
    }
  }
  return { artifacts: [...all.values()].sort((a, b) => order(a.fqdn, b.fqdn)), generated: generated.sort() };
}

function namesIn({ derived }: BuiltArtifact, carried: BaseArtifact | undefined): ReadonlySet<Fqdn> {
  const mentioned = [...mentionsIn(derived.frontmatter)].map(({ name }) => name);
  return new Set([...mentioned, ...(carried?.references.filter(isFqdn) ?? [])]);
}

function addedArtifact(fqdn: Fqdn, content: string, carried: BaseArtifact | null): BuiltArtifact {
  const kind = wordOf(fqdn);
  const standard = treeOf([], null).identify(ownPathOf(fqdn));
  if ("problem" in standard && carried === null) throw new Error(`${fqdn} has no place in a snapshot`);
  const file = carried?.file ?? ("file" in standard ? standard.file : "");
  const known = "file" in standard ? standard : { fqdn, kind, file, modulePath: "", layer: "" };
  const identity = { ...known, file };
  const derived = derive(fqdn, content);
  return {
    fqdn,
    kind,
    file,
    content,
    derived,
    identity,
    source: null,
    text: null,
    carried: carried?.text ?? null,
  };
}

// ---- names ----

function reportUnknownNames(
  { fqdn, source, text, derived }: BuiltArtifact,
  known: ReadonlySet<string>,
  nameable: readonly string[],
  problems: Problem[],
): void {
  if (source === null || text === null) return;
  for (const { name, path, part } of mentionsIn(derived.frontmatter)) {
    if (known.has(name) || name === fqdn || isNodeName(path)) continue;
    const nearest = nearestName(name, nameable);
    const at = `/${path.map(String).join("/")}`;
    const advice =
      nearest === null
        ? authorIt(name, "own")
        : {
            hint: sentence(
              at,
              part === "key" ? { do: "rename", to: nearest } : { do: "change", to: `"${nearest}"` },
            ),
          };
    const problem = { file: source, ...text.at(path, part), code: "UNKNOWN_NAME", severity: "error" } as const;
    const message = `${name} is mentioned, but no artifact defines it`;
    problems.push({ ...problem, message, ...advice, path });
  }
}

/** The full name that was made of a node's code: compiling the workflow reports it at the code. */
function isNodeName(path: readonly (string | number)[]): boolean {
  return path.length === 4 && path[1] === "nodes" && path[3] === "fqdn_id";
}

// ---- files ----

function artifactText(artifact: BuiltArtifact, all: readonly BuiltArtifact[], form: TreeForm): string {
  if (artifact.carried !== null) return artifact.carried;
  return form === "own"
    ? print(envelope(artifact, ownReferences(artifact)))
    : printAscii(moduleEnvelope(artifact, all));
}

function envelope(
  { fqdn, kind, content, derived, identity }: BuiltArtifact,
  references: readonly string[],
): JsonObject {
  return {
    artifact_code: codeOf(fqdn),
    artifact_type: kind,
    content,
    content_hash: sha256(content),
    fqdn_id: fqdn,
    ...derived,
    layer_code: identity.layer,
    module_path: identity.modulePath,
    namespace: fqdn.slice(0, fqdn.indexOf("::")),
    references,
    version: /_V(\d+)$/.exec(fqdn)?.[1] ?? "0",
  };
}

function moduleEnvelope(artifact: BuiltArtifact, all: readonly BuiltArtifact[]): JsonObject {
  const made = envelope(artifact, moduleReferences(artifact.derived.frontmatter, artifact.fqdn));
  if (artifact.kind !== "CC") return made;
  return {
    ...made,
    cc_projection: contractProjection(
      artifact,
      new Map<Json, AuthoredArtifact>(all.map((one) => [one.fqdn, one])),
    ),
  };
}

function ownReferences({ fqdn, derived }: BuiltArtifact): readonly string[] {
  const mentioned = new Set([...mentionsIn(derived.frontmatter)].map(({ name }) => name));
  mentioned.delete(fqdn);
  return [...mentioned].sort();
}

function graphFile(
  workflow: BuiltArtifact,
  artifacts: readonly BuiltArtifact[],
  form: TreeForm,
  problems: Problem[],
): readonly (readonly [string, string])[] {
  const made = behaviourGraph(workflow, artifacts, form);
  if (!("flaws" in made)) return [[made.file, print(made.graph, form === "own")]];
  for (const flaw of made.flaws) if (flaw.what === "CYCLE") reportCycle(workflow, flaw, problems);
  return [];
}

/** What has no start, or leads nowhere, is reported by compiling the workflow. */
function reportCycle(workflow: BuiltArtifact, { path, to }: GraphFlaw, problems: Problem[]): void {
  const { source, text } = workflow;
  if (source === null || text === null) return;
  const nodes = section(workflow, "core", "nodes");
  const exit = Object.keys(nodes).find((key) => section(workflow, "core", "nodes", key)["type"] === "EXIT");
  const at = `/${path.map(String).join("/")}`;
  const change =
    exit === undefined
      ? "a node that does not lead here"
      : `"${exit}", or to another node that does not lead here`;
  problems.push({
    file: source,
    ...text.at(path, "value"),
    code: "CYCLE",
    severity: "error",
    message: `${path[2]} leads back to ${to}, which leads to ${path[2]}`,
    hint: sentence(at, { do: "change", to: change }),
    path,
  });
}

function caseFiles(transform: BuiltArtifact, problems: Problem[]): readonly (readonly [string, string])[] {
  const { files, flaws } = conformanceCases(transform);
  const { source } = transform;
  for (const { line, message, hint } of flaws) {
    if (source !== null)
      problems.push({
        file: source,
        line,
        column: 1,
        code: "CONFORMANCE_CASE",
        severity: "error",
        message,
        hint,
      });
  }
  return files.map(([path, value]) => [path, print(value)] as const);
}

function print(value: JsonObject, isSorted = true): string {
  return `${JSON.stringify(isSorted ? withSortedKeys(value) : value, null, 2)}\n`;
}

/** As the compiler of a tree of modules writes it: ASCII, no line feed at the end. */
function printAscii(value: JsonObject): string {
  return JSON.stringify(withSortedKeys(value), null, 2).replace(/[\u0080-\uffff]/g, unicodeEscape);
}

function withSortedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (!isObject(value)) return value;
  const sorted: MutableJson = {};
  for (const key of Object.keys(value).sort()) setOwn(sorted, key, withSortedKeys(value[key] as Json));
  return sorted;
}
