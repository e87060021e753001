import { isObject, type Json, type JsonObject, own } from "../../json/json.ts";
import { codeOf, type Fqdn } from "../../snapshot/fqdn.ts";
import type { Entry } from "../analysis/entries.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { foundIn, rule } from "../rule.ts";

export const surfaceDiffers = rule({
  id: "surface-differs",
  about:
    "Require that result_surface of a step lists the outcomes that the step handles and that its capability declares",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_TOPOLOGY_SURFACE_CANONICAL_V0"],
  hint: "list the same outcomes in result_surface, on_result, the SURFACE_CONTRACT and the capability's artifact",
  *check(subject) {
    const surfaces = subject.ofWord("SURFACE");
    for (const { artifact, table } of subject.contracts) {
      for (const { name, path, transform, sideEffect, op, onResult } of table.steps) {
        const stated = surfaceAt(artifact.frontmatter, Number(path.at(-1)));
        if (stated === undefined) continue;
        const said = [...path, "result_surface"];
        const surface = texts(stated);
        if (surface === null) {
          yield foundIn(
            artifact,
            said,
            { step: name },
            `result_surface of step ${name} should be a list of strings`,
          );
          continue;
        }
        const handled = [...onResult.keys()];
        if (!same(surface, handled)) {
          const message = `step ${name} states ${list(surface)}, but handles ${list(handled)}`;
          yield foundIn(artifact, said, { step: name, than: "on_result" }, message);
        }
        const code = (transform ?? sideEffect ?? "") as Fqdn;
        const governing = surfaces.find((one) =>
          governs(one.frontmatter, codeOf(code), transform === null ? op : "TRANSFORM"),
        );
        const canonical = texts(own(governing?.frontmatter ?? {}, "canonical_surface"));
        if (governing === undefined || canonical === null || same(surface, canonical)) continue;
        const message = `step ${name} states ${list(surface)}, but ${governing.fqdn} states ${list(canonical)}`;
        yield foundIn(artifact, said, { step: name, than: governing.fqdn }, message);
      }
    }
    for (const surface of surfaces) yield* againstOperations(surface, subject);
  },
});

function* againstOperations({ frontmatter, fqdn, file }: Entry, { ofWord, snapshot }: SnapshotModel) {
  const op = own(frontmatter, "op");
  const canonical = texts(own(frontmatter, "canonical_surface")) ?? [];
  const governed = texts(own(frontmatter, "governs")) ?? [];
  const operations = ofWord("CS").flatMap(({ fqdn: effect, artifact }) =>
    governed.includes(codeOf(effect)) && artifact !== null
      ? [{ effect, declared: snapshot.tables.effect(artifact) }]
      : [],
  );
  for (const { effect, declared } of operations) {
    const outcomes = declared.get(String(op));
    if (outcomes === undefined) {
      const message = `${fqdn} governs ${String(op)} of ${effect}, which declares no such operation`;
      yield foundIn({ file }, ["op"], { effect, op: String(op) }, message);
    } else if (!same(outcomes, canonical)) {
      const message = `${fqdn} states ${list(canonical)}, but ${effect} declares ${list(outcomes)} for ${String(op)}`;
      yield foundIn({ file }, ["canonical_surface"], { effect, op: String(op) }, message);
    }
  }
}

function surfaceAt(frontmatter: JsonObject, index: number): Json | undefined {
  const core = own(frontmatter, "core");
  const steps = isObject(core) ? own(core, "pipeline") : undefined;
  const step = Array.isArray(steps) ? (steps[index] as Json | undefined) : undefined;
  return isObject(step) ? own(step, "result_surface") : undefined;
}

function governs(surface: JsonObject, code: string, op: string | null): boolean {
  if (own(surface, "op") !== op) return false;
  const prefix = own(surface, "capability_id_prefix");
  return (
    (texts(own(surface, "governs")) ?? []).includes(code) ||
    (typeof prefix === "string" && code.startsWith(prefix))
  );
}

function texts(value: Json | undefined): readonly string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === "string")
    ? (value as readonly string[])
    : null;
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one) => b.includes(one));
}

function list(outcomes: readonly string[]): string {
  return [...outcomes].sort().join(", ") || "none";
}
