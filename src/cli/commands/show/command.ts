/** `pgs show`: one artifact, checked, with the text it was authored in. */

import { requireArtifact } from "../../../snapshot/require.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { argument } from "../../option.ts";
import { plain, printJson } from "../../print.ts";
import { trustOf } from "../../trust.ts";

export const show = defineCommand({
  arguments: { artifact: argument("full name of the artifact: <domain>::<NAME>") },
  options: {},
  shared: ["workspace", "snapshot", "json", "debug"],
  examples: [
    ["pgs show release_governance::WF_RELEASE_CHANGE_V0", "print the source text of a workflow"],
    ["pgs show release_governance::CC_RECORD_RELEASE_V0 --json", "print a contract with its compiled fields"],
  ],
  exitCodes: { SUCCESS: true, SNAPSHOT: true },
  async action({ artifact }, context) {
    const { platform, settings } = context;
    const snapshot = await open(context, trustOf({}, context));
    const { fqdn, kind, file, contentHash, frontmatter, ir, text } = requireArtifact(snapshot, artifact);
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
  },
});
