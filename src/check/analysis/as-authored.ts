/** The artifacts of a snapshot as its author saw them, to make its other files from them again. */

import { own } from "../../json/value.ts";
import type { AuthoredArtifact } from "../../snapshot/build/authored.ts";
import type { SnapshotModel } from "./snapshot-model.ts";

export function asAuthored({ entries }: Pick<SnapshotModel, "entries">): readonly AuthoredArtifact[] {
  const sorted = [...entries.values()].sort((a, b) => (a.fqdn < b.fqdn ? -1 : 1));
  return sorted.map(({ fqdn, word, file, content, frontmatter, envelope }) => {
    // The index calls an artifact of governance what that calls itself.
    const type = own(envelope, "artifact_type");
    const kind = typeof type === "string" ? type : word;
    return { fqdn, kind, file, content, derived: { frontmatter } };
  });
}
