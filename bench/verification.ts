/** What verifying an assembled snapshot costs, against a process that reads and hashes its files. */

import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inTurn, spreadOf } from "./sample.ts";
import { atMost, type Row, type Section } from "./section.ts";
import { cpuOf, PGS } from "./spawn.ts";
import { root } from "./subject.ts";

const archive = join(root, "../shared/assembled/v5-subset.tar.xz");

const LIMIT = 2;

const HASHES = `const { createHash } = require("node:crypto"), { readdirSync, readFileSync } = require("node:fs"), { join } = require("node:path");
const hash = (folder) => { for (const one of readdirSync(folder, { withFileTypes: true })) {
  const path = join(folder, one.name);
  if (one.isDirectory()) hash(path); else createHash("sha256").update(readFileSync(path)).digest("hex");
} };
hash(process.argv[2]);
`;

/** Nothing where the published snapshot is not beside the repository. */
export async function verification(scratch: string): Promise<readonly Section[]> {
  if (!existsSync(archive)) return [];
  execFileSync("tar", ["-xJf", archive, "-C", scratch]);
  const [script, snapshot] = [join(scratch, "hash.cjs"), join(scratch, "subset")];
  writeFileSync(script, HASHES);
  const verify = [PGS, "verify", "--snapshot", snapshot];
  const cache = { XDG_CACHE_HOME: join(scratch, "cache") };
  const hashing = "node reads and hashes them";
  const again = "pgs verify, passed before";
  // The first one fills the cache.
  for (let i = 0; i < 2; i++) cpuOf(verify, cache);
  const samples = await inTurn({
    [hashing]: () => cpuOf([script, snapshot]),
    [again]: () => cpuOf(verify, cache),
    "pgs verify, without a cache": () => cpuOf(verify, { PGS_NO_CACHE: "1" }),
  });
  const least = spreadOf(samples[hashing] ?? []).median;
  const rows = Object.entries(samples).map(([what, taken]): Row => {
    const spread = spreadOf(taken);
    const ratio = spread.median / least;
    return { what, ...spread, unit: "ms", ratio, ...(what === again ? { goal: atMost(ratio, LIMIT) } : {}) };
  });
  return [
    {
      title: "Verifying an assembled snapshot of 252 files",
      about: "Whole process, what the processors did for it; ratio to a process that only hashes the files.",
      rows,
    },
  ];
}
