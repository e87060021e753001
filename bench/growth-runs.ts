/** Runs on a data root of a given size: `growth-runs.ts <scratch folder> <folder with data/> <first number>`; prints each run's µs. */

import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { openRunner } from "./library.ts";
import { mainSubject } from "./subject.ts";

const WARM_UP = 1000;
const RUNS = 50;

const [scratch, folder, first] = process.argv.slice(2) as [string, string, string];
const subject = mainSubject(scratch);
const elsewhere = await openRunner(subject, mkdtempSync(join(scratch, "elsewhere-")));
for (let i = 0; i < WARM_UP; i++) await elsewhere();

// What the data root holds is there already: it is not laid out anew.
const runner = await openRunner({ ...subject, data: null }, folder, "folders", Number(first));
// Whoever looks first reads the whole store; what is asked here is what every later run costs.
await runner();
const costs: number[] = [];
for (let i = 0; i < RUNS; i++) costs.push(await runner());
console.log(JSON.stringify(costs));
