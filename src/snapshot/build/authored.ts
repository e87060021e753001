/** An artifact between its Markdown and its file. */

import { isObject, type JsonObject, own } from "../../json/value.ts";
import type { Derived } from "../derive.ts";
import type { Fqdn } from "../fqdn.ts";

/** An artifact as its Markdown declares it. */
export interface AuthoredArtifact {
  readonly fqdn: Fqdn;
  /** The prefix of the code: `WF`, `CC`, `CONSTITUTION`, … */
  readonly kind: string;
  /** Where the artifact goes, below the snapshot. */
  readonly file: string;
  readonly content: string;
  readonly derived: Derived;
}

export function ofKind<A extends AuthoredArtifact>(artifacts: readonly A[], kind: string): readonly A[] {
  return artifacts.filter((artifact) => artifact.kind === kind);
}

/** The object at a path of keys in a Machine block; an empty object if there is none. */
export function section(artifact: AuthoredArtifact, ...keys: readonly string[]): JsonObject {
  let found: JsonObject = artifact.derived.frontmatter;
  for (const key of keys) {
    const next = own(found, key);
    if (!isObject(next)) return {};
    found = next;
  }
  return found;
}

/** The steps of a contract. */
export function pipeline(contract: AuthoredArtifact): readonly JsonObject[] {
  const steps = own(section(contract, "core"), "pipeline");
  return Array.isArray(steps) ? steps.filter(isObject) : [];
}
