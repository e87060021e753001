/** A folder that is no snapshot is met with one that is near. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import type { Files } from "../../src/ports.ts";
import { findNearbySnapshot, optionsFor, usualSnapshot } from "../../src/snapshot/find-snapshot.ts";

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
    assert.equal(findNearbySnapshot(given, files as Files), found);
  });
}

const placed: readonly (readonly [
  about: string,
  workspace: string,
  isNamed: boolean,
  near: string,
  typed: string,
])[] = [
  ["a folder of its workspace", "/w/below", false, "/w/protocol_snapshot", "--workspace /w"],
  [
    "a folder of the snapshot",
    "/w/protocol_snapshot/artifacts",
    false,
    "/w/protocol_snapshot",
    "--workspace /w",
  ],
  [
    "below it, another named",
    "/w/below",
    true,
    "/w/protocol_snapshot",
    "--workspace /w --snapshot /w/protocol_snapshot",
  ],
  ["below it, under another name", "/w/below", false, "/w/approved", "--workspace /w --snapshot /w/approved"],
  ["its own workspace", "/w", true, "/w/protocol_snapshot", "--snapshot /w/protocol_snapshot"],
  ["elsewhere", "/v", true, "/w/protocol_snapshot", "--snapshot /w/protocol_snapshot"],
  ["inside, the workspace being the root", "/w", false, "/protocol_snapshot", "--workspace /"],
];

for (const [about, workspace, isSnapshotNamed, near, typed] of placed) {
  test(`from ${about}, ${near} is used with ${typed}`, () => {
    assert.equal(
      optionsFor(near, { workspace, isSnapshotNamed }, { ...nodeFiles, realPath: () => null }),
      typed,
    );
  });
}

const USUAL: readonly (readonly [about: string, folders: readonly string[], usual: string])[] = [
  ["nothing", [], "/w/protocol_snapshot"],
  ["an assembled snapshot", ["/w/snapshot/canonical", "/w/snapshot/manifest.json"], "/w/snapshot"],
  ["a folder of that name without a manifest", ["/w/snapshot/canonical"], "/w/protocol_snapshot"],
  [
    "both",
    ["/w/protocol_snapshot/artifacts", "/w/snapshot/canonical", "/w/snapshot/manifest.json"],
    "/w/protocol_snapshot",
  ],
];

for (const [about, there, usual] of USUAL) {
  test(`a workspace with ${about} uses ${usual}`, () => {
    const names = (path: string) =>
      there.flatMap((one) =>
        one.startsWith(`${path}/`) ? (one.slice(path.length + 1).split("/")[0] ?? []) : [],
      );
    const isFolder = (path: string) => there.some((one) => `${one}/`.startsWith(`${path}/`));
    assert.equal(usualSnapshot("/w", { names, isFolder }), usual);
  });
}
