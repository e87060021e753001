/** What is left after a power cut while runs of a segment are pruned or moved to folders. */

import assert from "node:assert/strict";
import { cpSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { appending, contract, oneContract, WORKFLOW } from "../engine/trial.ts";
import { waitingWorkspace } from "../sessions/waiting.ts";
import { at, document, type Workspace } from "../sessions/world.ts";
import { recordDisk } from "../support/disk.ts";
import { portion } from "../support/portion.ts";

const PROTOCOL = oneContract(contract([appending("one", { n: 1 })]));
const RUNS = 4;
const KEPT = 2;

/** A workspace with runs in a segment whose process is gone, and their ids, the first one first. */
async function batchLeft(t: TestContext) {
  const place = waitingWorkspace(t, PROTOCOL);
  writeFileSync(place.path("p.jsonl"), "{}\n".repeat(RUNS));
  const said = await place.session("run", WORKFLOW, "--payloads", "p.jsonl", "--quiet");
  assert.equal(said.code, 0, said.err);
  const left = waitingWorkspace(t, PROTOCOL);
  const filter = (path: string) => !/\.lock$|\/\.pgs$/.test(path);
  for (const name of ["traces", "data"]) cpSync(place.path(name), left.path(name), { recursive: true, filter });
  const ids = left.traces().map((trace) => trace.split("#")[1] ?? assert.fail(trace));
  assert.equal(ids.length, RUNS);
  return { left, ids };
}

interface Rewriting {
  /** Done again, it does the rest. */
  readonly isRepeated: boolean;
  argv(ids: readonly string[]): readonly string[];
  /** Those that are there after it. */
  stay(ids: readonly string[]): readonly string[];
}

const REWRITING: Readonly<Record<string, Rewriting>> = {
  pruned: {
    isRepeated: true,
    argv: () => ["runs", "prune", "--older-than", "PT0S", "--keep", String(KEPT)],
    stay: (ids) => ids.slice(-KEPT),
  },
  "moved to folders": {
    isRepeated: false,
    argv: (ids) => ["render", ...ids.slice(0, KEPT)],
    stay: (ids) => ids,
  },
};

/** Of the ledger, a last line may be incomplete until the next one is added. */
async function assertWhole(place: Workspace, stay: readonly string[], flaws: readonly string[]): Promise<void> {
  for (const id of stay) {
    const examined = await place.session("examine", id);
    assert.equal(examined.code, 0, `${examined.out}${examined.err}`);
  }
  const verified = document(await place.session("runs", "verify", "--json"));
  const codes = (at(verified, "findings") as readonly JsonObject[]).map(({ code }) => String(code));
  assert.deepEqual(
    codes.filter((code) => !flaws.includes(code)),
    [],
  );
}

for (const [what, { argv, stay, isRepeated }] of Object.entries(REWRITING)) {
  test(`a power cut while runs are ${what} takes no line of a run that stays, and looks like no deletion`, async (t) => {
    const { left, ids } = await batchLeft(t);
    const words = argv(ids);
    const disk = await recordDisk(left.folder, async () => {
      const said = await left.session(...words);
      assert.equal(said.code, 0, said.err);
    });
    const moments = Array.from({ length: disk.moments }, (_, moment) => moment);
    for (const moment of portion(t, moments, 6)) {
      await t.test(`change ${moment} of ${disk.moments}`, async (cut) => {
        const place = waitingWorkspace(cut, PROTOCOL);
        disk.leaveAt(moment, place.folder);
        await assertWhole(place, stay(ids), ["TORN_LINE"]);
        if (!isRepeated) return;
        const again = await place.session(...words);
        assert.equal(again.code, 0, again.err);
        await assertWhole(place, stay(ids), []);
      });
    }
  });
}
