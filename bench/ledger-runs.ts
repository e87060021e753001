/** Runs beside those of several traces folders, in turn: `ledger-runs.ts <scratch folder> <folder>…`; prints each run's µs, by folder. */

import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { openRunner, type Runner } from "./library.ts";
import { inTurn } from "./sample.ts";
import { mainSubject } from "./subject.ts";

const WARM_UP = 1000;
const RUNS = 200;

const [scratch, ...folders] = process.argv.slice(2) as [string, ...string[]];
const subject = mainSubject(scratch);
const elsewhere = await openRunner(subject, mkdtempSync(join(scratch, "elsewhere-")));
for (let i = 0; i < WARM_UP; i++) await elsewhere();

// What the data root holds is there already: it is not laid out anew.
const runners: [string, Runner][] = [];
for (const folder of folders)
  runners.push([folder, await openRunner({ ...subject, data: null }, folder, "folders", 2_000_000)]);
const samples = await inTurn(Object.fromEntries(runners), RUNS);
console.log(JSON.stringify(folders.map((folder) => samples[folder])));
