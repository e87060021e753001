import { isObject, type Json, pointer } from "../../json/json.ts";
import { isFqdn } from "../../snapshot/fqdn.ts";
import { didYouMean } from "../../snapshot/nearest-name.ts";
import { reasonsOf } from "../analysis/compile-findings.ts";
import type { Entry } from "../analysis/entries.ts";
import { memoize } from "../analysis/memoize.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { type Found, rule } from "../rule.ts";

export const referenceUnresolved = rule({
  id: "reference-unresolved",
  about: "Require that every full name in an artifact refers to an artifact of the snapshot",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_BINDING_INTEGRITY_V0",
    "fb.topology::INVARIANT_CC_NO_MISSING_DEPENDENCIES_V0",
    "fb.topology::INVARIANT_PROTOCOL_SURFACE_CLOSED_V0",
    "fb.transport::INVARIANT_TRANSPORT_TARGET_EXISTS_V0",
  ],
  hint: "correct the name, or add the artifact it names",
  *check(subject) {
    const told = reasonsOf(subject, "reference-unresolved");
    yield* told;
    for (const entry of subject.entries.values()) {
      for (const found of unresolvedIn(entry, subject)) {
        // A name that compiling has looked up in vain is told where it was looked up.
        if (!told.some(({ file, message }) => file === found.file && message === found.message)) yield found;
      }
    }
  },
});

function* unresolvedIn(entry: Entry, { entries }: SnapshotModel): Generator<Found> {
  for (const { name, path } of namesOf(entry)) {
    if (entries.has(name)) continue;
    const hint = didYouMean(name, entries.keys());
    yield {
      file: entry.file,
      pointer: pointer(path),
      facts: { name },
      message: `${name} is not in the snapshot`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
}

const namesOf = memoize(({ frontmatter }: Entry) => [...namesIn(frontmatter, ["frontmatter"])]);

/** Every full name below a value, as a text or as a key. */
function* namesIn(value: Json, path: readonly string[]): Generator<{ name: string; path: readonly string[] }> {
  if (isFqdn(value)) yield { name: value, path };
  else if (Array.isArray(value))
    for (const [i, item] of value.entries()) yield* namesIn(item, [...path, String(i)]);
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (isFqdn(key)) yield { name: key, path: [...path, key] };
      yield* namesIn(member, [...path, key]);
    }
  }
}
