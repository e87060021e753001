/** A run as it is when it is killed: what its trace holds by then, and what its stores do. */

import { advise } from "../../../src/examine/recovery/advice.ts";
import { OpenEffects } from "../../../src/examine/recovery/open-effects.ts";
import { probeOpenEffect } from "../../../src/examine/recovery/probe.ts";
import { findSteps } from "../../../src/examine/recovery/steps.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { nodeClock, nodeEntropy } from "../../../src/platform/node-ports.ts";
import { openMail } from "../../../src/platform/smtp.ts";
import type { DataRoot, Mail, Remote } from "../../../src/ports.ts";
import { fileStores } from "../../../src/storage/files/stores.ts";
import type { TraceEvent } from "../../../src/trace/event.ts";
import {
  type MemoryData,
  memoryData,
  memoryTrace,
  runPlan,
  type Trial,
  type TrialOptions,
} from "../../engine/trial.ts";

export interface Crash {
  readonly plan: Plan;
  /** The events that reached the trace. */
  readonly events: readonly TraceEvent[];
  readonly data: MemoryData;
  /** `#line event_type`, and whether the effect that follows had written. */
  readonly about: string;
}

export interface Killed {
  /** At every moment that differs from the others, in order. */
  readonly crashes: readonly Crash[];
  /** The stores after the run that nobody killed. */
  readonly whole: MemoryData;
  readonly trial: Trial;
}

type Stored = Readonly<Record<string, string>>;

/** Every crash of a run that begins with these stores. */
export async function killed(
  plan: Plan,
  payload: JsonObject,
  before: Stored = {},
  options: TrialOptions = {},
): Promise<Killed> {
  return killedIn(plan, memoryData(before), (again) => runPlan(plan, payload, { ...options, ...again }));
}

/** Every crash of a run on this data, which it changes. */
export async function killedIn(
  plan: Plan,
  whole: MemoryData,
  run: (options: Pick<TrialOptions, "data" | "root" | "trace">) => Promise<Trial>,
): Promise<Killed> {
  const trace = memoryTrace();
  const moments: { readonly appended: number; readonly stored: Stored; readonly hasWritten: boolean }[] = [];
  let appended = 0;
  const note = (hasWritten: boolean) => moments.push({ appended, stored: storedIn(whole), hasWritten });
  const file = {
    ...trace.file,
    append(lines: string) {
      trace.file.append(lines);
      // Of several lines in one write, any number may have reached the disk.
      for (const _ of lines.matchAll(/\n/g)) {
        appended++;
        note(false);
      }
    },
  };
  const root = noting(whole.root, () => note(true));
  const trial = await run({ data: whole, root, trace: { ...trace, file } });
  const { events } = trial;
  const unfinished = moments.filter((moment) => moment.appended < events.length);
  const crashes = unfinished.map(({ appended: count, stored, hasWritten }) => ({
    plan,
    events: events.slice(0, count),
    data: withBroken(memoryData(stored), whole),
    about: `#${count} ${events[count - 1]?.event_type}${hasWritten ? ", written" : ""}`,
  }));
  return { crashes, whole, trial };
}

/** Where a folder stood in the way, it still does. */
function withBroken(data: MemoryData, { broken }: MemoryData): MemoryData {
  for (const path of broken) data.broken.add(path);
  return data;
}

/** The same stores; `written` is called after every call that writes. */
function noting(root: DataRoot, written: () => void): DataRoot {
  const after =
    <A extends readonly unknown[]>(write: (...given: A) => void) =>
    (...given: A) => {
      write(...given);
      written();
    };
  return {
    ...root,
    store(path) {
      const store = root.store(path);
      return {
        ...store,
        append: after(store.append),
        truncate: after(store.truncate),
        replace: after(store.replace),
      };
    },
  };
}

export function storedIn({ files }: MemoryData): Stored {
  return Object.fromEntries([...files].map(([path, bytes]) => [path, bytes.toString()]));
}

interface Looking {
  readonly plan?: Plan | null;
  readonly data?: DataRoot | null;
  readonly mail?: Mail;
  readonly remote?: Remote;
}

/** What is said of the crash; `looking` replaces what is at hand. */
export async function examined({ plan, events, data }: Crash, looking: Looking = {}) {
  const unfinished = new OpenEffects();
  for (const event of events) unfinished.take(event);
  const at = { plan, data: data.root, mail: openMail({}), remote: null, ...looking };
  const stores = at.data && fileStores(at.data);
  const findStep = findSteps(at.plan, unfinished);
  const open = await probeOpenEffect(unfinished.open, findStep, { stores, remote: at.remote });
  const stage = { stores, mail: at.mail, clock: nodeClock, entropy: nodeEntropy };
  return {
    open,
    advice: await advise(unfinished, open, {
      plan: at.plan,
      findStep,
      readAgain: (work) => work(events),
      stage,
    }),
    unfinished,
  };
}
