/**
 * Copies of capabilities: in an assembled snapshot each domain has beside its own artifacts those CT and CS of other
 * domains that it uses, without their text.
 */

import { prettyPython } from "../../json/python-canonical.ts";
import type { JsonObject } from "../../json/value.ts";
import type { BuiltArtifact } from "./authored.ts";
import { type Domain, domainOfFile } from "./domain.ts";
import { mentionsIn } from "./references.ts";

/** By path, the text of each copy; `texts` has that of each artifact. */
export function copies(
  artifacts: readonly BuiltArtifact[],
  texts: ReadonlyMap<string, string>,
  domains: readonly Domain[],
): ReadonlyMap<string, string> {
  const byName = new Map<string, BuiltArtifact>(artifacts.map((one) => [one.fqdn, one]));
  const made = new Map<string, string>();
  for (const user of artifacts) {
    const domain = domainOfFile(user.file);
    for (const { name } of mentionsIn(user.derived.frontmatter)) {
      const used = byName.get(name);
      if (used === undefined || domain === null || !COPIED.has(used.kind)) continue;
      const owner = domainOfFile(used.file);
      if (owner === null || owner === domain) continue;
      const path = used.file.replace(`canonical/${owner}/`, `canonical/${domain}/`);
      made.set(path, copyOf(texts.get(used.file) ?? "{}", layerOf(domain, user, domains)));
    }
  }
  return made;
}

const COPIED: ReadonlySet<string> = new Set(["CT", "CS"]);

function copyOf(text: string, layer: string): string {
  const whole = JSON.parse(text) as JsonObject;
  return prettyPython({ ...whole, content: "", layer_code: layer, references: [], version: "V0" });
}

/** The first layer of the domain; of a domain that is only built upon, that of the artifact. */
function layerOf(name: string, user: BuiltArtifact, domains: readonly Domain[]): string {
  const domain = domains.find((one) => one.name === name);
  return Object.keys(domain?.layers ?? {})[0] ?? user.identity.layer;
}
