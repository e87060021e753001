/**
 * What the compiler of the successor published, made again from the Markdown alone, byte for byte: the artifacts, the
 * copies of capabilities and the graphs.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { buildSnapshot } from "../../../src/snapshot/build/build.ts";
import { skipWithout } from "../../support/shared.ts";
import { authoredIn, PLATFORM, SUBSET, subsetTexts } from "./successor.ts";

/** Files that are made and not published, or the other way round, each with the reason. */
const EXCEPTIONS = [
  [
    /^canonical\/platform\/structures\/platform__STRUCTURE_BUILD_PLATFORM_CONFIG_V0\.json$/,
    "what declares the platform is not in the smaller composition, so the test has its own",
  ],
] as const;

const isException = (path: string) => EXCEPTIONS.some(([pattern]) => pattern.test(path));

test("all artifacts, copies and graphs of the successor come out byte for byte", {
  skip: skipWithout(SUBSET),
}, () => {
  const texts = subsetTexts();
  const built = buildSnapshot([...authoredIn(texts, () => true), PLATFORM]);
  assert.deepEqual([built.form, built.problems, built.generated], ["assembled", [], []]);
  const made = (path: string) => /^(?:canonical\/.*__|behavior_logic\/)/.test(path);
  for (const [path, text] of built.files)
    if (made(path) && !isException(path)) assert.ok(text === texts.get(path), `${path} differs`);
  const wanted = [...texts.keys()].filter(made);
  assert.deepEqual(
    wanted.filter((path) => !built.files.has(path)),
    [],
  );
  // 127 artifacts with text, 20 copies and 17 graphs.
  assert.equal(wanted.length, 164);
});
