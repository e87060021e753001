/** What a state file costs by its number of keys: `state-files.ts <scratch folder>`; started by `growth.ts`. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { library } from "./library.ts";
import { inTurn, microseconds, spreadOf } from "./sample.ts";
import type { Row, Section } from "./section.ts";

const SIZES = [100, 10_000, 1_000_000] as const;
const ROUNDS = 7;
const STATE = "state.json";

const scratch = process.argv[2] as string;

const keyOf = (i: number) => `order-${i}`;
const recordOf = (i: number) => ({ status: "OPEN", n: i });
const some = (count: number) => keyOf(Math.floor(Math.random() * count));

/** As another program writes it. */
function laidOut(count: number): string {
  const folder = mkdtempSync(join(scratch, "state-"));
  const records = Array.from({ length: count }, (_, i) => [keyOf(i), recordOf(i)]);
  writeFileSync(join(folder, STATE), JSON.stringify(Object.fromEntries(records), null, 2));
  return folder;
}

const open = (folder: string) => library.openStores(folder).at(STATE).open("document");
type Document = ReturnType<typeof open>;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = process.hrtime.bigint();
  await work();
  return microseconds(begun) / 1000;
}

const write = (document: Document, count: number) => timed(() => document.put(some(count), recordOf(0)));
const read = (document: Document, count: number) => timed(() => document.get(some(count)));

async function measured(count: number): Promise<Readonly<Record<string, readonly number[]>>> {
  const folder = laidOut(count);
  const first = [await read(open(folder), count)];
  const foreign = [await write(open(folder), count)];
  const known = open(folder);
  const samples = await inTurn(
    {
      "WRITE, one process": () => write(known, count),
      "WRITE, fresh": () => write(open(folder), count),
      "READ, one process": () => read(known, count),
      "READ, fresh": () => read(open(folder), count),
    },
    ROUNDS,
  );
  rmSync(folder, { recursive: true });
  return {
    ...samples,
    "READ, written by another program": first,
    "WRITE, written by another program": foreign,
  };
}

async function growthOfState(): Promise<Section> {
  const found: Readonly<Record<string, readonly number[]>>[] = [];
  for (const count of SIZES) found.push(await measured(count));
  const rows = Object.keys(found[0] ?? {}).flatMap((what): readonly Row[] => {
    const spreads = found.map((samples) => spreadOf(samples[what] ?? []));
    const least = spreads[0]?.median as number;
    return spreads.map((spread, i) => ({
      what: `${what}, ${SIZES[i]?.toLocaleString("en")} keys`,
      ...spread,
      unit: "ms",
      ratio: spread.median / least,
    }));
  });
  return {
    title: "Growth, state files",
    about: `One operation on one key; a file is replaced as a whole, so it may cost more. Some are taken once. Ratio to ${SIZES[0]} keys.`,
    rows,
  };
}

console.log(JSON.stringify(await growthOfState()));
