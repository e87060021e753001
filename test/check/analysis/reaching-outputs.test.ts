/** What the rules find in the published snapshot, held to the page that argues each finding. */

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { takingTurns } from "../../support/portion.ts";
import { sharedPath, skipWithout } from "../../support/shared.ts";
import { arguedOn, checked, pageText, placeOf, rowsOf } from "../argued.ts";

const it = takingTurns(import.meta.url);

const PUBLISHED = "published/protocol_snapshot";

const [arguments_, defects] = pageText("published-findings.md").split(
  "\n## Where the known defects are found\n",
) as [string, string];

suite("the published snapshot", { skip: skipWithout(PUBLISHED) }, () => {
  let known: ReturnType<typeof checked> | undefined;
  const published = () => {
    known ??= checked(sharedPath(PUBLISHED));
    return known;
  };

  it("each finding is argued on the page, and the page argues no other", async () => {
    const argued = arguedOn(arguments_);
    const places = new Set((await published()).findings.map(placeOf));
    assert.equal(new Set(argued).size, argued.length, "an argument stands twice");
    assert.deepEqual([...argued].sort(), [...places].sort());
  });

  it("each known defect that the artifacts show is found", async () => {
    const places = new Set(
      (await published()).findings.map(({ rule, artifact, file }) => `${rule} ${artifact ?? file}`),
    );
    const listed = rowsOf(defects).map(([, rule, artifact]) => `${rule} ${artifact}`);
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
