/** A folder that is no snapshot is met with one that is near. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Files } from "../../src/ports.ts";
import { nearbySnapshot } from "../../src/snapshot/nearby.ts";

const folders = [
  "/w/protocol_snapshot/artifacts/workflows",
  "/w/approved/artifacts/workflows",
  "/w/below/data",
];

const files: Pick<Files, "isFolder" | "names"> = {
  isFolder: (path) => folders.some((folder) => `${folder}/`.startsWith(`${path}/`)),
  names(path) {
    const below = folders.filter((folder) => folder.startsWith(`${path}/`));
    return below.map((folder) => folder.slice(path.length + 1).split("/")[0] as string);
  },
};

const cases: readonly (readonly [about: string, given: string, found: string | null])[] = [
  ["the folder above it", "/w", "/w/protocol_snapshot"],
  ["a mistyped name", "/w/aproved", "/w/approved"],
  ["a folder inside of it", "/w/approved/artifacts", "/w/approved"],
  ["a folder beside it", "/w/below/protocol_snapshot", "/w/protocol_snapshot"],
  ["somewhere else", "/elsewhere/far", null],
];

for (const [about, given, found] of cases) {
  test(`given ${about}, ${found ?? "nothing"} is near`, () => {
    assert.equal(nearbySnapshot(given, files as Files), found);
  });
}
