/** What is left after a power cut while many runs of one process share their synchronisations (SPEC 5). */

import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { openWorkspace, segmentTraces, type Traces } from "../../src/index.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { openSegments } from "../../src/platform/segments/segments.ts";
import { waitingWorkspace } from "../sessions/waiting.ts";
import { at, lines, type Workspace } from "../sessions/world.ts";
import { type Disk, recordDisk } from "../support/disk.ts";
import { appending, contract, oneContract, WORKFLOW } from "./trial.ts";

const RUNS = 64;

/** Two stores, so that several files are synchronised at the same time. */
const PROTOCOL = oneContract(
  contract([appending("one", { n: 1 }), appending("two", { n: 2 }, { store: "OTHER" })]),
  {},
  { stores: { OTHER: "other.jsonl" } },
);

interface Effect {
  /** What its record has. */
  readonly mark: string;
  /** The numbers of the lines of its begin and of its end. */
  readonly start: number;
  readonly end: number;
}

/** A trace, and how many whole lines of it a text of its file has. */
interface Recorded {
  readonly file: string;
  readonly events: readonly JsonObject[];
  count(text: string | null): number;
}

/** The effects of one trace on each store. */
function effectsOf({ events }: Recorded): readonly (readonly [store: string, effect: Effect])[] {
  return events.flatMap((event, i) => {
    if (event["event_type"] !== "side_effect_start") return [];
    const end = events.findIndex(({ event_type }, line) => line > i && event_type === "side_effect_end");
    const mark = String(at(events[end], "payload", "result", "record_id"));
    return [[String(at(event, "payload", "store")), { mark, start: i + 1, end: end + 1 }] as const];
  });
}

const wholeLines = (text: string | null) => (text ?? "").split("\n").length - 1;

/** Holds every state that a cut at the moment may leave to the promise; answers how many effects it may show. */
function assertMoment(
  disk: Disk,
  moment: number,
  store: string,
  traces: ReadonlyMap<Recorded, readonly Effect[]>,
): number {
  const texts = [...disk.afterCut(store, moment)].map((text) => text ?? "");
  let shown = 0;
  const files = new Map<string, readonly (string | null)[]>();
  for (const [{ file, count }, effects] of traces) {
    const states = files.get(file) ?? [...disk.afterCut(file, moment)];
    files.set(file, states);
    const counts = states.map(count);
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    for (const { mark, start, end } of effects) {
      const isShown = texts.some((text) => text.includes(mark));
      const isKept = texts.every((text) => text.slice(text.indexOf(mark)).includes("\n"));
      if (isShown) assert.ok(least >= start, `change ${moment}: an effect without its begin`);
      if (most >= end)
        assert.ok(isKept && isShown, `change ${moment}: an end says what the store does not have`);
      shown += Number(isShown);
    }
  }
  return shown;
}

const PROMISE = "no power cut leaves an end without its record or an effect without its begin";

function assertPromise(disk: Disk, place: Workspace, traces: readonly Recorded[]): void {
  assert.equal(traces.length, RUNS);
  const all = traces.map((trace) => [trace, effectsOf(trace)] as const);
  for (const name of ["LOG", "OTHER"]) {
    const store = place.path(`data/${name.toLowerCase()}.jsonl`);
    const on = new Map(
      all.map(([trace, found]) => [trace, found.flatMap(([of, effect]) => (of === name ? [effect] : []))]),
    );
    const { written, forced } = disk.changesOf(store);
    const moments = [...written.filter((_, i) => i % 8 === 7), ...forced];
    const shown = moments.map((moment) => assertMoment(disk, moment, store, on));
    assert.equal(shown.at(-1), RUNS, "every run wrote a record");
    assert.ok(forced.length < RUNS, `${forced.length} synchronisations served ${RUNS} records`);
  }
  for (const { file, events, count } of traces) {
    const ends = new Set([...disk.afterCut(file, disk.moments - 1)].map(count));
    assert.deepEqual([...ends], [events.length], "all of the trace is on the device at the end");
  }
}

test(`with ${RUNS} runs in flight, each with a file of its own, ${PROMISE}`, async (t) => {
  const place = waitingWorkspace(t, PROTOCOL);
  writeFileSync(place.path("p.jsonl"), "{}\n".repeat(RUNS));
  const argv = ["run", WORKFLOW, "--payloads", "p.jsonl", "--jobs", String(RUNS), "--own-folders"];
  const disk = await recordDisk(place.folder, () => place.session(...argv));
  const traces = place.traces().map((file) => ({ file, events: lines(file), count: wholeLines }));
  assertPromise(disk, place, traces);
});

