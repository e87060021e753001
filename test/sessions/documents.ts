/** The JSON documents of the commands, held to the schemas that are shipped. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";

const folder = join(import.meta.dirname, "../../schemas");
const ENDING = ".schema.json";

const ajv = new Ajv({ allowUnionTypes: true });

const files = readdirSync(folder).filter((name) => name.endsWith(ENDING));

for (const file of files) {
  ajv.addSchema(JSON.parse(readFileSync(join(folder, file), "utf8")) as object, file);
}

/** What the schemas of other files describe. */
const NOT_PRINTED: ReadonlySet<string> = new Set([
  ...["common", "scenario", "check-config", "pgs", "run-line"],
  ...["capabilities-lock", "capability-package", "ledger-line", "protocol"],
]);

/** Commands with a document: each has a schema of its name. */
export const DOCUMENTED: readonly string[] = files
  .map((file) => file.slice(0, -ENDING.length))
  .filter((name) => !NOT_PRINTED.has(name));

/** Commands that print the document of another one. */
const SAME_AS: ReadonlyMap<string, string> = new Map([
  ["resume", "run"],
  ["cancel", "run"],
]);

/** Of a command line without such a command, only a refusal can come. */
const REFUSAL = "common.schema.json#/definitions/refusal";

/** Fails where a command printed a JSON document that its schema does not have. */
export function checkDocuments(argv: readonly string[], out: string): void {
  if (!argv.includes("--json") || !out.startsWith("{\n")) return;
  const command = SAME_AS.get(argv[0] ?? "") ?? argv.find((word) => DOCUMENTED.includes(word));
  const schema = command === undefined ? REFUSAL : `${command}${ENDING}`;
  const validate = ajv.getSchema(schema) as ValidateFunction;
  // With --watch there are several.
  for (const text of out.split(/(?<=^\}\n)/m)) {
    const isValid = validate(JSON.parse(text));
    assert.ok(
      isValid,
      `${argv.join(" ")}: ${schema} ${ajv.errorsText(validate.errors)}\n${text.slice(0, 2000)}`,
    );
  }
}

/** Fails for a document that the schema does not have. */
export function checkDocument(schema: string, value: unknown): void {
  const validate = ajv.getSchema(`${schema}${ENDING}`) as ValidateFunction;
  assert.ok(validate(value), `${ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`);
}
