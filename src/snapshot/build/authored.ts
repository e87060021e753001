/** What a build reads, and an artifact between its Markdown and its file. */

import { isObject, type JsonObject, own } from "../../json/value.ts";
import type { Derived } from "../derive.ts";
import type { Fqdn } from "../fqdn.ts";
import type { AuthoredText } from "./authored-text.ts";
import type { Identity, TreeForm } from "./identity.ts";

/** One file; `path` is below the authored folder. */
export interface AuthoredFile {
  readonly path: string;
  readonly text: string;
}

/** An artifact of another snapshot that authored ones may mention. */
export interface BaseArtifact {
  readonly fqdn: Fqdn;
  /** Below the snapshot. */
  readonly file: string;
  /** The text of that file. */
  readonly text: string;
  readonly content: string;
  readonly references: readonly string[];
}

export interface BuildOptions {
  /** The artifacts of the snapshot that is built upon. Those that are mentioned become part of what is built. */
  readonly base?: readonly BaseArtifact[];
  /** The Markdown of a capability that nobody authored, in a tree of that form; null for a name that is none. */
  readonly standard?: (name: Fqdn, form: TreeForm) => string | null;
  /** Whether a capability may be declared in what cannot be read. */
  readonly isUnread?: (name: string) => boolean;
  /** Further files of the snapshot, by path: what is sealed covers them, too. */
  readonly others?: ReadonlyMap<string, string>;
  /** The names of all those capabilities, to find the one that was meant. */
  readonly capabilities?: readonly string[];
}

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

/** An artifact, and where its text comes from. */
export interface BuiltArtifact extends AuthoredArtifact {
  readonly identity: Identity;
  /** The Machine block, as it was read. */
  readonly block: JsonObject;
  /** Below the authored folder; null where nobody authored it. */
  readonly source: string | null;
  readonly text: AuthoredText | null;
  /** The file as another snapshot has it. */
  readonly carried: string | null;
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