/** In files that take a new run until they have this many bytes; several runs end in each file that others begin in. */
function smallSegments(folder: string): Traces {
  const segments = openSegments(folder, { access: "owner", mostBytes: 8_000 });
  return {
    open(wanted) {
      const { id, address, file: writer } = segments.open(wanted) ?? assert.fail(`no segment for ${wanted}`);
      const file = `${folder}/${address}`;
      return { id, folder: "", file, writer, bytes: () => assert.fail("not read") };
    },
  };
}

/** Of the runs, whose lines are in any of the files. */
function segmented(files: readonly string[], ids: readonly string[]): readonly Recorded[] {
  const lineIn = (id: string) => `"execution_id":"${id}"`;
  const inFiles = files.map((file) => ({ file, events: lines(file) }));
  return ids.map((id) => {
    const isOwn = ({ execution_id }: JsonObject) => execution_id === id;
    const found = inFiles.filter(({ events }) => events.some(isOwn));
    assert.equal(found.length, 1, "all of a run is in one file");
    const [{ file = "", events = [] } = {}] = found;
    return {
      file,
      events: events.filter(isOwn),
      count: (text) =>
        (text ?? "")
          .split("\n")
          .slice(0, -1)
          .filter((line) => line.includes(lineIn(id))).length,
    };
  });
}

for (const { where, traces, isMany } of [
  { where: "in one file", traces: segmentTraces, isMany: false },
  { where: "in files that are closed at a size", traces: smallSegments, isMany: true },
]) {
  test(`with ${RUNS} runs in flight ${where}, ${PROMISE}`, async (t) => {
    const place = waitingWorkspace(t, PROTOCOL);
    const ids: string[] = [];
    const disk = await recordDisk(place.folder, async () => {
      const options = { folder: place.folder, traces: traces(place.path("traces")) };
      const workflow = await (await openWorkspace(options)).workflow(WORKFLOW);
      const runs = await Promise.all(Array.from({ length: RUNS }, () => workflow.run({})));
      ids.push(...runs.map(({ id }) => id));
    });
    const folder = place.path("traces/segments");
    const files = readdirSync(folder).filter((one) => one.endsWith(".jsonl"));
    assert.equal(files.length > 1, isMany);
    const paths = files.map((name) => `${folder}/${name}`);
    assertPromise(disk, place, segmented(paths, ids));
    const forced = paths.reduce((sum, path) => sum + disk.changesOf(path).forced.length, 0);
    assert.ok(forced < RUNS * files.length, `${forced} synchronisations served ${3 * RUNS} waits`);
  });
}

test(`with ${RUNS} runs in flight in one file, no effect takes place before its begin is in the file, whether it is forced or not`, async (t) => {
  const place = waitingWorkspace(t, PROTOCOL);
  const ids: string[] = [];
  const disk = await recordDisk(place.folder, async () => {
    const options = { folder: place.folder, durability: "process" } as const;
    const workflow = await (await openWorkspace(options)).workflow(WORKFLOW);
    const runs = await Promise.all(Array.from({ length: RUNS }, () => workflow.run({})));
    ids.push(...runs.map(({ id }) => id));
  });
  const folder = place.path("traces/segments");
  const paths = readdirSync(folder).flatMap((one) => (one.endsWith(".jsonl") ? [`${folder}/${one}`] : []));
  const traces = segmented(paths, ids);
  const all = traces.map((trace) => [trace, effectsOf(trace)] as const);
  for (const name of ["LOG", "OTHER"]) {
    const store = place.path(`data/${name.toLowerCase()}.jsonl`);
    let shown = 0;
    for (const moment of disk.changesOf(store).written) {
      const text = disk.now(store, moment) ?? "";
      shown = 0;
      for (const [{ file, count }, effects] of all) {
        const [, effect] = effects.find(([of, { mark }]) => of === name && text.includes(mark)) ?? [];
        if (effect === undefined) continue;
        assert.ok(
          count(disk.now(file, moment)) >= effect.start,
          `change ${moment}: an effect without its begin`,
        );
        shown++;
      }
    }
    assert.equal(shown, RUNS, "every run wrote a record");
  }
  const writes = paths.reduce((sum, path) => sum + disk.changesOf(path).written.length, 0);
  assert.ok(writes < RUNS, `${writes} writes for ${4 * RUNS} that were asked for`);
});
