/** The same workflow in two state machine libraries, measured in turn with this runner. */

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { LASTING, RUNNERS, type Samples } from "./peers-runs.ts";
import { spreadOf } from "./sample.ts";
import type { Row, Section } from "./section.ts";
import { child } from "./spawn.ts";
import { mainSubject, ownRelease } from "./subject.ts";

const FOLDER = join(import.meta.dirname, "peers");

const WHAT: Readonly<Record<(typeof LASTING)[number], string>> = {
  memory: "in memory",
  process: "a line for each step in a file (pgs: durability process, segments)",
  device: "synchronised before and after each effect (pgs: durability device, segments)",
};

const LIMITS =
  "Peers do the steps, digests and stores of one run, and leave no proof: no seal, no chain, no keys of effects, no replay, one process alone. Ratio to pgs.";

/** One section for each way of lasting; a section without rows says why there is none. */
export function* peers(scratch: string): Generator<Section> {
  const missing = mainSubject(scratch) === ownRelease ? "its snapshot is not there" : installed();
  const title = "Peers, REGISTER_ACTOR";
  if (missing !== null) {
    yield { title, about: `Left out: ${missing}.`, rows: [] };
    return;
  }
  const found = child<readonly Samples[]>("peers-runs.ts", scratch);
  for (const [i, lasting] of LASTING.entries())
    yield { title: `${title}, ${WHAT[lasting]}`, about: LIMITS, rows: rowsOf(found[i] as Samples) };
}

function rowsOf(samples: Samples): readonly Row[] {
  const row = (name: (typeof RUNNERS)[number], what: string, key: "wall" | "cpu"): Row => {
    const spreads = (of: (typeof RUNNERS)[number]) => spreadOf(samples[of].map((sample) => sample[key]));
    const spread = spreads(name);
    return { what, ...spread, unit: "µs", ratio: spread.median / spreads("pgs").median };
  };
  return RUNNERS.flatMap((name) => [row(name, `${name}, one run`, "wall"), row(name, "  processors", "cpu")]);
}

/** Installs what the lock file names where it is not there yet; why it cannot, or null. */
function installed(): string | null {
  if (existsSync(join(FOLDER, "node_modules/.package-lock.json"))) return null;
  const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const { status, stderr } = spawnSync("npm", ["ci", ...options], { cwd: FOLDER, encoding: "utf8" });
  return status === 0 ? null : `npm ci in bench/peers failed (${stderr?.trim().split("\n")[0] ?? "no npm"})`;
}
