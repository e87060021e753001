/**
 * From authored Markdown to the files of the snapshot: one artifact each, the graphs of the workflows, the
 * conformance cases of the transforms, the index. The same Markdown always gives the same text.
 */

import { sha256 } from "../../json/canonical.ts";
import { isObject, type Json, type JsonObject, type MutableJson, own, setOwn } from "../../json/value.ts";
import { ContentError, type Derived, derive } from "../derive.ts";
import { codeOf, type Fqdn, GOVERNANCE_FOLDERS, isFqdn, KIND_FOLDERS, namespaceOf, wordOf } from "../fqdn.ts";
import { AuthorError, type AuthoredArtifact, ofKind } from "./authored.ts";
import { conformanceCases } from "./conformance.ts";
import { behaviourGraph } from "./graph.ts";
import { artifactIndex, storeIndex } from "./index-file.ts";

/** One Markdown file; `path` is below `authored/`. */
export interface AuthoredFile {
  readonly path: string;
  readonly text: string;
}

/** Folders below the snapshot that hold nothing but what `author` makes. */
export const GENERATED = [
  "artifact_index",
  "artifacts",
  "behavior_logic",
  "conformance",
  "governance",
] as const;

/** Text by path below the snapshot, sorted by path. @throws AuthorError */
export function buildSnapshot(files: readonly AuthoredFile[]): ReadonlyMap<string, string> {
  const artifacts = files.map(readArtifact).sort((a, b) => order(a.fqdn, b.fqdn));
  const names = new Set<string>(artifacts.map(({ fqdn }) => fqdn));
  const made: (readonly [string, JsonObject])[] = [
    ...artifacts.map((artifact) => [artifact.file, envelope(artifact, names)] as const),
    ...ofKind(artifacts, "WF").map((workflow) => {
      const [file, graph] = behaviourGraph(workflow, artifacts);
      return [file, graph] as const;
    }),
    ...ofKind(artifacts, "CT").flatMap(conformanceCases),
    ["artifact_index/index.json", artifactIndex(artifacts)],
    ["artifact_index/stores.json", storeIndex(artifacts)],
  ];
  return new Map(made.map(([path, value]) => [path, print(value)] as const).sort(([a], [b]) => order(a, b)));
}

export type Difference = { readonly path: string; readonly what: "missing" | "stale" | "differs" };

/** The differences between existing and generated files, by path; empty if they agree. */
export function differences(
  made: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): readonly Difference[] {
  const wrong = [...made].flatMap(([path, text]): Difference[] => {
    if (!found.has(path)) return [{ path, what: "missing" }];
    return found.get(path) === text ? [] : [{ path, what: "differs" }];
  });
  const stale = [...found.keys()].filter((path) => !made.has(path));
  return [...wrong, ...stale.map((path): Difference => ({ path, what: "stale" }))].sort((a, b) =>
    order(a.path, b.path),
  );
}

function readArtifact({ path, text }: AuthoredFile): AuthoredArtifact {
  const [, governance = "", folder, name] = /^(governance\/)?([a-z_]+)\/(.+)\.md$/.exec(path) ?? [];
  const fqdn = name?.replace("__", "::");
  if (!isFqdn(fqdn))
    throw new AuthorError(path, 1, "the file is not named <kind folder>/<namespace>__<CODE>.md");
  const code = codeOf(fqdn);
  const kind = wordOf(fqdn);
  const folders: Readonly<Record<string, string>> = governance === "" ? KIND_FOLDERS : GOVERNANCE_FOLDERS;
  if (folder !== folders[kind])
    throw new AuthorError(path, 1, `${code} does not belong in the folder ${folder}`);
  if (!text.startsWith(`# ${code}\n`)) throw new AuthorError(path, 1, `the first line is not "# ${code}"`);
  const derived = deriveAt(path, fqdn, text);
  const declared = own(derived.frontmatter, `${kind.toLowerCase()}_code`);
  if (declared !== code) throw new AuthorError(path, 1, `the Machine block declares the name ${declared}`);
  const file = `${governance}artifacts/${folder}/${name}.json`;
  return { fqdn, kind, source: path, file, content: text, derived };
}

function deriveAt(path: string, fqdn: Fqdn, text: string): Derived {
  try {
    return derive(fqdn, text);
  } catch (error) {
    if (error instanceof ContentError) throw new AuthorError(path, error.line, error.message);
    throw error;
  }
}

function envelope(artifact: AuthoredArtifact, names: ReadonlySet<string>): JsonObject {
  const { fqdn, kind, file, content, derived } = artifact;
  const namespace = namespaceOf(fqdn);
  const folder = file.split("/").at(-2);
  return {
    artifact_code: codeOf(fqdn),
    artifact_type: kind,
    content,
    content_hash: sha256(content),
    fqdn_id: fqdn,
    ...derived,
    layer_code: namespace.replaceAll(".", "_").toUpperCase(),
    module_path: `${namespace}.${folder}`,
    namespace,
    references: references(artifact, names),
    version: /_V(\d+)$/.exec(fqdn)?.[1] ?? "0",
  };
}

/** Every full name the Machine block mentions. @throws AuthorError when one names nothing */
function references(
  { fqdn, source, derived }: AuthoredArtifact,
  names: ReadonlySet<string>,
): readonly string[] {
  const mentioned = new Set([...texts(derived.frontmatter)].filter((text) => isFqdn(text) && text !== fqdn));
  for (const name of mentioned) {
    if (!names.has(name)) throw new AuthorError(source, 1, `${name} is mentioned, but no artifact defines it`);
  }
  return [...mentioned].sort();
}

function* texts(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  else if (isObject(value)) {
    yield* Object.keys(value);
    for (const child of Object.values(value)) yield* texts(child);
  } else if (Array.isArray(value)) for (const child of value) yield* texts(child);
}

function print(value: JsonObject): string {
  return `${JSON.stringify(withSortedKeys(value), null, 2)}\n`;
}

function withSortedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map(withSortedKeys);
  if (!isObject(value)) return value;
  const sorted: MutableJson = {};
  for (const key of Object.keys(value).sort()) setOwn(sorted, key, withSortedKeys(value[key] as Json));
  return sorted;
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
