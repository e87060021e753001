/** Verifying and replaying traces. Started by `all.ts` as a process of its own: `examination.ts <scratch folder>`. */

import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { registry } from "../src/capabilities/registry.ts";
import { replay } from "../src/examine/replay.ts";
import { verifyTrace } from "../src/examine/verify.ts";
import { nodeFiles } from "../src/node-ports.ts";
import { compile } from "../src/plan/compile.ts";
import { openSnapshot } from "../src/snapshot/load.ts";
import { requireWorkflow } from "../src/snapshot/require.ts";
import { openRunner } from "./library.ts";
import { inTurn, microseconds, spreadOf } from "./sample.ts";
import type { Section } from "./section.ts";
import { mainSubject } from "./subject.ts";

const WARM_UP = 500;
/** Traces in one sample. */
const BLOCK = 50;

async function examination(scratch: string): Promise<Section> {
  const subject = mainSubject(scratch);
  const folder = join(scratch, "examined");
  mkdirSync(folder);
  await (await openRunner(subject, folder))();
  const [id] = readdirSync(join(folder, "traces")) as [string];
  const bytes = readFileSync(join(folder, "traces", id, `${id}.jsonl`));
  const snapshot = await openSnapshot(subject.snapshot, nodeFiles);
  const plan = await compile(requireWorkflow(snapshot, subject.workflow), snapshot, registry);
  const { events, findings } = verifyTrace(bytes);
  const replayed = await replay(plan, events);
  if (findings.length > 0 || replayed.finding !== null)
    throw new Error("the trace to be examined is not sound");
  const steps = events.filter(({ event_type }) => event_type === "step_end").length;
  const verifying = () => rate(events.length, () => verifyTrace(bytes));
  const replaying = () => rate(steps, () => replay(plan, events));
  for (let i = 0; i < WARM_UP / BLOCK; i++) [await verifying(), await replaying()];
  const samples = await inTurn({ verifying, replaying });
  return {
    title: `Examination: a trace of ${subject.name}`,
    about: `${events.length} events, ${steps} steps, ${bytes.length} bytes, from memory, again and again in one process.`,
    rows: [
      { what: "verified", ...spreadOf(samples.verifying), unit: "events/s" },
      { what: "replayed", ...spreadOf(samples.replaying), unit: "steps/s" },
    ],
  };
}

async function rate(each: number, work: () => unknown): Promise<number> {
  const begun = process.hrtime.bigint();
  for (let i = 0; i < BLOCK; i++) await work();
  return (each * BLOCK * 1e6) / microseconds(begun);
}

console.log(JSON.stringify(await examination(process.argv[2] as string)));
