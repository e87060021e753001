import type { Fault } from "../../errors/base.ts";
import { own } from "../../json/json.ts";
import { type Found, rule } from "../rule.ts";

export const corruptFile = rule({
  id: "corrupt-file",
  about:
    "Require that every file is strict JSON, has the name that it declares, and matches its sealed text and the seal",
  severity: "error",
  invariants: [
    "fb.constitution::INVARIANT_ARTIFACT_CONTENT_HASH_DECLARED_V0",
    "fb.constitution::INVARIANT_IDENTITY_FQDN_CONSISTENCY_V0",
    "fb.constitution::INVARIANT_UNIQUE_ARTIFACT_ID_V0",
    "fb.topology::INVARIANT_TOPOLOGY_IMMUTABLE_AFTER_COMPILATION_V0",
  ],
  hint: "restore the file; pgs verify reports the same",
  *check({ faults }) {
    for (const fault of faults) yield toFound(fault);
  },
});

function toFound({ code, facts, wording }: Fault): Found {
  const { what, hint } = wording;
  const [file, line, pointer] = [own(facts, "file"), own(facts, "line"), own(facts, "pointer")];
  return {
    file: typeof file === "string" ? file : "",
    pointer: typeof pointer === "string" ? pointer : "",
    facts: { code },
    message: what,
    ...(hint === undefined ? {} : { hint }),
    ...(typeof line === "number" ? { line } : {}),
  };
}
