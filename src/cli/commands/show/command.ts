/** `pgs show`: one artifact, checked, with the text it was authored in. */

import { requireArtifact } from "../../../snapshot/require.ts";
import type { CommonOptions, Context } from "../../context.ts";
import { EXIT } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { plain, printJson } from "../../print.ts";

export async function showCommand(_: CommonOptions, context: Context, name: string): Promise<number> {
  const { platform, settings } = context;
  const snapshot = await open(context);
  const { fqdn, kind, file, contentHash, frontmatter, ir, text } = requireArtifact(snapshot, name);
  const content = (JSON.parse(text) as { content: string }).content;
  if (settings.json) {
    printJson(context, {
      fqdn,
      kind,
      file,
      seal: snapshot.state,
      content_hash: contentHash,
      frontmatter,
      ir,
      content,
    });
  } else {
    platform.out(
      `${fqdn}  (${kind}, ${snapshot.state})\nfile ${file}\ncontent_hash ${contentHash}\n\n${content.split("\n").map(plain).join("\n")}`,
    );
  }
  return EXIT.SUCCESS;
}
