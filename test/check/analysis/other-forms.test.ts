/** What the rules find in older releases and in assembled snapshots, held to the pages that argue each finding. */

import assert from "node:assert/strict";
import { join } from "node:path";
import type { CheckFinding } from "../../../src/check/check.ts";
import { unpacked } from "../../support/archive.ts";
import { portion, takingTurns } from "../../support/portion.ts";
import { skipWithout } from "../../support/shared.ts";
import { arguedOn, checked, pageText, placeOf } from "../argued.ts";

const it = takingTurns(import.meta.url);

interface Group {
  readonly about: string;
  /** The page that argues the findings, and one that argues those that another snapshot has, too. */
  readonly page: string;
  readonly shared?: string;
  readonly snapshots: readonly (readonly [archive: string, folder: string])[];
  readonly isLeftOut?: (finding: CheckFinding) => boolean;
}

const GROUPS: readonly Group[] = [
  {
    about: "releases 0.2 to 0.4, and a damaged one",
    page: "older-findings.md",
    shared: "published-findings.md",
    snapshots: ["608056b", "33c85bb", "420bbe3", "f1cc26f"].map(
      (release) => [`older-snapshots/${release}.tar.xz`, "protocol_snapshot"] as const,
    ),
  },
  {
    about: "assembled snapshots",
    page: "assembled-findings.md",
    snapshots: [
      ["assembled/release9-snapshot.tar.xz", "snapshot"],
      ["assembled/v5-subset.tar.xz", "subset"],
    ],
    // The smaller composition was made without the artifacts that govern the others.
    isLeftOut: ({ rule, facts }) =>
      rule === "reference-unresolved" &&
      /::(?:CONSTITUTION_\w+|STRUCTURE_RUNTIME_EXECUTION_V0)$/.test(String(facts["name"])),
  },
];

for (const { about, page, shared, snapshots, isLeftOut = () => false } of GROUPS) {
  it(`${about}: each finding is argued on its page, and the page argues no other`, {
    skip: skipWithout(snapshots[0]?.[0] ?? ""),
  }, async (t) => {
    const own = arguedOn(pageText(page));
    assert.equal(new Set(own).size, own.length, "a place is argued twice");
    const argued = new Set([...own, ...(shared === undefined ? [] : arguedOn(pageText(shared)))]);
    const found = new Set<string>();
    const played = portion(t, snapshots, 1);
    for (const [archive, folder] of played) {
      const { findings } = await checked(join(unpacked(archive), folder));
      for (const one of findings.filter((finding) => !isLeftOut(finding))) {
        assert.ok(argued.has(placeOf(one)), `${archive}: ${placeOf(one)} is not argued: ${one.message}`);
        found.add(placeOf(one));
      }
    }
    if (played.length < snapshots.length) return;
    assert.deepEqual(
      own.filter((place) => !found.has(place)),
      [],
      "argued, and not found",
    );
  });
}
