/** The tokenized projection of the snapshot. */

import { pointer } from "../../json/pointer.ts";
import { own } from "../../json/value.ts";
import { domainArtifact } from "../../snapshot/build/projection/domain-artifacts.ts";
import { statementsOf } from "../../snapshot/tokenized/compare.ts";
import type { Projection } from "../../snapshot/tokenized/projection.ts";
import { type Found, rule } from "../rule.ts";

export const tokenizedDiffers = rule({
  id: "tokenized-differs",
  about:
    "Require that the tokenized projection matches the artifacts; otherwise two runtimes run different protocols",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_WF_NODE_KEY_BINDING_UNIQUE_V0"],
  hint: "generate the projection again",
  *check({ projections, entries }) {
    const artifact = (name: string) => {
      const entry = entries.get(name);
      return entry && domainArtifact(entry.envelope);
    };
    for (const projection of projections) {
      yield* vocabulary(projection);
      const missed = new Set<string>();
      for (const { about: name, file, path, verdict } of statementsOf(projection, artifact)) {
        if (verdict === "same" || verdict === "silent") continue;
        const isMissing = verdict === "missing";
        const isWhole = isMissing && path.length === 2;
        if (isWhole && missed.has(name)) continue;
        if (isWhole) missed.add(name);
        const at = pointer(isMissing ? path.slice(0, -1) : path);
        const message = isWhole
          ? `the projection has no ${name}`
          : `the projection of ${name} differs from its artifact`;
        yield { file: `${projection.folder}/${file}.json`, pointer: at, facts: { name }, message };
      }
    }
  },
});

function* vocabulary({ vocabulary, names, addresses }: Projection): Generator<Found> {
  for (const [address, name] of names) {
    if (Number(own(addresses, name)) === address) continue;
    const message = `${name} has the address ${address} in one direction and another address in the other`;
    yield { file: `${vocabulary}/reverse.json`, pointer: pointer([name]), facts: { name }, message };
  }
}
