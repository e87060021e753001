/** How an artifact of an assembled snapshot is checked from its own contents. */

import { type Digest, sha256 } from "../../json/canonical.ts";
import type { ContentRule } from "../content-checks.ts";
import type { Manifest } from "./manifest.ts";

/** What `content_hash` is the hash of: the front matter, or the Markdown. */
export type Generation = "v5" | "release 9";

export function generationOf({ constituents }: Manifest): Generation {
  return constituents === null ? "release 9" : "v5";
}

export function contentRule(manifest: Manifest): ContentRule {
  const generation = generationOf(manifest);
  return {
    async load() {
      const { verifyContents } = await import("./verify-contents.ts");
      return (file) => verifyContents(file, generation);
    },
    key: (digest) => contentKey(digest, generation),
  };
}

/**
 * What passes here may not pass in another form: an artifact in a generation, a manifest by itself, or one in whose
 * snapshot nothing was found.
 */
export type PassedAs = Generation | "identity" | "manifest";

export function contentKey(digest: Digest, as: PassedAs): Digest {
  return sha256(`${as} ${digest}`);
}
