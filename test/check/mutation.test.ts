/** How much of what somebody may break in a snapshot the rules report: single mutations of a snapshot without findings. */

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { type Read, readEntries, readEntry } from "../../src/check/analysis/entries.ts";
import { type SnapshotModel, snapshotModelOf } from "../../src/check/analysis/snapshot-model.ts";
import { check } from "../../src/check/check.ts";
import { RULES } from "../../src/check/rules.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import type { Fqdn } from "../../src/snapshot/fqdn.ts";
import { artifact, OWN_SNAPSHOT } from "../snapshot/memory-files.ts";
import { ownRegistry } from "../support/own-registry.ts";
import { PLAYS_ALL, portion, takingTurns } from "../support/portion.ts";
import { MISSED } from "./missed.ts";
import { type Mutation, mutationsOf } from "./mutations.ts";

const it = takingTurns(import.meta.url);

const COUNT = 300;

/** The same numbers every time: a mutation that is missed today is missed tomorrow. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** As many of each kind as there are, in turn, until there are enough. */
function chosen(random: () => number): readonly Mutation[] {
  const entries = [...clean.entries.values()].filter(
    ({ artifact, word }) => artifact !== null && word !== "CT" && word !== "CS",
  );
  const kinds = [...mutationsOf(entries, random).values()].map((all) => [...all]);
  const taken: Mutation[] = [];
  while (taken.length < COUNT && kinds.some((left) => left.length > 0)) {
    for (const left of kinds) {
      if (left.length === 0 || taken.length === COUNT) continue;
      taken.push(...left.splice(Math.floor(random() * left.length), 1));
    }
  }
  return taken;
}

const whole = readEntries(OWN_SNAPSHOT, nodeFiles);
/** Without the graphs and the index: a mutation is to be found in the artifacts, not beside them. */
const clean: Read = {
  ...whole,
  documents: new Map([...whole.documents].filter(([file]) => file.startsWith("conformance/"))),
};

/** Whether some rule finds something in the snapshot with one artifact changed. */
async function isReported({ artifact: fqdn, frontmatter }: Mutation): Promise<boolean> {
  const subject = await changed(fqdn, frontmatter());
  return RULES.some((rule) => [...rule.check(subject)].length > 0);
}

/** The snapshot with one artifact that has another Machine block, its text and hash made anew, or is gone. */
async function changed(fqdn: string, block: JsonObject | null): Promise<SnapshotModel> {
  const entries = new Map(clean.entries);
  entries.delete(fqdn as Fqdn);
  if (block !== null) {
    const [path, text] = artifact(fqdn, JSON.stringify(block, null, 2));
    entries.set(fqdn as Fqdn, readEntry({ path, bytes: Buffer.from(text) }));
  }
  return snapshotModelOf({ ...clean, entries }, [], "/snapshot", ownRegistry);
}

suite("single mutations of a clean snapshot", () => {
  const mutations = chosen(seeded(20));

  test("the snapshot itself gives no finding", async () => {
    assert.deepEqual(check(await snapshotModelOf(clean, [], "/snapshot", ownRegistry), RULES), []);
  });

  test("there are three hundred different ones, of at least twelve kinds", () => {
    const told = new Set(mutations.map(({ artifact, what }) => `${artifact} ${what}`));
    assert.equal(mutations.length, COUNT);
    assert.equal(told.size, COUNT);
    assert.ok(new Set(mutations.map(({ kind }) => kind)).size >= 12);
  });

  it("nineteen of twenty are reported, and the others are the known ones, each with its reason", async (t) => {
    const missed: string[] = [];
    for (const one of portion(t, mutations, 8)) {
      if (!(await isReported(one))) missed.push(`${one.kind}: ${one.artifact} ${one.what}`);
    }
    const known = Object.keys(MISSED).sort();
    assert.deepEqual(missed.sort(), PLAYS_ALL ? known : known.filter((one) => missed.includes(one)));
    assert.ok(missed.length <= COUNT * 0.05, `${missed.length} of ${COUNT} are missed`);
  });

  it("a mistyped operation or store is one finding, at its place, and none elsewhere", async (t) => {
    const cascades: string[] = [];
    const contracts = [...clean.entries.values()].filter(({ word }) => word === "CC");
    for (const { fqdn, frontmatter } of portion(t, contracts, 1)) {
      const { pipeline } = frontmatter["core"] as { pipeline: readonly JsonObject[] };
      for (const [index, member] of pipeline.flatMap((_, i) => SPELT.map((name) => [i, name] as const))) {
        const given = pipeline[index]?.[member];
        if (typeof given !== "string") continue;
        const block = structuredClone(frontmatter) as { core: { pipeline: { [member: string]: Json }[] } };
        (block.core.pipeline[index] as { [member: string]: Json })[member] = `${given.slice(0, -1)}9`;
        const found = check(await changed(fqdn, block as unknown as JsonObject), RULES);
        const place = `/frontmatter/core/pipeline/${index}/${member}`;
        const others = found.filter((one) => one.artifact !== fqdn || one.pointer !== place);
        assert.ok(others.length < found.length, `${fqdn} ${place}`);
        cascades.push(...others.map((one) => `${fqdn} ${place}: ${one.rule} ${one.artifact} ${one.pointer}`));
      }
    }
    assert.deepEqual(cascades, []);
  });
});

/** The members of a step that name something. */
const SPELT = ["op", "store"] as const;
