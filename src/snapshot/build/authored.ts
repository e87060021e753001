/** An artifact between its Markdown and its file. */

import { isObject, type JsonObject, own } from "../../json/value.ts";
import type { Derived } from "../derive.ts";
import type { Fqdn } from "../fqdn.ts";

/** An artifact as its Markdown declares it. */
export interface AuthoredArtifact {
  readonly fqdn: Fqdn;
  /** The prefix of the code: `WF`, `CC`, `CONSTITUTION`, … */
  readonly kind: string;
  readonly source: string;
  /** Where the artifact goes, below the snapshot. */
  readonly file: string;
  readonly content: string;
  readonly derived: Derived;
}

/** The Markdown cannot become an artifact. `line` counts from 1 within the file. */
export class AuthorError extends Error {
  readonly file: string;
  readonly line: number;

  constructor(file: string, line: number, what: string) {
    super(`${what} (${file}:${line})`);
    this.file = file;
    this.line = line;
  }
}

export function ofKind(artifacts: readonly AuthoredArtifact[], kind: string): readonly AuthoredArtifact[] {
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
