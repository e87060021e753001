/** What is left after a power cut at any moment of a run at `device` durability (SPEC 5). */

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { type TestContext, test } from "node:test";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { FIXTURES, fixture, lines, type Workspace, workspace } from "../sessions/world.ts";
import { type Disk, recordDisk } from "../support/disk.ts";
import { PLAYS_ALL, portion } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";

interface Run {
  readonly workflow: string;
  readonly payload: Json;
}

interface Cut {
  readonly disk: Disk;
  readonly place: Workspace;
  readonly trace: string;
  readonly events: readonly JsonObject[];
  /** By moment: how many lines the trace has for those who look at it. */
  readonly reached: readonly number[];
}

async function recorded(place: Workspace, { workflow, payload }: Run): Promise<Cut> {
  const before = new Set(place.traces());
  const stdin = () => Buffer.from(JSON.stringify(payload));
  const argv = ["run", "--wf", workflow, "--payload", "-", "--no-md", "--no-png"];
  const disk = await recordDisk(place.folder, () => place.sessionIn({ stdin }, ...argv));
  const trace = place.traces().find((file) => !before.has(file)) as string;
  const moments = Array.from({ length: disk.moments }, (_, moment) => moment);
  const reached = moments.map((moment) => wholeLines(disk.now(trace, moment)));
  return { disk, place, trace, events: lines(trace), reached };
}

/** The lines of a trace that are whole. */
function wholeLines(text: string | null): number {
  let count = 0;
  for (const line of (text ?? "").split("\n").slice(0, -1)) {
    try {
      JSON.parse(line);
    } catch {
      return count;
    }
    count++;
  }
  return count;
}

/** What an effect left in a store, and between which lines of the trace; the first is what was there before. */
interface Version {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function versionsOf({ disk, events, reached }: Cut, store: string): readonly Version[] {
  const versions: Version[] = [{ text: disk.now(store, 0) ?? "", start: 0, end: 0 }];
  let start = 0;
  events.forEach((event, i) => {
    if (event["event_type"] === "side_effect_start") start = i + 1;
    if (event["event_type"] !== "side_effect_end") return;
    const end = i + 1;
    const moment = reached.findIndex((count) => count >= end);
    const text = disk.now(store, Math.max(0, moment)) ?? "";
    if (text !== versions.at(-1)?.text) versions.push({ text, start, end });
  });
  return versions;
}

/** Holds every state of the disk to the promise; answers how many there were. */
function assertPromise(run: Cut): number {
  const { disk, place, trace, events } = run;
  const written = filesBelow(place.path("data"))
    .map((store) => ({ store, versions: versionsOf(run, store) }))
    .filter(({ versions }) => versions.length > 1);
  let states = 0;
  for (let moment = 0; moment < disk.moments; moment++) {
    const said = [...new Set([...disk.afterCut(trace, moment)].map(wholeLines))];
    for (const { store, versions } of written) {
      for (const text of disk.afterCut(store, moment)) {
        states += said.length;
        const about = `${relative(place.folder, store)}, change ${moment}`;
        const reached = versions.findLastIndex((version) => (text ?? "").startsWith(version.text));
        const begun = (text ?? "") === versions[reached]?.text ? versions[reached] : versions[reached + 1];
        for (const line of said) {
          const ended = versions.findLastIndex(({ end }) => end <= line);
          assert.ok(reached >= ended, `${about}: line ${line} says that an effect ended whose record is gone`);
          assert.ok(line >= (begun?.start ?? 0), `${about}: line ${line} is before the start of an effect`);
        }
      }
    }
  }
  const ends = [...disk.afterCut(trace, disk.moments - 1)].map(wholeLines);
  assert.deepEqual(ends, [events.length], "all of the trace is on the device at the end");
  return states;
}

function filesBelow(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const own = {
  "a release, its successor and its withdrawal": [
    ["WF_RELEASE_CHANGE_V0", "wf-release-change/completed"],
    ["WF_RELEASE_CHANGE_V0", "wf-release-change/completed-successor"],
    ["WF_ROLLBACK_RELEASE_V0", "wf-rollback-release/completed-superseded"],
  ],
  "a grant and its end": [
    ["WF_GRANT_TOOL_V0", "wf-grant-tool/completed"],
    ["WF_REVOKE_GRANT_V0", "wf-revoke-grant/completed"],
  ],
} as const;

const PROMISE = "no power cut leaves an end without its record or an effect without its start";

for (const [name, runs] of portion({ name: "own", diagnostic: console.log }, Object.entries(own), 1)) {
  test(`${PROMISE}: ${name}`, async (t) => {
    const place = workspace(t, { data: `${FIXTURES}/data` });
    for (const [code, payload] of runs) {
      const workflow = `${code.includes("GRANT") ? "agent" : "release"}_governance::${code}`;
      const run = { workflow, payload: JSON.parse(readFileSync(fixture(payload), "utf8")) as Json };
      assert.ok(assertPromise(await recorded(place, run)) > 0, "nothing was written");
    }
  });
}

interface Vector {
  readonly data_before: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly wf: string; readonly payload: Json }[];
}

/** Stores of every kind, made by the first run, and runs nested in others. */
const PUBLISHED = ["name_service", "identity_register", "tx_mint", "orchestration_tx_workload"];

const skip = skipWithout("vectors") || skipWithout("published/protocol_snapshot");
test(`${PROMISE}: published workflows`, { skip }, async (suite) => {
  for (const name of portion(suite, PUBLISHED, 1)) await suite.test(name, (t) => assertPublished(t, name));
});

async function assertPublished(t: TestContext, name: string): Promise<void> {
  const place = workspace(t, { snapshot: sharedPath("published/protocol_snapshot") });
  const { data_before, steps } = JSON.parse(readFileSync(sharedPath(`vectors/${name}.json`), "utf8")) as Vector;
  for (const [path, text] of Object.entries(data_before)) {
    mkdirSync(place.path(`data/${dirname(path)}`), { recursive: true });
    writeFileSync(place.path(`data/${path}`), text);
  }
  let states = 0;
  for (const { wf: workflow, payload } of steps.slice(0, PLAYS_ALL ? 4 : 1))
    states += assertPromise(await recorded(place, { workflow, payload }));
  assert.ok(states > 0, "nothing was written");
}
