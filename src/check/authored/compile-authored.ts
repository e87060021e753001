/**
 * Compiles a folder of authored Markdown: builds the files of the snapshot, compiles every workflow and contract in
 * them, and reports everything that is wrong at its place in the Markdown.
 */

import { capabilityMarkdown } from "../../capabilities/markdown.ts";
import { LOCK_FILE } from "../../capabilities/packages/locked-provider.ts";
import type { Registry } from "../../capabilities/registry.ts";
import { parsePointer, pointer } from "../../json/pointer.ts";
import { valueAt } from "../../json/text.ts";
import type { JsonObject } from "../../json/value.ts";
import type { CompiledWorkflow } from "../../plan/analysis/compiled-snapshot.ts";
import { findingsOfContract } from "../../plan/findings.ts";
import type { Finding } from "../../plan/plan.ts";
import type { Files } from "../../ports.ts";
import type { BuiltArtifact } from "../../snapshot/build/authored.ts";
import { type Built, buildSnapshot } from "../../snapshot/build/build.ts";
import type { TreeForm } from "../../snapshot/build/identity.ts";
import { inOrder, type Problem } from "../../snapshot/build/problem.ts";
import { authorIt } from "../../snapshot/build/tree.ts";
import { parseStrict } from "../../snapshot/envelope.ts";
import { type Fqdn, fqdnOfFile, namespaceOf, qualify } from "../../snapshot/fqdn.ts";
import { type Change, fieldPointer, type Path, sentence } from "../../snapshot/hint.ts";
import type { Reason } from "../../snapshot/parse.ts";
import { type Entry, type Read, readEntry } from "../analysis/entries.ts";
import { type SnapshotModel, snapshotModelOf } from "../analysis/snapshot-model.ts";
import { declarationFlaws } from "./declarations.ts";
import { AuthoredFault } from "./errors.ts";
import { readAuthored, readBase } from "./read-authored.ts";

export interface CompileRequest {
  /** The folder of authored Markdown. */
  readonly authored: string;
  /** A snapshot whose artifacts may be mentioned, and become part of what is made. */
  readonly onto?: string | null;
  readonly files: Files;
  /** Not held to the lock of a snapshot: the lock is made here, too. */
  readonly registry: Registry;
  /** The lock of the capability packages; null where the workspace names none. */
  readonly lock: string | null;
  /** What is wrong in the packages, and whether what could not be loaded of them may declare a capability. */
  readonly packages?: { readonly problems: readonly Problem[]; mayDeclare(code: string): boolean };
}

export interface Compilation {
  /** Text by path below the snapshot; whole only where there is no error. */
  readonly files: ReadonlyMap<string, string>;
  /** Errors and warnings, by file, line and column. */
  readonly problems: readonly Problem[];
  /** By path below the snapshot: the file that authors the artifact there. */
  readonly sources: ReadonlyMap<string, string>;
  /** How many artifacts there are, those that nobody authored among them. */
  readonly artifacts: number;
  /** The capabilities whose artifacts were made from their declarations. */
  readonly generated: readonly Fqdn[];
  readonly form: TreeForm;
}

/**
 * The files alone, and what is wrong before any workflow is compiled.
 * @throws AuthoredFault, SnapshotFault where there is nothing to build, or nothing to build upon
 */
export function buildAuthored(request: CompileRequest): Compilation {
  return toCompilation(build(request));
}

/** @throws AuthoredFault, SnapshotFault where there is nothing to compile, or nothing to build upon */
export async function compileAuthored(request: CompileRequest): Promise<Compilation> {
  const { built, reported } = build(request);
  const model = await modelOf(built, request.authored, request.registry);
  const planned = problemsIn(model, built, reported);
  return toCompilation({
    built,
    reported: [...reported, ...planned.filter((one) => !isKnown(one, reported))],
  });
}

interface Reported {
  readonly built: Built;
  readonly reported: readonly Problem[];
}

function build(request: CompileRequest): Reported {
  const { authored, onto = null, files, registry, lock, packages } = request;
  const read = readAuthored(authored, files);
  if (read.files.length === 0 && read.problems.length === 0)
    throw new AuthoredFault("AUTHORED_EMPTY", { folder: authored });
  const built = buildSnapshot(read.files, {
    others: new Map(lock === null ? [] : [[LOCK_FILE, lock]]),
    base: onto === null ? [] : readBase(onto, files),
    capabilities: registry.all().map(({ declared }) => declared.code),
    standard(name, form) {
      const capability = registry.capability(name);
      return capability === undefined ? null : capabilityMarkdown(capability, name, form);
    },
    isUnread: (name) => packages?.mayDeclare(name) ?? false,
  });
  const declared = differingDeclarations(built, registry);
  return { built, reported: [...(packages?.problems ?? []), ...read.problems, ...built.problems, ...declared] };
}

