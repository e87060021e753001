import { isObject, objectAt, own } from "../../json/json.ts";
import { codeOf, namespaceOf, qualify } from "../../snapshot/fqdn.ts";
import { didYouMean } from "../../snapshot/nearest-name.ts";
import { foundIn, rule } from "../rule.ts";

export const intentDiffers = rule({
  id: "intent-differs",
  about: "Require that an intent and the workflow that starts with it name each other, one to one",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_IN_WORKFLOW_BINDING_V0",
    "fb.topology::INVARIANT_IN_SCHEMA_REQUIRED_V0",
    "fb.transport::INVARIANT_TRANSPORT_CANONICAL_NORMALIZATION_V0",
    "fb.transport::INVARIANT_TRANSPORT_TARGET_EXISTS_V0",
  ],
  hint: "name the workflow whose start node has this intent as its code",
  *check(subject) {
    for (const { artifact, table } of subject.workflows) {
      const start = table.nodes.find(({ key, type }) => key === table.start && type === "IN");
      if (start === undefined || start.code !== null) continue;
      const message = `${start.key} names no intent, so it accepts every payload`;
      yield foundIn(artifact, start.path, { node: start.key }, message);
    }
    const starts = subject.workflows.flatMap(({ artifact, table }) => {
      const start = table.nodes.find(({ key }) => key === table.start);
      return start?.code ? [{ artifact, start, intent: qualify(start.code, namespaceOf(artifact.fqdn)) }] : [];
    });
    for (const entry of [...subject.ofWord("IN"), ...subject.ofWord("TI")]) {
      const core = objectAt(entry.frontmatter, "core");
      const named = own(core, "workflow");
      const name = typeof named === "string" ? qualify(named, namespaceOf(entry.fqdn)) : null;
      if (name === null || !subject.entries.has(name)) {
        const hint = didYouMean(name ?? "", subject.snapshot.names("WF"));
        const message = `${codeOf(entry.fqdn)} names the workflow ${String(named)}, which is not in the snapshot`;
        yield foundIn(entry, ["core", "workflow"], { workflow: String(named) }, message, hint);
      }
      if (entry.word === "IN" && Object.keys(objectAt(core, "inputs")).length === 0) {
        yield foundIn(
          entry,
          ["core", "inputs"],
          {},
          "the intent declares no field, so it accepts every payload",
        );
      }
    }
    for (const { artifact, start, intent } of starts) {
      const core = objectAt(subject.entries.get(intent)?.frontmatter ?? {}, "core");
      const named = own(core, "workflow");
      const isSame = typeof named === "string" && qualify(named, namespaceOf(artifact.fqdn)) === artifact.fqdn;
      if (isObject(core) && typeof named === "string" && !isSame) {
        const message = `${artifact.fqdn} starts with ${intent}, which names the workflow ${named}`;
        yield foundIn(artifact, [...start.path, "code"], { intent, workflow: named }, message);
      }
    }
  },
});
