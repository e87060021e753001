/** The cases under `## Conformance` in a transform's Markdown, as `conformance/*.json` holds them. */

import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { ContentError, readYaml } from "../derive.ts";
import { AuthorError, type AuthoredArtifact } from "./authored.ts";

const CONFORMANCE = /^## Conformance\s*\n+```yaml\s*\n([\s\S]*?)\n```/m;

/** Path and contents of each case; a transform without the heading has none. @throws AuthorError */
export function conformanceCases(transform: AuthoredArtifact): readonly (readonly [string, JsonObject])[] {
  const match = CONFORMANCE.exec(transform.content);
  if (match === null) return [];
  const [whole, yaml] = match as unknown as readonly [string, string];
  const line = transform.content.slice(0, match.index + whole.indexOf(yaml)).split("\n").length;
  return readCases(transform, yaml, line).map((declared) => {
    const { name, contents } = conformanceCase(transform, declared, line);
    return [`conformance/${transform.fqdn.replace("::", "__")}__${name}.json`, contents] as const;
  });
}

function readCases({ source }: AuthoredArtifact, yaml: string, line: number): readonly Json[] {
  try {
    const cases = readYaml(yaml, line);
    if (Array.isArray(cases)) return cases;
  } catch (error) {
    if (error instanceof ContentError) throw new AuthorError(source, error.line, error.message);
    throw error;
  }
  throw new AuthorError(source, line, "the conformance cases are not a list");
}

function conformanceCase(transform: AuthoredArtifact, declared: Json, line: number) {
  const { fqdn, source, derived } = transform;
  const name = isObject(declared) ? own(declared, "case") : undefined;
  const inputs = isObject(declared) ? own(declared, "inputs") : undefined;
  const outcome = isObject(declared) ? own(declared, "outcome") : undefined;
  const expected = isObject(declared) ? (own(declared, "expected") ?? {}) : undefined;
  const isCase =
    typeof name === "string" &&
    /^[a-z0-9_]+$/.test(name) &&
    isObject(inputs) &&
    isObject(expected) &&
    (outcome === "SUCCESS" || outcome === "VIOLATION");
  if (!isCase)
    throw new AuthorError(source, line, "a conformance case needs case, inputs, outcome and expected");
  const ir = derived.ct_ir ?? {};
  const declaredInputs = own(ir, "inputs");
  const contents: JsonObject = {
    artifact_type: "CT_CONFORMANCE",
    ct_fqdn: fqdn,
    ct_ir: { ...ir, input_types: isObject(declaredInputs) ? inputTypes(declaredInputs) : {}, inputs },
    expected,
    expected_outcome: outcome,
    fqdn: `${fqdn}::${name}`,
    test_data_source: fqdn,
  };
  return { name, contents };
}

function inputTypes(inputs: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, spec]) => [name, (isObject(spec) && own(spec, "type")) || "any"]),
  );
}
