/** The artifacts of a snapshot as its author saw them, to make its other files from them again. */

import { own } from "../json.ts";
import type { AuthoredArtifact } from "../snapshot/authored.ts";
import type { Subject } from "./subject.ts";

export function asAuthored({ entries }: Pick<Subject, "entries">): readonly AuthoredArtifact[] {
  const sorted = [...entries.values()].sort((a, b) => (a.fqdn < b.fqdn ? -1 : 1));
  return sorted.map(({ fqdn, word, file, content, frontmatter, envelope }) => ({
    fqdn,
    // The index calls every governance artifact by what it says it is.
    kind: String(own(envelope, "artifact_type")) || word,
    source: file,
    file,
    content,
    derived: { frontmatter },
  }));
}
