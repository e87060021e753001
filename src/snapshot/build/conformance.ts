/** The cases under `## Conformance` in a transform's Markdown, as `conformance/*.json` holds them. */

import { lineAt } from "../../json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { ContentError, readYaml } from "../derive.ts";
import type { AuthoredArtifact } from "./authored.ts";

const CONFORMANCE = /^## Conformance\s*\n+```yaml\s*\n([\s\S]*?)\n```/m;

export interface ConformanceCases {
  /** Path and contents of each case. */
  readonly files: readonly (readonly [string, JsonObject])[];
  readonly flaws: readonly CaseFlaw[];
}

/** What is wrong with the cases, or with one of them. */
export interface CaseFlaw {
  readonly line: number;
  readonly message: string;
  readonly hint: string;
}

/** A transform without the heading has none. */
export function conformanceCases(transform: AuthoredArtifact): ConformanceCases {
  const match = CONFORMANCE.exec(transform.content);
  if (match === null) return { files: [], flaws: [] };
  const yaml = match[1] ?? "";
  const line = lineAt(transform.content, match.index + match[0].indexOf(yaml));
  const cases = readCases(yaml, line);
  if (!Array.isArray(cases)) return { files: [], flaws: [cases as CaseFlaw] };
  const made = (cases as readonly Json[]).map((declared) => conformanceCase(transform, declared));
  const files = made.flatMap((one) =>
    one === null
      ? []
      : [[`conformance/${transform.fqdn.replace("::", "__")}__${one.name}.json`, one.contents] as const],
  );
  const wrong = made.indexOf(null);
  const flaw: CaseFlaw = {
    line,
    message: `the conformance case ${wrong + 1} needs case, inputs, outcome (SUCCESS or VIOLATION) and expected`,
    hint: "give it these members; case is a name of small letters, digits and _",
  };
  return { files, flaws: wrong === -1 ? [] : [flaw] };
}

function readCases(yaml: string, line: number): readonly Json[] | CaseFlaw {
  const hint = "write one case after the other, each beginning with - case: <name>";
  try {
    const cases = readYaml(yaml, line);
    return Array.isArray(cases) ? cases : { line, message: "the conformance cases are not a list", hint };
  } catch (error) {
    if (!(error instanceof ContentError)) throw error;
    return { line: error.line, message: error.message, hint };
  }
}

function conformanceCase(
  { fqdn, derived }: AuthoredArtifact,
  declared: Json,
): { readonly name: string; readonly contents: JsonObject } | null {
  if (!isObject(declared)) return null;
  const name = own(declared, "case");
  const inputs = own(declared, "inputs");
  const outcome = own(declared, "outcome");
  const expected = own(declared, "expected") ?? {};
  if (typeof name !== "string" || !/^[a-z0-9_]+$/.test(name)) return null;
  if (!isObject(inputs) || !isObject(expected) || (outcome !== "SUCCESS" && outcome !== "VIOLATION"))
    return null;
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
