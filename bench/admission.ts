/** Does admission cost more the more events are on record? `admission.ts <scratch folder>`; started by `growth.ts`. */

import { appendFileSync, closeSync, mkdirSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { firstRuns } from "./first-runs.ts";
import { library } from "./library.ts";
import { inTurn, microseconds } from "./sample.ts";
import { growthRows, type Section } from "./section.ts";
import { nameCapabilities, ownRelease } from "./subject.ts";

const SIZES = [100, 10_000, 1_000_000] as const;
const LIMIT = 2;
/** Questions in one sample. */
const BLOCK = 50;
/** What the index of the longest journal may not have yet: it is written again when a 128th was added. */
const BEHIND = 7_000;
const JOURNAL = "data/release_governance/history.jsonl";
/** What the workflow of the release forbids. */
const EVENT = "EV_RELEASE_ROLLED_BACK_V0";

const scratch = process.argv[2] as string;

const line = (i: number) =>
  `{"record_id": "2026-01-31T09:00:00_${i}", "sequence_number": ${i + 1}, "timestamp": "2026-01-31T09:00:00", "actor_id": null, "stream_id": null, "record": {"event_code": "${EVENT}", "change_id": "CHG-OLD-${i}", "release_id": "REL-${i}"}}\n`;

function addLines(folder: string, first: number, count: number): void {
  const file = openSync(join(folder, JOURNAL), "a");
  for (let i = 0; i < count; i += 1000)
    writeSync(file, Array.from({ length: Math.min(1000, count - i) }, (_, k) => line(first + i + k)).join(""));
  closeSync(file);
}

function laidOut(count: number): string {
  const folder = join(scratch, `admission-${count}`);
  mkdirSync(join(folder, JOURNAL, ".."), { recursive: true });
  nameCapabilities(ownRelease, folder);
  addLines(folder, 0, count);
  return folder;
}

/** Microseconds of one question, of which every second finds a record, each after another process has added one. */
async function questions(stores: ReturnType<typeof library.openStores>, folder: string, count: number) {
  let taken = 0;
  for (let i = 0; i < BLOCK; i++) {
    appendFileSync(join(folder, JOURNAL), line(-1));
    const change = Math.floor(Math.random() * count) + (i % 2) * 2 * SIZES[2];
    const where = { change_id: `CHG-OLD-${change}` };
    const begun = process.hrtime.bigint();
    const [isFound] = await stores.events.find([{ event: EVENT, where }]);
    taken += microseconds(begun);
    if (isFound !== (i % 2 === 0)) throw new Error(`CHG-OLD-${change} is found: ${isFound}`);
  }
  return taken / BLOCK;
}

async function inOneProcess(folders: readonly string[]): Promise<readonly (readonly number[])[]> {
  const measures = SIZES.map((count, i) => {
    const folder = folders[i] as string;
    const stores = library.openStores(join(folder, "data"));
    return [String(count), () => questions(stores, folder, count)] as const;
  });
  // Whoever asks first reads the whole journal; what is asked here is what every later question costs.
  for (const [, measure] of measures) await measure();
  const samples = await inTurn(Object.fromEntries(measures));
  return SIZES.map((count) => samples[count] ?? []);
}

async function growthOfAdmission(): Promise<readonly Section[]> {
  const folders = SIZES.map(laidOut);
  const about = `Journals hold so many events; ratio to ${SIZES[0]} of them.`;
  const later = growthRows(await inOneProcess(folders), "µs", SIZES, LIMIT);
  const processes = await firstRuns(ownRelease, folders);
  addLines(folders.at(-1) as string, SIZES[2], BEHIND);
  const [behind = []] = await firstRuns({ ...ownRelease, payload: (i) => ownRelease.payload(500_000 + i) }, [
    folders.at(-1) as string,
  ]);
  const rows = growthRows([...processes, behind], "ms", [...SIZES, SIZES[2]], LIMIT);
  const last = rows.at(-1);
  const named = last && {
    ...last,
    what: `${last.what}, ${BEHIND.toLocaleString("en")} of them added since the index`,
  };
  return [
    {
      title: "Growth, admission in one process",
      about: `${about} One question, after another process has added an event.`,
      rows: later,
    },
    {
      title: "Growth, admission in a fresh process",
      about: `${about} Whole process of a run of ${ownRelease.name} without pictures.`,
      rows: named === undefined ? rows : [...rows.slice(0, -1), named],
    },
  ];
}

console.log(JSON.stringify(await growthOfAdmission()));
