/**
 * What the compiler of the successor published, made again from the Markdown alone, byte for byte: the artifacts, the
 * copies of capabilities and the graphs.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../src/json/value.ts";
import { buildSnapshot } from "../../../src/snapshot/build/build.ts";
import { projectionsOf } from "../../../src/snapshot/build/projection/assembled-files.ts";
import { takingTurns } from "../../support/portion.ts";
import { skipWithout } from "../../support/shared.ts";
import { authoredIn, PLATFORM, SUBSET, subsetTexts } from "./successor.ts";

const it = takingTurns(import.meta.url);

/** Files that are made and not published, or the other way round, each with the reason. */
const EXCEPTIONS = [
  [
    /^canonical\/platform\/structures\/platform__STRUCTURE_BUILD_PLATFORM_CONFIG_V0\.json$/,
    "what declares the platform is not in the smaller composition, so the test has its own",
  ],
] as const;

const isException = (path: string) => EXCEPTIONS.some(([pattern]) => pattern.test(path));

it("all artifacts, copies and graphs of the successor come out byte for byte", {
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

/** Of the metadata of a projection: what depends on the numbers of the platform's rules, and who made it. */
const OF_NUMBERS = ["graph_address_hash", "graph_topology_hash"];

for (const domain of ["blockchain", "book_library_mgmt", "workload"])
  test(`the projections of ${domain} come out byte for byte, given the numbers of its artifacts`, {
    skip: skipWithout(SUBSET),
  }, () => {
    const texts = subsetTexts();
    const parsed = (path: string) => JSON.parse(texts.get(path) ?? "{}") as JsonObject;
    const envelopes = [...texts.keys()]
      .filter((path) => path.startsWith(`canonical/${domain}/`) && path.includes("__"))
      .map(parsed);
    const numbers = Object.entries(parsed(`vocabulary/${domain}/reverse.json`));
    const ofNames = new Map(numbers.map(([name, hex]) => [name, Number(hex)]));
    const { files: made } = projectionsOf(domain, envelopes, ofNames);
    assert.equal(made.size, 9);
    for (const [path, text] of made) {
      const wanted = texts.get(path);
      if (!/metadata|attestation/.test(path)) assert.ok(text === wanted, `${path} differs`);
      else {
        const [is, should] = [JSON.parse(text) as JsonObject, parsed(path)];
        for (const [name, value] of Object.entries(is))
          if (!OF_NUMBERS.includes(name)) assert.deepEqual(value, should[name], `${path} ${name}`);
        const lost = Object.keys(should).filter((name) => !Object.hasOwn(is, name));
        // A moment of signing, and the rules of the platform, which are compiled elsewhere.
        assert.deepEqual(lost, path.includes("attestation") ? ["imported_governance", "signed_at"] : []);
      }
    }
  });
