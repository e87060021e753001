import { isObject, type Json } from "../../json/json.ts";
import type { Path } from "../../snapshot/hint.ts";
import { didYouMean } from "../../snapshot/nearest-name.ts";
import type { Entry } from "../analysis/entries.ts";
import { type Known, VOCABULARY } from "../analysis/vocabulary.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const fieldUnknown = rule({
  id: "field-unknown",
  about: "Disallow fields that are unknown to the kind of artifact; nothing reads them, so they have no effect",
  severity: "warning",
  invariants: [
    "fb.constitution::INVARIANT_COMPILER_NO_EXECUTION_V0",
    "fb.constitution::INVARIANT_EV_APPEND_ONLY_V0",
    "fb.topology::INVARIANT_CC_NO_IMPLICIT_CHAINING_V0",
    "fb.topology::INVARIANT_IN_NO_EXECUTION_LOGIC_V0",
    "fb.topology::INVARIANT_SCHEMA_CONFORMANCE_V0",
    "fb.topology::INVARIANT_TOPOLOGY_AUTHORITY_ORTHOGONAL_V0",
    "fb.topology::INVARIANT_TOPOLOGY_TRANSPORT_ORTHOGONAL_V0",
    "fb.transport::INVARIANT_TRANSPORT_NO_DYNAMIC_ROUTING_V0",
    "fb.transport::INVARIANT_TRANSPORT_NO_WORKFLOW_SEMANTICS_V0",
  ],
  hint: "correct the field's name, or remove it",
  *check({ entries }) {
    for (const entry of entries.values()) {
      const known = VOCABULARY.get(entry.word);
      if (known !== undefined) yield* unknownIn(entry.frontmatter, known, [], entry);
    }
  },
});

function* unknownIn(value: Json, known: Known, path: Path, entry: Entry): Generator<Found> {
  if (!isObject(value) && !Array.isArray(value)) return;
  const names = Object.keys(known);
  for (const [key, member] of Object.entries(value) as [string, Json][]) {
    const below = known["*"] === undefined ? known[key] : known["*"];
    if (below !== undefined) {
      if (below !== null) yield* unknownIn(member, below, [...path, key], entry);
      continue;
    }
    const where = path.length === 0 ? "the artifact" : path.join(".");
    const message = `${where} has a field ${key}, which nothing reads`;
    yield foundIn(entry, [...path, key], { field: key }, message, didYouMean(key, names));
  }
}
