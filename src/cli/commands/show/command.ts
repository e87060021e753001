/** `pgs show`: one artifact, checked, with the text it was authored in. */

import type { Artifact } from "../../../snapshot/artifact.ts";
import { requireArtifact } from "../../../snapshot/require.ts";
import type { Snapshot } from "../../../snapshot/snapshot.ts";
import { type AuthoredMarkdown, contentOf, openMarkdown } from "../../authored-markdown.ts";
import { painter } from "../../colour.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { argument, flag } from "../../option.ts";
import { plain, printError, printJson, USUAL_COLUMNS } from "../../print.ts";
import { trustOf } from "../../trust.ts";

export const show = defineCommand({
  arguments: { artifact: argument("full name of the artifact: <domain>::<NAME>", { completes: "artifact" }) },
  options: { Show: { authored: flag("print the authored Markdown, rendered for a terminal") } },
  shared: ["workspace", "snapshot", "json", "debug", "no-color"],
  examples: [
    ["pgs show release_governance::WF_RELEASE_CHANGE_V0 --authored", "read a workflow"],
    ["pgs show release_governance::CC_RECORD_RELEASE_V0 --json", "print a contract with its compiled fields"],
  ],
  exitCodes: { SUCCESS: true, SNAPSHOT: true },
  async action({ artifact: name, authored: isAuthored }, context) {
    const snapshot = await open(context, trustOf({}, context));
    const artifact = requireArtifact(snapshot, name);
    const authored = isAuthored ? (await openMarkdown(snapshot, context))(artifact) : null;
    if (context.settings.json) printJson(context, toJson(artifact, snapshot, authored));
    else if (authored !== null) await printMarkdown(artifact, authored, context);
    else context.platform.out(toText(artifact, snapshot));
    return EXIT.SUCCESS;
  },
});

function toJson(artifact: Artifact, snapshot: Snapshot, authored: AuthoredMarkdown | null): unknown {
  const { fqdn, kind, file, contentHash, frontmatter, ir } = artifact;
  const content = contentOf(artifact);
  const shown = { fqdn, kind, file, seal: snapshot.state, content_hash: contentHash, frontmatter, ir, content };
  if (authored === null) return shown;
  return { ...shown, authored: { file: authored.file, differs: authored.differs, content: authored.text } };
}

function toText(artifact: Artifact, snapshot: Snapshot): string {
  const { fqdn, kind, file, contentHash } = artifact;
  const content = contentOf(artifact).split("\n").map(plain).join("\n");
  return `${fqdn}  (${kind}, ${snapshot.state})\nfile ${file}\ncontent_hash ${contentHash}\n\n${content}`;
}

/** Lines of code are left to the terminal, whatever their width: who copies them needs them as they are. */
async function printMarkdown(
  { fqdn }: Artifact,
  { file, text, differs }: AuthoredMarkdown,
  context: Context,
): Promise<void> {
  const { platform, settings } = context;
  const { markdownText } = await import("./markdown-text.ts");
  const shown = plain(shortPath(file, platform.cwd));
  if (differs) {
    printError(context, `notice: ${shown} differs from the snapshot; pgs compile makes the snapshot from it\n`);
  }
  const paint = await painter(settings);
  const body = markdownText(text, platform.columns || USUAL_COLUMNS, paint);
  platform.out(`${paint("quiet", `${fqdn}  ${shown}`)}\n\n${body}`);
}
