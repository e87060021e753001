/** The page has every JSON document, with the members that its schema has. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DOCUMENTED } from "../sessions/documents.ts";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/json-output.md"), "utf8");

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly description?: string;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly definitions?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

/** The kind of a value, in a word or two. */
function kindOf({ $ref, type, enum: words, const: constant, items, anyOf, allOf }: Schema): string {
  if ($ref !== undefined) return String($ref.split("/").at(-1));
  if (allOf !== undefined) return allOf.map(kindOf).join(" and ");
  if (anyOf !== undefined) return anyOf.map(kindOf).join(" or ");
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(", ");
  if (constant !== undefined) return JSON.stringify(constant);
  if (type === "array") return `list of ${kindOf(items ?? {})}`;
  return type === undefined ? "any" : [type].flat().join(" or ");
}

/** A table of the members of each document of a command. */
function tablesOf(command: string): string {
  const text = readFileSync(join(root, `schemas/${command}.schema.json`), "utf8");
  const { anyOf = [], definitions = {} } = JSON.parse(text) as Schema;
  const documents = anyOf.flatMap(({ $ref }) => definitions[$ref?.replace("#/definitions/", "") ?? ""] ?? []);
  return documents
    .map(({ description, properties = {}, required = [] }) => {
      const rows = Object.entries(properties)
        .filter(([name]) => name !== "note")
        .map(([name, member]) => {
          const optional = required.includes(name) ? "" : " (optional)";
          return `| \`${name}\` | ${kindOf(member)}${optional} | ${member.description} |`;
        });
      const intro = description === undefined ? "" : `${description}\n\n`;
      return `${intro}| member | kind | meaning |\n|---|---|---|\n${rows.join("\n")}`;
    })
    .join("\n\n");
}

test("the page has every command's documents", () => {
  const headings = [...page.matchAll(/^## `pgs (\S+).*`$/gm)].map(([, command]) => command);
  assert.deepEqual(headings.sort(), [...DOCUMENTED].sort());
});

for (const command of DOCUMENTED) {
  test(`the page has the members of what pgs ${command} prints`, () => {
    const printed = new RegExp(`<!-- ${command} -->\n(.*?)\n<!-- end -->`, "s").exec(page)?.[1];
    assert.equal(printed, tablesOf(command));
  });
}
