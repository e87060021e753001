/** What the rules find in the published snapshot, held to the page that argues each finding. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { registry } from "../../../src/capabilities/registry.ts";
import { readSnapshotModel } from "../../../src/check/analysis/snapshot-model.ts";
import { type CheckFinding, check } from "../../../src/check/check.ts";
import { RULES } from "../../../src/check/rules.ts";
import { nodeFiles } from "../../../src/platform/node-ports.ts";
import { takingTurns } from "../../support/portion.ts";
import { sharedPath, skipWithout } from "../../support/shared.ts";

const it = takingTurns(import.meta.url);

const PUBLISHED = "published/protocol_snapshot";
const PAGE = readFileSync(join(import.meta.dirname, "../published-findings.md"), "utf8");

/** The cells of every table row of a part of the page, without what marks them as code. */
function rows(markdown: string): readonly (readonly string[])[] {
  const lines = markdown.split("\n").filter((line) => line.startsWith("| ") && line.includes("`"));
  return lines.map((line) =>
    line
      .slice(2, -2)
      .split(" | ")
      .map((cell) => cell.replaceAll("`", "")),
  );
}

const [arguments_, defects] = PAGE.split("\n## Where the known defects are found\n") as [string, string];

function place({ rule, artifact, file, pointer }: CheckFinding): string {
  return `${rule} ${artifact ?? file} ${pointer.replace(/^\/frontmatter/, "") || "/"}`;
}

suite("the published snapshot", { skip: skipWithout(PUBLISHED) }, () => {
  const read = async () => {
    const subject = await readSnapshotModel(sharedPath(PUBLISHED), nodeFiles, registry);
    return { subject, findings: check(subject, RULES) };
  };
  let known: ReturnType<typeof read> | undefined;
  const published = () => {
    known ??= read();
    return known;
  };

  it("each finding is argued on the page, and the page argues no other", async () => {
    const argued = rows(arguments_).flatMap(([rule, artifact, places = ""]) =>
      places.split("<br>").map((one) => `${rule} ${artifact} ${one}`),
    );
    const places = new Set((await published()).findings.map(place));
    assert.equal(new Set(argued).size, argued.length, "an argument stands twice");
    assert.deepEqual([...argued].sort(), [...places].sort());
  });

  it("each known defect that the artifacts show is found", async () => {
    const places = new Set(
      (await published()).findings.map(({ rule, artifact, file }) => `${rule} ${artifact ?? file}`),
    );
    const listed = rows(defects).map(([, rule, artifact]) => `${rule} ${artifact}`);
    assert.ok(listed.length > 30);
    for (const one of listed) assert.ok(places.has(one), one);
  });

  test("its tokenized projection says what its artifacts say, and leaves two workflows out", async () => {
    const { subject, findings } = await published();
    assert.equal(subject.projections.length, 3);
    const differing = findings.filter(({ rule }) => rule === "tokenized-differs");
    const left = new Set(differing.map(({ message }) => message));
    assert.deepEqual([...left].sort(), [
      "the projection has no pgs_capabilities.registry.name_service.workflows::WF_LOOKUP_NAME_V0",
      "the projection has no pgs_capabilities.registry.name_service.workflows::WF_REGISTER_NAME_V0",
    ]);
  });
});