function toCompilation({ built, reported }: Reported): Compilation {
  return {
    files: built.files,
    problems: inOrder(reported),
    sources: new Map(built.artifacts.flatMap(({ file, source }) => (source === null ? [] : [[file, source]]))),
    artifacts: built.artifacts.length,
    generated: built.generated,
    form: built.form,
  };
}

export function errorsIn({ problems }: Pick<Compilation, "problems">): readonly Problem[] {
  return problems.filter(({ severity }) => severity === "error");
}

/** What is wrong at a place, above it or below it, was reported there already. */
function isKnown(problem: Problem, reported: readonly Problem[]): boolean {
  const at = problem.path === undefined ? null : `${pointer(problem.path)}/`;
  return reported.some(({ file, path, line }) => {
    if (file !== problem.file) return false;
    if (path === undefined || at === null) return line === problem.line;
    const other = `${pointer(path)}/`;
    return at.startsWith(other) || other.startsWith(at);
  });
}

// ---- capabilities ----

function differingDeclarations({ artifacts }: Built, registry: Registry): readonly Problem[] {
  return artifacts.flatMap((artifact) =>
    declarationFlaws(artifact.fqdn, artifact.derived.frontmatter, registry).flatMap((flaw) =>
      toProblem(artifact, { ...flaw, code: "DECLARATION_DIFFERS", severity: "error" }),
    ),
  );
}

type Unplaced = Pick<Problem, "code" | "severity" | "message" | "hint" | "names"> & { readonly path: Path };

/** Nothing for an artifact that nobody authored. */
function toProblem({ source, text }: BuiltArtifact, { path, ...said }: Unplaced): readonly Problem[] {
  if (source === null || text === null) return [];
  // A wrong name is a key where it is to be renamed, else a value.
  const part = /^(?:rename|remove) /.test(said.hint) ? "key" : "value";
  return [{ file: source, ...text.at(path, part), ...said, path }];
}

// ---- workflows and contracts ----

async function modelOf(
  { files, artifacts, form }: Built,
  folder: string,
  registry: Registry,
): Promise<SnapshotModel> {
  const roleOf = form === "assembled" ? () => "read" as const : undefined;
  const entries = new Map<string, Entry>();
  const documents = new Map<string, JsonObject>();
  // A copy of a capability is no artifact of its own.
  const owners = new Set(artifacts.map(({ file }) => file));
  for (const [path, text] of files) {
    const bytes = Buffer.from(text);
    if (owners.has(path)) {
      const entry = readEntry({ path, bytes }, roleOf);
      entries.set(entry.fqdn, entry);
    } else if (fqdnOfFile(path) === undefined) documents.set(path, parseStrict(path, bytes));
  }
  const read: Read = {
    entries,
    documents,
    texts: files,
    isSealed: false,
    paths: [...files.keys()],
    faults: [],
  };
  return snapshotModelOf(read, [], folder, registry);
}

function problemsIn(
  { workflows, contracts }: SnapshotModel,
  built: Built,
  reported: readonly Problem[],
): readonly Problem[] {
  const byName = new Map<string, BuiltArtifact>(built.artifacts.map((one) => [one.fqdn, one]));
  const byFile = new Map(built.artifacts.map((one) => [one.file, one]));
  const wrong = new Set(reported.filter(({ severity }) => severity === "error").map(({ file }) => file));
  const isWrong = (name: string) => wrong.has(byName.get(name)?.source ?? "") || built.unread.has(name);
  const causes = [
    ...workflows.flatMap((workflow) => causesOf(workflow, isWrong)),
    ...contracts.flatMap((contract) => contract.causes),
  ];
  const findings = [
    ...workflows.flatMap(({ artifact, plan }) =>
      (plan?.findings ?? []).filter((one) => !followsFromError(one, artifact.fqdn, plan, isWrong)),
    ),
    ...contracts.flatMap(({ contract, uses }) =>
      contract === null || uses.length > 0 ? [] : findingsOfContract(contract, false),
    ),
  ];
  return [
    ...causes.flatMap((cause) => {
      const artifact = byName.get(cause.artifact.fqdn);
      return artifact === undefined || isUnread(cause, artifact, built)
        ? []
        : toProblem(artifact, reasonOf(cause, byName, built.form));
    }),
    ...meantOnce(findings).flatMap((finding) => {
      const artifact = byFile.get(finding.file);
      return artifact === undefined ? [] : toProblem(artifact, findingOf(finding));
    }),
  ];
}

/** Whether the finding may be gone as soon as another file, or the rest of the graph, is right. */
function followsFromError(
  { code, facts }: Finding,
  workflow: Fqdn,
  plan: CompiledWorkflow["plan"],
  isWrong: (name: string) => boolean,
): boolean {
  if (code === "NODE_UNREACHABLE") return isWrong(workflow);
  const node = plan?.nodes.get(String(facts["node"]));
  return node?.type === "CC" && isWrong(node.contract.fqdn);
}

