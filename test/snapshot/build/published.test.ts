/**
 * What the compiler of a tree of modules published, made again from the Markdown alone: every artifact file byte for
 * byte, the graphs and the users of the stores by value. `EXCEPTIONS` has what is not made, and why.
 */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { isObject, type Json, type JsonObject, objectAt } from "../../../src/json/value.ts";
import { nodeFiles } from "../../../src/platform/node-ports.ts";
import type { AuthoredFile } from "../../../src/snapshot/build/authored.ts";
import { type Built, buildSnapshot } from "../../../src/snapshot/build/build.ts";
import { portion, takingTurns } from "../../support/portion.ts";
import { sharedPath, skipWithout } from "../../support/shared.ts";

const it = takingTurns(import.meta.url);

/** Files and members that another compiler wrote and this one does not make, each with the reason. */
const EXCEPTIONS = [
  [/^(governance\/)?artifacts\/metadata\.json$/, "digests over projections that are not made"],
  [/^conformance\//, "made of TEST_DATA files, whose text is not in the snapshot"],
  [/^visualization\//, "pictures"],
] as const;

/** Members of an index entry that come from other projections: addresses, evidence, build structures. */
const ENTRY = ["canonical_path", "domain", "kind"];

interface Published {
  readonly texts: ReadonlyMap<string, string>;
  readonly built: Built;
}

function publishedIn(snapshot: string): Published {
  const texts = new Map<string, string>();
  const files: AuthoredFile[] = [];
  for (const { path } of nodeFiles.list(snapshot)) {
    if (!path.endsWith(".json")) continue;
    const text = Buffer.from(nodeFiles.read(join(snapshot, path)) ?? []).toString("utf8");
    texts.set(path, text);
    const envelope = path.includes("artifacts/") ? parsed(text) : {};
    const { module_path: module, artifact_code: code, content } = envelope;
    if (typeof module !== "string" || typeof code !== "string" || typeof content !== "string") continue;
    files.push({ path: `${module.replaceAll(".", "/")}/${code}.md`, text: content });
  }
  return { texts, built: buildSnapshot(files) };
}

/** An older release was published with merge-conflict markers in files that are no artifacts. */
function parsed(text: string): JsonObject {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function assertSame({ texts, built }: Published, ignored: readonly string[] = []): number {
  assert.deepEqual(built.problems, []);
  assert.deepEqual([built.form, built.generated], ["modules", []]);
  let same = 0;
  for (const [path, text] of built.files) {
    const published = texts.get(path);
    if (published === undefined) continue;
    const [made, wanted] = [parsed(text), parsed(published)];
    if (path.includes("artifacts/")) {
      if (ignored.length === 0) assert.ok(text === published, `${path} differs`);
      else assert.deepEqual(without(made, ignored), without(wanted, ignored), path);
      same++;
    } else if (path.endsWith(".graph.json")) assert.deepEqual(made, wanted, path);
    else if (path.endsWith("stores.json")) assert.deepEqual(made["stores"], wanted["stores"]);
    else assert.deepEqual(entries(made), entries(wanted));
  }
  const left = [...texts.keys()].filter(
    (path) => !built.files.has(path) && !EXCEPTIONS.some(([pattern]) => pattern.test(path)),
  );
  assert.deepEqual(left, []);
  return same;
}

function without(envelope: JsonObject, members: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(envelope).filter(([name]) => !members.includes(name)));
}

function entries(index: JsonObject): readonly unknown[] {
  const artifacts = objectAt(index, "artifacts");
  return Object.keys(artifacts)
    .sort()
    .map((name) => [name, ...ENTRY.map((member) => objectAt(artifacts, name)[member])]);
}

it("every published artifact comes out byte for byte", { skip: skipWithout("published") }, () => {
  assert.equal(assertSame(publishedIn(sharedPath("published/protocol_snapshot"))), 391);
});

/** By release: how many artifacts it has, and the members that its compiler derived in another way. */
const OLDER: readonly (readonly [release: string, artifacts: number, ignored: readonly string[]])[] = [
  ["f1cc26f", 447, []],
  // It left out references that are written as a list.
  ["33c85bb", 331, ["references"]],
  ["420bbe3", 343, ["references"]],
  ["608056b", 323, ["references"]],
];

it("the artifacts of older releases come out the same", {
  skip: skipWithout("older-snapshots"),
}, async (suite) => {
  for (const [release, artifacts, ignored] of portion(suite, OLDER, 1))
    await suite.test(release, (t) => {
      const folder = unpacked(t, `older-snapshots/${release}.tar.xz`);
      assert.equal(assertSame(publishedIn(join(folder, "protocol_snapshot")), ignored), artifacts);
    });
});

function unpacked(t: TestContext, archive: string): string {
  const folder = mkdtempSync(join(tmpdir(), "pgs-published-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  execFileSync("tar", ["-xJf", sharedPath(archive), "-C", folder]);
  assert.ok(existsSync(join(folder, "protocol_snapshot")), readdirSync(folder).join());
  return folder;
}
