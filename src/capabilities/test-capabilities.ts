/** Tests capabilities by their own examples, each on frozen input, twice, and in another time zone. */

import type { Sources } from "../ports.ts";
import { memoryStores } from "../storage/files/memory-stores.ts";
import type { Effect } from "./effect.ts";
import type { Capability } from "./registry.ts";
import { isShownEffect, tryShownEffect } from "./shown-trial.ts";
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
  /** What `work` returns where the local time is that of the zone. */
  inTimeZone<T>(zone: string, work: () => T): T;
}

/** No zone of a machine that tests: 12 hours and 45 minutes ahead of UTC. */
const OTHER_ZONE = "Pacific/Chatham";

export async function testCapabilities(
  capabilities: readonly Capability[],
  ports: TrialPorts,
): Promise<readonly CapabilityTrial[]> {
  const trials: CapabilityTrial[] = [];
  for (const one of capabilities) trials.push(await tryOne(one, ports));
  return trials;
}

async function tryOne(capability: Capability, ports: TrialPorts): Promise<CapabilityTrial> {
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
  if (isShownEffect(declared)) {
    const broken = await tryShownEffect(declared);
    return { capability, examples: declared.examples.length, broken, skipped: null };
  }
  if (!isStoreEffect(declared)) {
    const skipped = "it reaches more than an example can give: only a run shows what it does";
    return { capability, examples: 0, broken: [], skipped };
  }
  const broken = await tryStoreEffect(declared, freshStores());
  return { capability, examples: declared.examples.length, broken, skipped: null };
}

function isStoreEffect(declared: Effect): declared is StoreEffect {
  return Object.values(declared.operations).every(({ target }) => target === "store");
}

function isWaitEffect(declared: Effect): declared is WaitEffect {
  return Object.values(declared.operations).every(({ target }) => target === "wait");
}

const NAME = "store";

/** Each has stores of its own, of which nothing is written. */
function freshStores(): TrialStores {
  return {
    sources: countingSources(),
    open(before) {
      const stores = memoryStores(before === undefined ? {} : { [NAME]: before });
      return { store: stores.at(NAME), text: async () => textOf(await stores.content(NAME)) };
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

function textOf(content: Uint8Array | null): string | null {
  return content === null ? null : Buffer.from(content).toString("utf8");
}
