import { isObject, type Json, own } from "../../json/json.ts";
import { codeOf, namespaceOf, qualify } from "../../snapshot/fqdn.ts";
import type { Entry } from "../analysis/entries.ts";
import { memoize } from "../analysis/memoize.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { foundIn, rule } from "../rule.ts";

export const artifactUnused = rule({
  id: "artifact-unused",
  about: "Disallow contracts, capabilities, bindings, intents, events and structures that nothing uses",
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

function namesUsed({ entries }: SnapshotModel): ReadonlySet<string> {
  return new Set([...entries.values()].flatMap(namesSaid));
}

/** Full names, and codes, which are those of artifacts in the same namespace. */
const namesSaid = memoize(({ fqdn, frontmatter }: Entry): readonly string[] => {
  const said = [...texts(frontmatter)].filter((text) => CODE.test(text) && text !== codeOf(fqdn));
  return said.map((text) => qualify(text, namespaceOf(fqdn))).filter((name) => name !== fqdn);
});

const CODE = /^[A-Za-z0-9_.]*:{0,2}[A-Z]+_[A-Z0-9_]+$/;

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
