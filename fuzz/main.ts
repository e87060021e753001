/**
 * Plays hostile cases through every command until the time is over:
 *
 *     npm run fuzz -- [--minutes N] [--seed TEXT] [--kind KIND] [--out DIR]
 *     npm run fuzz -- --replay FILE
 *
 * Wrong is an exit code 70, what is thrown, a hang, too much memory, a write outside, a temporary folder that is left, an
 * unsound trace of a sound snapshot. Each is made smaller and written to a file that can be replayed. Exits 1 if any was found.
 */

import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { drawCase, KINDS, type Kind } from "./cases.ts";
import { Chance } from "./chance.ts";
import { type Corpus, readCorpus } from "./corpus.ts";
import type { Case, Played } from "./play.ts";
import { type Bounds, Player } from "./player.ts";
import { shrunk } from "./shrink.ts";

const { values: given } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seconds: { type: "string", default: "30" },
    memory: { type: "string", default: "1500" },
    seed: { type: "string", default: randomBytes(4).toString("hex") },
    kind: { type: "string", multiple: true, default: [] },
    out: { type: "string", default: join(tmpdir(), "pgs-fuzz-found") },
    replay: { type: "string" },
  },
});

const SHRINKING_SECONDS = 60;

/** Numbers differ between cases that go wrong in the same way. */
const alike = (wrong: string) => wrong.replace(/\d+/g, "0");

class Counts {
  readonly #rows = new Map<string, Map<string, number>>();

  add(row: string, column: string): void {
    const columns = this.#rows.get(row) ?? new Map<string, number>();
    this.#rows.set(row, columns.set(column, (columns.get(column) ?? 0) + 1));
  }

  toString(): string {
    const rows = [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1));
    const cells = (columns: ReadonlyMap<string, number>) =>
      [...columns].sort(([a], [b]) => Number(a) - Number(b)).map(([column, count]) => `${column}: ${count}`);
    return rows.map(([row, columns]) => `  ${row.padEnd(14)}${cells(columns).join("  ")}\n`).join("");
  }
}

function kindsGiven(): readonly Kind[] {
  const unknown = given.kind.find((kind) => !(KINDS as readonly string[]).includes(kind));
  if (unknown !== undefined) throw new Error(`no kind ${unknown}; there are ${KINDS.join(", ")}`);
  return given.kind.length === 0 ? KINDS : (given.kind as readonly Kind[]);
}

async function fuzz(player: Player, corpus: Corpus): Promise<number> {
  const kinds = kindsGiven();
  const end = Date.now() + Number(given.minutes) * 60_000;
  const [byKind, byCommand, found] = [new Counts(), new Counts(), new Set<string>()];
  let count = 0;
  for (; Date.now() < end; count++) {
    const one = drawCase(corpus, new Chance(`${given.seed} ${count}`), kinds[count % kinds.length]);
    const played = await player.play(one);
    byKind.add(one.kind, "cases");
    for (const [i, code] of played.codes.entries()) {
      byCommand.add(String(one.lines[i]?.[0]).slice(0, 12), String(code));
    }
    for (const wrong of played.wrong) {
      if (found.has(alike(wrong))) continue;
      const file = resolve(given.out, `${given.seed}-${found.size}.json`);
      found.add(alike(wrong));
      console.log(`FOUND in case ${count}: ${wrong}\n  ${file}`);
      await keep(one, wrong, file, player);
    }
  }
  console.log(
    `seed ${given.seed}: ${count} cases\n${byKind}exit codes by command\n${byCommand}found: ${found.size}`,
  );
  return found.size;
}

/** Writes the case to the file, and then what it can be made smaller to. */
async function keep(one: Case, wrong: string, file: string, player: Player): Promise<void> {
  const write = (kept: Case) => writeFileSync(file, `${JSON.stringify({ wrong, case: kept }, null, 1)}\n`);
  mkdirSync(given.out, { recursive: true });
  write(one);
  const end = Date.now() + SHRINKING_SECONDS * 1000;
  const isStill = async (smaller: Case) =>
    Date.now() < end && (await player.play(smaller)).wrong.map(alike).includes(alike(wrong));
  write(await shrunk(one, isStill, 500));
}

function sizesOf(corpus: Corpus): string {
  const { workflows, snapshot, scenarios, vectors, traces, stores, commands } = corpus;
  const payloads = workflows.flatMap((one) => one.payloads).length;
  const [files, scenes, plays, kept] = [snapshot, scenarios, vectors, stores].map(
    (one) => Object.keys(one).length,
  );
  return `corpus: ${payloads} payloads of ${workflows.length} workflows, ${files} files of a snapshot, ${traces.length} traces, ${scenes} scenario files, ${plays} vectors, ${kept} stores, ${commands.length} commands with ${commands.flatMap(({ options }) => options).length} options`;
}

async function replay(player: Player, file: string): Promise<number> {
  const { case: one } = JSON.parse(readFileSync(file, "utf8")) as { readonly case: Case };
  const { codes, wrong, memory }: Played = await player.play(one);
  console.log(
    `exit codes ${codes.join(" ")}, ${Math.round(memory)} MiB\n${wrong.join("\n") || "nothing wrong"}`,
  );
  return wrong.length;
}

const memory = Number(given.memory);
const bounds: Bounds = { seconds: Number(given.seconds), heap: memory / 2, memory };
const player = new Player(bounds);
if (given.replay !== undefined) process.exitCode = Math.min(1, await replay(player, given.replay));
else {
  const corpus = await readCorpus();
  console.log(`seed ${given.seed}\n${sizesOf(corpus)}`);
  process.exitCode = Math.min(1, await fuzz(player, corpus));
}
await player.close();
