/** The same work by this runner and its peers: `peers-runs.ts <scratch folder>`; started by `peers.ts`, prints its samples. */

import { mkdirSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { type Durability, openRunner, type Writing } from "./library.ts";
import { inTurn, microseconds } from "./sample.ts";
import { mainSubject, type Payload, type Subject } from "./subject.ts";

export const RUNNERS = ["pgs", "xstate", "aws-local-stepfunctions"] as const;

/** How much of a run outlives it. Peers have a line for each step, and wait for the device before and after each effect. */
export const LASTING = ["memory", "process", "device"] as const;
type Lasting = (typeof LASTING)[number];

/** Microseconds of one run in each block. */
export type Samples = Readonly<Record<(typeof RUNNERS)[number], readonly { wall: number; cpu: number }[]>>;

/** Runs the payload to its end. */
type Run = (payload: Payload) => Promise<unknown>;

interface Work {
  readonly registerActor: unknown;
}

interface Peers {
  openWork(options: { readonly files: string | null; readonly isSynced: boolean }): Work;
  xstateRunner(work: Work): Run;
  stepFunctionsRunner(work: Work): Run;
}

/** Runs in one sample. */
const BLOCK: Readonly<Record<Lasting, number>> = { memory: 50, process: 50, device: 8 };
const WARM_UP = 1000;

const OWN: Readonly<Record<Lasting, readonly [Writing, Durability]>> = {
  memory: ["memory", "process"],
  process: ["segments", "process"],
  device: ["segments", "device"],
};

async function loadPeers(): Promise<Peers> {
  const load = (name: string) => import(join(import.meta.dirname, "peers", name)) as Promise<Partial<Peers>>;
  const modules = await Promise.all(["work.mjs", "xstate.mjs", "stepfunctions.mjs"].map(load));
  return Object.assign({}, ...modules) as Peers;
}

/** Each of the three with stores and files of its own. */
async function runnersFor(
  lasting: Lasting,
  subject: Subject,
  scratch: string,
  { openWork, xstateRunner, stepFunctionsRunner }: Peers,
): Promise<Readonly<Record<(typeof RUNNERS)[number], () => Promise<unknown>>>> {
  const folder = mkdtempSync(join(scratch, `peers-${lasting}-`));
  const [writing, durability] = OWN[lasting];
  const own = await openRunner(subject, join(folder, "pgs"), writing);
  const peer = (name: string, make: (work: Work) => Run) => {
    const files = lasting === "memory" ? null : join(folder, name);
    if (files !== null) mkdirSync(files);
    const run = make(openWork({ files, isSynced: lasting === "device" }));
    let number = 0;
    return () => run(subject.payload(++number));
  };
  return {
    pgs: () => own(durability),
    xstate: peer("xstate", xstateRunner),
    "aws-local-stepfunctions": peer("stepfunctions", stepFunctionsRunner),
  };
}

async function samplesFor(lasting: Lasting, subject: Subject, scratch: string, peers: Peers): Promise<Samples> {
  const runners = await runnersFor(lasting, subject, scratch, peers);
  const samples: Record<(typeof RUNNERS)[number], { wall: number; cpu: number }[]> = {
    pgs: [],
    xstate: [],
    "aws-local-stepfunctions": [],
  };
  const block = async (name: (typeof RUNNERS)[number], count: number) => {
    const [begun, used] = [process.hrtime.bigint(), process.cpuUsage()];
    for (let i = 0; i < count; i++) await runners[name]();
    const { user, system } = process.cpuUsage(used);
    return { wall: microseconds(begun) / count, cpu: (user + system) / count };
  };
  if (lasting !== "device") for (const name of RUNNERS) await block(name, WARM_UP);
  const measure = (name: (typeof RUNNERS)[number]) => async () => {
    return samples[name].push(await block(name, BLOCK[lasting]));
  };
  await inTurn(Object.fromEntries(RUNNERS.map((name) => [name, measure(name)])));
  return samples;
}

if (process.argv[1] === import.meta.filename) {
  const scratch = process.argv[2] as string;
  const [subject, peers] = [mainSubject(scratch), await loadPeers()];
  const found: Samples[] = [];
  for (const lasting of LASTING) found.push(await samplesFor(lasting, subject, scratch, peers));
  console.log(JSON.stringify(found));
}
