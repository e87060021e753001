/** One artifact of a snapshot. */

import type { Digest } from "../json/canonical.ts";
import type { JsonObject } from "../json/value.ts";
import type { Fqdn, Kind } from "./fqdn.ts";

/** An artifact whose bytes match the seal, or whose executed fields match its Markdown. */
export interface Artifact {
  readonly fqdn: Fqdn;
  readonly kind: Kind;
  /** Path below the snapshot, for people. */
  readonly file: string;
  readonly text: string;
  /** SHA-256 and length of the file's bytes. */
  readonly sha256: Digest;
  readonly size: number;
  readonly contentHash: Digest;
  readonly frontmatter: JsonObject;
  /** `ct_ir` or `cs_ir` where the kind has one. */
  readonly ir: JsonObject | null;
}
