/** Tests capabilities by their own examples, each on frozen input, twice, and in another time zone. */

import { type Files, IoError, type Sources, type TempFolder } from "../ports.ts";
import type { Stores } from "../storage/stores.ts";
import type { Effect } from "./effect.ts";
import type { Capability } from "./registry.ts";
import type { StoreEffect } from "./targets/store.ts";
import type { WaitEffect } from "./targets/wait.ts";
import { type BrokenPromise, type TrialStores, tryStoreEffect, tryTransform } from "./trial.ts";
import { tryWaitEffect } from "./wait-trial.ts";

export interface CapabilityTrial {
  readonly capability: Capability;
  /** Number of examples played. */
  readonly examples: number;
  readonly broken: readonly BrokenPromise[];
  /** Why it was not played; null where it was. */
  readonly skipped: string | null;
}

export interface TrialPorts {
  readonly files: Files;
  openTempFolder(): Promise<TempFolder>;
  openStores(root: string): Stores;
  /** What `work` returns where the local time is that of the zone. */
  inTimeZone<T>(zone: string, work: () => T): T;
}

/** No zone of a machine that tests: 12 hours and 45 minutes ahead of UTC. */
const OTHER_ZONE = "Pacific/Chatham";

export async function testCapabilities(
  capabilities: readonly Capability[],
  ports: TrialPorts,
): Promise<readonly CapabilityTrial[]> {
  const scratch = await ports.openTempFolder();
  try {
    const trials: CapabilityTrial[] = [];
    for (const [i, one] of capabilities.entries()) trials.push(await tryOne(one, `${i}`, scratch, ports));
    return trials;
  } finally {
    scratch.close();
  }
}

async function tryOne(
  capability: Capability,
  name: string,
  scratch: TempFolder,
  ports: TrialPorts,
): Promise<CapabilityTrial> {
  if (capability.kind === "transform") {
    const { declared } = capability;
    await declared.prepare?.();
    const broken = tryTransform(declared, (work) => ports.inTimeZone(OTHER_ZONE, work));
    return { capability, examples: declared.examples.length, broken, skipped: null };
  }
  const { declared } = capability;
  if (isWaitEffect(declared)) {
    const broken = tryWaitEffect(declared);
    return { capability, examples: declared.examples.length, broken, skipped: null };
  }
  if (!isStoreEffect(declared)) {
    const skipped = "it reaches more than a store: only a run shows what it does";
    return { capability, examples: 0, broken: [], skipped };
  }
  const broken = await tryStoreEffect(declared, freshStores(name, scratch, ports));
  return { capability, examples: declared.examples.length, broken, skipped: null };
}

function isStoreEffect(declared: Effect): declared is StoreEffect {
  return Object.values(declared.operations).every(({ target }) => target === "store");
}

function isWaitEffect(declared: Effect): declared is WaitEffect {
  return Object.values(declared.operations).every(({ target }) => target === "wait");
}

/** Each store has a root of its own. */
function freshStores(name: string, scratch: TempFolder, { files, openStores }: TrialPorts): TrialStores {
  let opened = 0;
  return {
    sources: countingSources(),
    open(before) {
      const root = `${name}/${opened++}`;
      scratch.makeFolder(root);
      if (before !== undefined) scratch.write(`${root}/store`, before);
      const file = `${scratch.folder}/${root}/store`;
      return {
        store: openStores(`${scratch.folder}/${root}`).at("store"),
        text: () => textOf(file, files),
      };
    },
  };
}

/** An effect may draw what it likes; no two readings of entropy are equal. */
function countingSources(): Sources {
  let drawn = 0;
  return {
    clock: () => "2026-01-31T09:00:00.000Z",
    entropy: (count) => (++drawn).toString(16).padStart(2 * count, "0"),
  };
}

function textOf(file: string, files: Files): string | null {
  try {
    const bytes = files.read(file);
    return bytes === null ? null : Buffer.from(bytes).toString("utf8");
  } catch (error) {
    if (error instanceof IoError) return null;
    throw error;
  }
}
