/** Where artifacts are authored: in the Markdown of the workspace, else in the Markdown that each artifact has itself. */

import type { Files } from "../ports.ts";
import type { Artifact } from "../snapshot/artifact.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { type SourceFolders, sourceFoldersOf } from "./authored-sources.ts";
import type { Context } from "./context.ts";

export interface AuthoredMarkdown {
  /** Absolute. */
  readonly file: string;
  /** Whether the file is Markdown; else it is the artifact's, which has the Markdown as a member. */
  readonly isMarkdown: boolean;
  readonly text: string;
  /** Whether the file says something else than the artifact. */
  readonly differs: boolean;
}

export type FindMarkdown = (artifact: Artifact) => AuthoredMarkdown;

/** The Markdown of an artifact, as the workspace has it. */
export async function openMarkdown(snapshot: Snapshot, context: Context): Promise<FindMarkdown> {
  const authored = await readSources(sourceFoldersOf(context), context.platform.files);
  return (artifact) => {
    const content = contentOf(artifact);
    const source = authored.get(artifact.fqdn);
    if (source !== undefined) return { ...source, isMarkdown: true, differs: source.text !== content };
    const file = `${snapshot.folder}/${artifact.file}`;
    return { file, isMarkdown: false, text: content, differs: false };
  };
}

/** By the full name of the artifact; empty where the workspace has no authored folder. */
export async function readSources(
  sources: SourceFolders | null,
  files: Files,
): Promise<ReadonlyMap<string, Pick<AuthoredMarkdown, "file" | "text">>> {
  if (sources === null || !files.isFolder(sources.authored)) return new Map();
  const [{ readAuthored, readBase }, { authoredFiles }] = await Promise.all([
    import("../check/authored/read-authored.ts"),
    import("../snapshot/build/build.ts"),
  ]);
  const { authored, onto = null } = sources;
  const base = onto === null ? [] : readBase(onto, files);
  const found = authoredFiles(readAuthored(authored, files).files, base);
  return new Map([...found].map(([name, { path, text }]) => [name, { file: `${authored}/${path}`, text }]));
}

/** The Markdown that the artifact itself has. */
export function contentOf({ text }: Artifact): string {
  return (JSON.parse(text) as { readonly content: string }).content;
}
