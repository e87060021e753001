/** Where artifacts are authored: in the Markdown of the workspace, else in the Markdown that each artifact has itself. */

import type { Files } from "../ports.ts";
import type { Artifact } from "../snapshot/artifact.ts";
import type { AuthoredFile } from "../snapshot/build/build.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Context } from "./context.ts";

export interface AuthoredSource {
  /** Absolute. */
  readonly file: string;
  /** Whether the file is Markdown; else it is the artifact's, which has the Markdown as a member. */
  readonly isMarkdown: boolean;
  readonly markdown: string;
  /** Whether the file says something else than the artifact. */
  readonly differs: boolean;
}

export type FindSource = (artifact: Artifact) => AuthoredSource;

/** The authored folder belongs to the workspace's own snapshot, not to one that is named. */
export async function openSources(snapshot: Snapshot, { settings, platform }: Context): Promise<FindSource> {
  const { authored, isSnapshotNamed } = settings;
  const isThere = authored !== null && !isSnapshotNamed && platform.files.isFolder(authored);
  const texts = isThere ? await authoredTexts(authored, snapshot.folder, platform.files) : NONE;
  return (artifact) => {
    const content = contentOf(artifact);
    const found = texts.get(artifact.fqdn);
    if (found === undefined) {
      const file = `${snapshot.folder}/${artifact.file}`;
      return { file, isMarkdown: false, markdown: content, differs: false };
    }
    const { path, text } = found;
    return { file: `${authored}/${path}`, isMarkdown: true, markdown: text, differs: text !== content };
  };
}

const NONE: ReadonlyMap<string, AuthoredFile> = new Map();

/** By the full name of the artifact. */
async function authoredTexts(
  folder: string,
  snapshot: string,
  files: Files,
): Promise<ReadonlyMap<string, AuthoredFile>> {
  const [{ readAuthored, readBase }, { authoredFiles }, { isOwnTree }] = await Promise.all([
    import("../check/authored/read-authored.ts"),
    import("../snapshot/build/build.ts"),
    import("../snapshot/build/tree.ts"),
  ]);
  const read = readAuthored(folder, files).files;
  // The rules of a tree of modules may be artifacts that it was built upon, which the snapshot has, too.
  return authoredFiles(read, isOwnTree(read.map(({ path }) => path)) ? [] : readBase(snapshot, files));
}

function contentOf({ text }: Artifact): string {
  return (JSON.parse(text) as { readonly content: string }).content;
}