/**
 * The reasons why a workflow does not compile. Where the workflow, or what binds its side effects, is wrong itself, what
 * that makes of its contracts is left out: each is compiled alone, too.
 */
function causesOf(
  { artifact, table, causes }: CompiledWorkflow,
  isWrong: (name: string) => boolean,
): readonly Reason[] {
  const isOwn = (reason: Reason) => reason.artifact.fqdn === artifact.fqdn;
  const isUnsure = isWrong(artifact.fqdn) || isWrong(table.runtimeBinding) || hasUnboundStorage(causes);
  const kept = isUnsure ? causes.filter(isOwn) : causes;
  const hasStart = !kept.some(({ code }) => code === "NO_START" || code === "START_NOT_IN");
  return hasStart ? kept : kept.filter(({ code }) => code !== "TWO_STARTS");
}

/** Whether the runtime binding or its structure cannot be found. */
function hasUnboundStorage(causes: readonly Reason[]): boolean {
  return causes.some(({ path }) => ["runtime_binding", "storage_structure"].includes(String(path.at(-1))));
}

/** Whether the reason is that an artifact cannot be read, which is reported there. */
function isUnread({ artifact, code, path }: Reason, { derived }: BuiltArtifact, { unread }: Built): boolean {
  if (!["UNKNOWN_REFERENCE", "NO_IMPLEMENTATION", "CAPABILITY_MISSING"].includes(code)) return false;
  const named = valueAt(derived.frontmatter, path);
  return typeof named === "string" && unread.has(qualify(named, namespaceOf(artifact.fqdn)));
}

function reasonOf(reason: Reason, byName: ReadonlyMap<string, BuiltArtifact>, form: Built["form"]): Unplaced {
  const { code, what: message } = reason;
  const path = asAuthored(reason.path, reason.artifact.frontmatter);
  return { code, severity: "error", message, path, ...adviceOf(reason, byName, form) };
}

/** A node's full name is made of its code, which is what the Markdown has. */
function asAuthored(path: Path, frontmatter: JsonObject): Path {
  if (path.at(-1) !== "fqdn_id") return path;
  const code = [...path.slice(0, -1), "code"];
  return valueAt(frontmatter, code) === undefined ? path : code;
}

type Advice = Pick<Problem, "hint" | "names">;

function adviceOf(reason: Reason, byName: ReadonlyMap<string, BuiltArtifact>, form: Built["form"]): Advice {
  const { hint } = reason;
  if (hint === undefined) return { hint: "correct it, or remove it" };
  if (typeof hint === "string") return missingFile(hint, form) ?? { hint };
  const { artifact = reason.artifact, at = reason.path, ...change } = hint;
  const path = asAuthored(at, artifact.frontmatter);
  const text = sentence(pointer(path), path === at ? change : withShortName(change, artifact.fqdn));
  const source = byName.get(artifact.fqdn)?.source ?? null;
  if (artifact.fqdn === reason.artifact.fqdn || source === null) return { hint: text };
  return { hint: `in ${source}, ${text}`, names: [source] };
}

/** A code means the artifact of the same namespace. */
function withShortName(change: Change, fqdn: Fqdn): Change {
  if (change.do !== "change") return change;
  return { do: "change", to: change.to.replace(`"${namespaceOf(fqdn)}::`, '"') };
}

/** Of a file that the snapshot lacks; null for any other hint. */
function missingFile(hint: string, form: Built["form"]): Advice | null {
  const [, file] = /^add (\S+) to the snapshot$/.exec(hint) ?? [];
  if (file === undefined) return null;
  const name = fqdnOfFile(file);
  return name === undefined ? { hint: `add ${file}` } : authorIt(name, form);
}

/** A misspelt outcome is two findings: one that cannot happen, and one that has no route. */
function meantOnce(findings: readonly Finding[]): readonly Finding[] {
  const renamed = new Set<string>();
  return findings.filter(({ file, hint }) => {
    if (hint === undefined || !isRename(hint.text)) return true;
    const key = `${file}\0${hint.text}`;
    if (renamed.has(key)) return false;
    renamed.add(key);
    return true;
  });
}

function isRename(hint: string): boolean {
  return hint.startsWith("rename ");
}

/** A name that was obviously meant to be another is an error, everything else a matter of `pgs check`. */
function findingOf({ code, what, pointer: at, hint }: Finding): Unplaced {
  const found = parsePointer(at).slice(1);
  if (hint === undefined) return { code, severity: "warning", message: what, path: found, hint: NO_FIX };
  const text = hint.text.replace(fieldPointer(hint.path), pointer(hint.path));
  if (isRename(text)) return { code, severity: "error", message: what, path: hint.path, hint: text };
  return { code, severity: "warning", message: what, path: found, hint: text };
}

const NO_FIX = "correct it; pgs check says why it matters";
