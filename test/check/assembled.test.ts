/** What the rules find in an assembled snapshot, held to the page that argues each finding. */

import assert from "node:assert/strict";

import { registry } from "../../src/capabilities/registry.ts";
import { readSnapshotModel } from "../../src/check/analysis/snapshot-model.ts";
import { check } from "../../src/check/check.ts";
import { RULES } from "../../src/check/rules.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { unpacked } from "../support/archive.ts";
import { takingTurns } from "../support/portion.ts";
import { skipWithout } from "../support/shared.ts";
import { arguedIn, placeOf, readPage } from "./argued.ts";

const it = takingTurns(import.meta.url);

const SUBSET = "assembled/v5-subset.tar.xz";

it("each finding in the assembled snapshot is argued on the page, and the page argues no other", {
  skip: skipWithout(SUBSET),
}, async () => {
  const argued = arguedIn(readPage("assembled-findings.md"));
  assert.equal(new Set(argued).size, argued.length, "an argument stands twice");
  const findings = check(await readSnapshotModel(`${unpacked(SUBSET)}/subset`, nodeFiles, registry), RULES);
  const places = findings.map((one) => {
    const anywhere = placeOf({ ...one, artifact: "*" });
    return argued.includes(anywhere) ? anywhere : placeOf(one);
  });
  assert.deepEqual([...new Set(places)].sort(), [...argued].sort());
});
