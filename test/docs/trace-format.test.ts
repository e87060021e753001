/** The tables of the page are those of the format. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Members } from "../../src/trace/field-check.ts";
import { ENVELOPE, EVENTS } from "../../src/trace/schema.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/trace-format.md"), "utf8");

function tableOf(members: Members): string {
  return ["| member | kind | presence | meaning |", "|---|---|---|---|", ...rowsOf(members, "")].join("\n");
}

/** The members of an object stand below it. */
function rowsOf(members: Members, prefix: string): readonly string[] {
  return Object.entries(members).flatMap(([name, { kind, isOptional, meaning }]) => {
    const cells = [
      `\`${prefix}${name}\``,
      kind.description.replaceAll("|", "\\|"),
      isOptional ? "optional" : "required",
      meaning,
    ];
    return [`| ${cells.join(" | ")} |`, ...rowsOf(kind.members ?? {}, `${name}.`)];
  });
}

/** What is between the page's marks. */
const printed = (name: string) => new RegExp(`<!-- ${name} -->\n(.*?)\n<!-- end -->`, "s").exec(page)?.[1];

test("the page has every member of the envelope, with its kind and its meaning", () => {
  assert.equal(printed("envelope"), tableOf(ENVELOPE));
});

test("the page has every event, with every member of its payload", () => {
  const sections = Object.entries(EVENTS).map(([type, { meaning, isAtNode, members }]) => {
    const required = isAtNode ? " `node_id` is required." : "";
    return `### \`${type}\`\n\n${meaning}${required}\n\n${tableOf(members)}`;
  });
  assert.equal(printed("events"), sections.join("\n\n"));
});
