import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type JsonObject, own } from "../../src/json/value.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import {
  ContentError,
  contentLines,
  derive,
  machineBlock,
  machineText,
  readYaml,
} from "../../src/snapshot/derive.ts";
import { type Fqdn, fqdnOfFile } from "../../src/snapshot/fqdn.ts";
import { draws, takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
import { OWN_SNAPSHOT } from "./memory-files.ts";

const it = takingTurns(import.meta.url);

const PUBLISHED = "published/protocol_snapshot";

function artifactsIn(folder: string): readonly (readonly [path: string, artifact: JsonObject])[] {
  return nodeFiles
    .list(folder)
    .filter(({ path }) => fqdnOfFile(path) !== undefined)
    .map(({ path }) => [path, JSON.parse(readFileSync(join(folder, path), "utf8")) as JsonObject]);
}

/** What each artifact carries must be what its own text gives, and nothing must be missing or added. */
function assertDerived(folder: string): Set<unknown> {
  const kinds = new Set<unknown>();
  for (const [path, artifact] of artifactsIn(folder)) {
    const derived = derive(fqdnOfFile(path) as Fqdn, own(artifact, "content") as string);
    for (const field of ["frontmatter", "ct_ir", "cs_ir"] as const)
      assert.deepEqual(derived[field], own(artifact, field), `${path} ${field}`);
    kinds.add(artifact["artifact_type"]);
  }
  return kinds;
}

test("the executed fields of every own artifact are what its Markdown gives", () => {
  const kinds = assertDerived(OWN_SNAPSHOT);
  for (const kind of ["WF", "IN", "CC", "CT", "CS", "RB", "STRUCTURE", "EV"]) assert.ok(kinds.has(kind), kind);
});

it("the executed fields of every published artifact are what its Markdown gives", {
  skip: skipWithout(PUBLISHED),
}, () => {
  const kinds = assertDerived(sharedPath(PUBLISHED));
  for (const kind of ["WF", "IN", "CC", "CT", "CS", "RB", "STRUCTURE", "EV", "CONSTITUTION"])
    assert.ok(kinds.has(kind), kind);
});

const markdown = (yaml: string) => `# EV_X_V0\n\nText.\n\n## Machine\n\n\`\`\`yaml\n${yaml}\n\`\`\`\n`;

test("the Machine block is read as YAML 1.1", () => {
  const block = machineBlock(
    markdown("a: yes\nb: 0o17\nc: 017\nd: 'no'\ne: ~\nf: 1_000\ng: &x {h: 1}\ni: {<<: *x, j: 2}"),
  );
  assert.deepEqual(block, {
    a: true,
    b: "0o17",
    c: 15,
    d: "no",
    e: null,
    f: 1000,
    g: { h: 1 },
    i: { h: 1, j: 2 },
  });
});

test("only the last block text of a Machine block keeps no line break", () => {
  assert.deepEqual(machineBlock(markdown("a: |\n  one\n  two\nb: >\n  three\n  four")), {
    a: "one\ntwo\n",
    b: "three four",
  });
});

test("a node that names a code gets the full name, in the workflow's namespace or the one it names", () => {
  const { frontmatter } = derive(
    "a.b::WF_X_V0" as Fqdn,
    markdown("core: {nodes: {x: {code: CC_X_V0}, y: {code: 'c::CC_Y_V0'}, z: {type: EXIT}}}"),
  );
  assert.deepEqual(frontmatter["core"], {
    nodes: {
      x: { code: "CC_X_V0", fqdn_id: "a.b::CC_X_V0" },
      y: { code: "c::CC_Y_V0", fqdn_id: "c::CC_Y_V0" },
      z: { type: "EXIT" },
    },
  });
});

test("a field of the Machine block has its line in the Markdown", () => {
  const content = "# A\n\n## Machine\n\n```yaml\ncore:\n  list:\n    - a: 1\n    - b: {c: 2}\n  on: yes\n```\n";
  const lines = content.split("\n");
  const said = (...path: readonly string[]) => lines[(contentLines(content)(path) ?? 0) - 1]?.trim();
  assert.equal(said("core"), "core:");
  assert.equal(said("core", "list", "1", "b", "c"), "- b: {c: 2}");
  assert.equal(said("core", "list", "0", "a"), "- a: 1");
  assert.equal(said("core", ...Object.keys(machineBlock(content)["core"] as object).slice(-1)), "on: yes");
  for (const path of [["none"], ["core", "list", "2"], ["core", "list", "0", "a", "x"]]) {
    assert.equal(contentLines(content)(path), undefined, path.join("."));
  }
  assert.equal(contentLines("# nothing")(["core"]), undefined);
});

test("a member called __proto__ is a member", () => {
  const block = machineBlock(markdown("__proto__: {polluted: true}"));
  assert.deepEqual(Object.keys(block), ["__proto__"]);
  assert.equal(Object.getPrototypeOf(block), Object.prototype);
});

const unreadable: readonly (readonly [about: string, content: string, line: number])[] = [
  ["no Machine block", "# EV_X_V0\n\n## Human\n\ntext\n", 1],
  ["a Machine block that is not closed", "# EV_X_V0\n\n## Machine\n\n```yaml\na: 1\n", 1],
  ["YAML that is none", markdown("a: 1\nb: ]\nc: 3"), 9],
  ["a key twice", markdown("a: 1\nb: 2\na: 3"), 10],
  ["a list", markdown("- a\n- b"), 8],
  ["a date, which JSON does not have", markdown("a: 2026-01-31"), 8],
  ["a number that JSON cannot write", markdown("a: .inf"), 8],
  ["an unknown tag", markdown("a: 1\nb: !thing 2"), 9],
];

for (const [about, content, line] of unreadable) {
  test(`${about} is refused with its line in the Markdown`, () => {
    assert.throws(
      () => machineBlock(content),
      (error) => {
        assert.ok(error instanceof ContentError);
        assert.equal(error.line, line);
        return true;
      },
    );
  });
}

test("aliases that would multiply without end are refused", () => {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(", ")}]`,
  );
  assert.throws(() => readYaml(["l0: &l0 [x]", ...levels].join("\n"), 1));
});

test("the Machine block is the one that a search with all its ways back would find, in one pass", () => {
  const every = /^## Machine\s*\n+```yaml\s*\n([\s\S]*?)\n```/m;
  const parts = ["## Machine", "\n", "\n", " ", "```yaml", "```", "a: 1", "#"];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 14 }), (texts) => {
      const content = texts.join("");
      const found = machineText(content);
      assert.equal(found?.text, every.exec(content)?.[1], JSON.stringify(content));
      assert.ok(found === null || content.startsWith(`${found.text}\n\`\`\``, found.start));
    }),
    { numRuns: draws(3_000) },
  );
  assert.deepEqual(machineText("## Machine\n```yaml\n \n```"), { text: " ", start: 19 });
  const empty = "\n".repeat(300_000);
  assert.deepEqual(machineBlock(`${empty}## Machine${empty}\`\`\`yaml${empty}a: 1\n\`\`\``), { a: 1 });
  for (const open of [`## Machine${empty}`, `## Machine\n\`\`\`yaml${empty}a: 1`])
    assert.throws(() => machineBlock(open), /no ```yaml block/);
});
