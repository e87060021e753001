/** One artifact of a snapshot. */

import type { Digest } from "../json/canonical.ts";
import { isObject, type JsonObject, objectAt, own } from "../json/value.ts";
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

/** The module that implements the capability, as its artifact names it: of a transform, that of its only atom. */
export function moduleOf(ir: JsonObject | null): string | undefined {
  const stream = own(ir ?? {}, "atom_stream");
  const [atom = ir] = Array.isArray(stream) && stream.length === 1 ? stream : [];
  return isObject(atom) ? moduleOfAtom(atom) : undefined;
}

/** The module that a member of an `atom_stream`, or a side effect, names. */
export function moduleOfAtom(atom: JsonObject): string | undefined {
  const module = own(objectAt(atom, "handler_ref"), "module");
  return typeof module === "string" ? module : undefined;
}
