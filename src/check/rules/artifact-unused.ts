import { isObject, type Json, own } from "../../json.ts";
import { codeOf, isFqdn, namespaceOf, qualify } from "../../snapshot/fqdn.ts";
import { foundIn, rule } from "../rule.ts";
import type { Subject } from "../subject.ts";

export const artifactUnused = rule({
  id: "artifact-unused",
  about:
    "every contract, capability, binding, intent, event and structure is used: what nothing names is never carried out",
  severity: "note",
  hint: "use it, or remove it from the snapshot",
  *check(subject) {
    const named = namesUsed(subject);
    for (const word of WORDS) {
      for (const entry of subject.ofWord(word)) {
        if (named.has(entry.fqdn) || own(entry.frontmatter, "status") === "RETIRED") continue;
        if (entry.file.startsWith("governance/")) continue;
        yield foundIn(entry, [], {}, `nothing in the snapshot names ${entry.fqdn}`);
      }
    }
  },
});

/** The kinds that do nothing unless another artifact names them. */
const WORDS = ["CC", "CT", "CS", "RB", "IN", "EV", "STRUCTURE"] as const;

/** Full names, and codes where the artifact that says them has one of that code in its namespace. */
function namesUsed({ entries }: Subject): ReadonlySet<string> {
  const used = new Set<string>();
  for (const { fqdn, frontmatter } of entries.values()) {
    for (const text of texts(frontmatter)) {
      if (text === codeOf(fqdn)) continue;
      const name = isFqdn(text) ? text : qualify(text, namespaceOf(fqdn));
      if (name !== fqdn) used.add(name);
    }
  }
  return used;
}

function* texts(value: Json): Generator<string> {
  if (typeof value === "string") yield value;
  else if (Array.isArray(value)) for (const item of value) yield* texts(item);
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      yield key;
      yield* texts(member);
    }
  }
}
