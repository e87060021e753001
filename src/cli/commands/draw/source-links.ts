/** Links from a page to the lines where artifacts are authored. */

import type { Source, SourceOf } from "../../../render/html/declared.ts";
import type { Artifact } from "../../../snapshot/artifact.ts";
import { contentLines, type FindLine, lineAround } from "../../../snapshot/derive.ts";
import { isFqdn } from "../../../snapshot/fqdn.ts";
import type { Path } from "../../../snapshot/hint.ts";
import type { Snapshot } from "../../../snapshot/snapshot.ts";
import { type AuthoredMarkdown, type FindMarkdown, openMarkdown } from "../../authored-markdown.ts";
import { type Context, shortPath } from "../../context.ts";

interface Located extends AuthoredMarkdown {
  readonly lineOf: FindLine;
}

/** The links are relative to `folder`, that of the page. */
export async function openSourceLinks(snapshot: Snapshot, folder: string, context: Context): Promise<SourceOf> {
  const findMarkdown = await openMarkdown(snapshot, context);
  const known = new Map<string, Located | null>();
  const locate = (name: string): Located | null => {
    const artifact = isFqdn(name) ? snapshot.artifact(name) : undefined;
    return artifact === undefined ? null : located(artifact, findMarkdown);
  };
  return (name, path) => {
    const source = known.get(name) ?? locate(name);
    known.set(name, source);
    return source === null ? null : linkTo(source, path, folder, context.platform.cwd);
  };
}

function located(artifact: Artifact, findMarkdown: FindMarkdown): Located {
  const source = findMarkdown(artifact);
  return { ...source, lineOf: contentLines(source.text) };
}

/** A line of an artifact's own Markdown is no line of its file: the link has no fragment. */
function linkTo({ file, isMarkdown, lineOf }: Located, path: Path, folder: string, cwd: string): Source {
  const line = lineAround(lineOf, path) ?? 1;
  const shown = shortPath(file, cwd);
  const href = relativeLink(folder, file);
  if (!isMarkdown) return { text: `${shown}, line ${line} of its Markdown`, href };
  return { text: `${shown}:${line}`, href: `${href}#L${line}` };
}

/** From an absolute folder to an absolute file. */
function relativeLink(folder: string, file: string): string {
  const from = folder.split("/").filter((part) => part !== "");
  const to = file.split("/").filter((part) => part !== "");
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared++;
  const names = to.slice(shared).map((name) => encodeURIComponent(name.toWellFormed()));
  return [...from.slice(shared).map(() => ".."), ...names].join("/");
}
