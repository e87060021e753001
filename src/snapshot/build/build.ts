/**
 * From authored Markdown to the files of a snapshot: one artifact each, the graphs of the workflows, the conformance
 * cases of the transforms, the index. The same Markdown always gives the same text. Nothing throws: what is wrong is
 * listed, all of it at once, and what is not wrong is made.
 */

import { order } from "../../json/text.ts";
import { derive, deriveAssembled } from "../derive.ts";
import { codeOf, type Fqdn } from "../fqdn.ts";
import { sentence } from "../hint.ts";
import { artifactText } from "./artifact-text.ts";
import {
  type AuthoredFile,
  type BaseArtifact,
  type BuildOptions,
  type BuiltArtifact,
  ofKind,
  section,
} from "./authored.ts";
import { complete } from "./complete.ts";
import { conformanceCases } from "./conformance.ts";
import { copies } from "./copies.ts";
import { behaviourGraph, type GraphFlaw } from "./graph.ts";
import type { Tree, TreeForm } from "./identity.ts";
import { artifactIndex, storeIndex } from "./index-file.ts";
import { print, printGraph } from "./print.ts";
import { inOrder, onePerField, type Problem, type ProblemCode } from "./problem.ts";
import { assembledFiles } from "./projection/assembled-files.ts";
import { readMarkdown } from "./read-markdown.ts";
import { mentionsIn } from "./references.ts";
import { rulesIn } from "./rules.ts";
import { treeOf } from "./tree.ts";
import { wrongReferences } from "./typed-references.ts";
import { unknownNames } from "./unknown-names.ts";

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
  const rules = rulesIn(files, base);
  if (rules.problems.length > 0) return nothing(rules.problems);
  const tree = treeOf(
    files.map(({ path }) => path),
    rules,
  );
  const problems: Problem[] = [...baseProblems(base, tree.form)];
  if (problems.length > 0) return nothing(problems);
  const authored = files.filter(({ path }) => !isAside(path, tree.form, problems));
  const { artifacts: read, unread: notRead } = readAll(authored, tree, problems);
  const { artifacts, generated } = complete(read, notRead, tree, options);
  const mentioned = artifacts.flatMap(({ derived }) => [...mentionsIn(derived.frontmatter)]);
  const unread = new Set([...notRead, ...mentioned.map(({ name }) => name).filter(isUnread)]);
  const known = new Set<string>([...artifacts.map(({ fqdn }) => fqdn), ...unread]);
  const nameable = [...new Set([...known, ...capabilities, ...base.map(({ fqdn }) => fqdn)])];
  const mistaken =
    tree.form === "assembled" ? artifacts.flatMap((artifact) => wrongReferences(artifact, known)) : [];
  const unknown = artifacts.flatMap((artifact) => unknownNames(artifact, { known, nameable }, tree.form));
  for (const problem of unknown) problems.push(problem);
  const texts = new Map(
    artifacts.map((artifact) => [artifact.file, artifactText(artifact, artifacts, tree.form)]),
  );
  const made: (readonly [string, string])[] = [
    ...texts,
    ...(options.others ?? []),
    ...ofKind(artifacts, "WF").flatMap((workflow) => graphFile(workflow, artifacts, tree.form, problems)),
    ...(tree.form === "assembled"
      ? copies(artifacts, texts, rules.domains)
      : workspaceFiles(artifacts, tree.form, problems)),
  ];
  return {
    form: tree.form,
    files: sorted(tree.form === "assembled" ? [...made, ...assembledFiles(new Map(made))] : made),
    problems: inOrder(onePerField([...mistaken, ...problems])),
    artifacts,
    unread,
    generated,
  };
}

function sorted(files: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  return new Map([...files].sort(([a], [b]) => order(a, b)));
}

/** Where nothing can be made, because it is not known what the paths of the files mean. */
function nothing(problems: readonly Problem[]): Built {
  const none = { files: new Map(), artifacts: [], unread: new Set<string>(), generated: [] };
  return { form: "assembled", ...none, problems: inOrder(problems) };
}

function baseProblems(base: readonly BaseArtifact[], form: TreeForm): readonly Problem[] {
  const isAssembled = base[0]?.file.startsWith("canonical/") ?? form === "assembled";
  if (isAssembled === (form === "assembled")) return [];
  const [here, there] = form === "assembled" ? ["an assembled snapshot", "none"] : ["none", "one"];
  const message = `the Markdown makes ${here}, and the snapshot that it is built upon is ${there}`;
  const hint = form === "assembled" ? BASE_HINT : DOMAIN_HINT;
  return [atStart(".", "OTHER_FORM", message, hint)];
}

const BASE_HINT = "name an assembled snapshot with --onto DIR, or none";
const DOMAIN_HINT =
  "add the artifact STRUCTURE_BUILD_<NAME>_CONFIG_V0 of a domain, or name another snapshot with --onto DIR";

/** What only a workspace has: conformance cases that the Markdown has, and the index. */
function workspaceFiles(artifacts: readonly BuiltArtifact[], form: TreeForm, problems: Problem[]) {
  return [
    ...ofKind(artifacts, "CT").flatMap((transform) => caseFiles(transform, problems)),
    ["artifact_index/index.json", print(artifactIndex(artifacts))] as const,
    ["artifact_index/stores.json", print(storeIndex(artifacts, form))] as const,
  ];
}

/** Files that are no artifacts: a page for people, the data of conformance tests, and what does not belong there. */
function isAside(path: string, form: TreeForm, problems: Problem[]): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  if (name === "README.md" || name.startsWith(".")) return true;
  if (form !== "assembled" && /^TEST_DATA_.*\.md$/.test(name)) return true;
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
    const reading = readMarkdown(path, text, { kind, code: codeOf(fqdn), fqdn, form: tree.form });
    for (const problem of reading.problems) problems.push(problem);
    if (reading.block === null) unread.add(fqdn);
    else {
      const content = reading.text.text;
      const { block } = reading;
      const derived = tree.form === "assembled" ? deriveAssembled(fqdn, block) : derive(fqdn, content, block);
      artifacts.push({
        fqdn,
        kind,
        file,
        content,
        derived,
        identity,
        block,
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

// ---- files ----

function graphFile(
  workflow: BuiltArtifact,
  artifacts: readonly BuiltArtifact[],
  form: TreeForm,
  problems: Problem[],
): readonly (readonly [string, string])[] {
  const made = behaviourGraph(workflow, artifacts, form);
  if (!("flaws" in made)) return [[made.file, printGraph(made.graph, form)]];
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
