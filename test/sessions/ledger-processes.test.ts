/** The ledger where real processes write to it: several at once, and one that is killed while it writes. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { takingTurns } from "../support/portion.ts";
import {
  assertSound,
  document,
  FIXTURES,
  fixture,
  lines,
  RELEASE,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const DRAWN_NOT = ["--no-png", "--no-md"];

/** A workspace, and the command lines of so many runs of the release, each for another change. */
function releases(t: TestContext, count: number) {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const payload = JSON.parse(readFileSync(fixture("wf-release-change/completed"), "utf8")) as JsonObject;
  const runs = Array.from({ length: count }, (_, i) => {
    const file = place.path(`payload-${i}.json`);
    writeFileSync(file, JSON.stringify({ ...payload, change_id: `CHG-${9000 + i}` }));
    return ["run", RELEASE, "--payload", file, ...DRAWN_NOT];
  });
  return { place, runs };
}

const idOf = (trace: string) => trace.split("/").at(-2);
const ledgerOf = ({ path }: Workspace) => lines(path("traces/ledger.jsonl"));

async function verified(place: Workspace): Promise<readonly (readonly unknown[])[]> {
  const said = document(await place.session("runs", "verify", "--json"));
  return (said["findings"] as readonly JsonObject[]).map(({ code, line, run }) => [code, line ?? run]);
}

it("several processes begin the ledger and write to it at once: each run is in it, and nothing is said", async (t) => {
  const { place, runs } = releases(t, 5);
  const said = await Promise.all(runs.map((argv) => place.binary(...argv, "--json")));
  assert.deepEqual(
    said.map(({ code, err }) => [code, err]),
    runs.map(() => [0, ""]),
  );
  assert.deepEqual(await verified(place), []);
  const states = new Map(place.traces().map((trace) => [idOf(trace), [] as unknown[]]));
  for (const { run, state } of ledgerOf(place)) states.get(String(run))?.push(state);
  assert.deepEqual(
    [...states.values()],
    runs.map(() => ["RUNNING", "COMPLETED"]),
  );
});

/** Kills its process when half of the first line with the text has been written. */
const killingAt = (text: string) => `
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const { writeSync } = fs;
fs.writeSync = (file, bytes, ...rest) => {
  const line = Buffer.from(bytes).toString();
  if (!line.includes('"pgs.ledger/1"') || !line.includes(${JSON.stringify(text)})) return writeSync(file, bytes, ...rest);
  writeSync(file, line.slice(0, line.length / 2));
  process.kill(process.pid, "SIGKILL");
};
syncBuiltinESMExports();
`;

const KILLED = [
  { state: "RUNNING", finding: "TRACE_UNLISTED", stands: "INTERRUPTED" },
  { state: "COMPLETED", finding: "LEDGER_BEHIND", stands: "COMPLETED" },
] as const;

for (const { state, finding, stands } of KILLED) {
  it(`a process is killed in the middle of its line ${state}: it is found, the next run cuts it off, and the run is added`, async (t) => {
    const { place, runs } = releases(t, 3);
    const [first = [], killed = [], next = []] = runs;
    assert.equal((await place.session(...first)).code, 0);
    const whole = ledgerOf(place).length + (state === "COMPLETED" ? 1 : 0);
    const script = place.path("killing.mjs");
    writeFileSync(script, killingAt(`"state":"${state}"`));
    const child = place.startIn({ NODE_OPTIONS: `--import=${script}` }, ...killed);
    assert.deepEqual(await once(child, "exit"), [null, "SIGKILL"]);
    const id = String(idOf(place.traces()[1] ?? ""));
    const torn = readFileSync(place.path("traces/ledger.jsonl"), "utf8").split("\n").at(-1)?.length;
    assert.ok(Number(torn) > 100, "half of a line is there");
    assert.deepEqual(await verified(place), [
      ["TORN_LINE", whole + 1],
      [finding, id],
    ]);
    const shown = document(await place.session("runs", id, "--json"));
    assert.deepEqual([shown["state"], shown["listed"]], [stands, state === "COMPLETED"]);

    const said = await place.session(...next);
    assert.deepEqual([said.code, said.err], [0, ""], "the lock of the dead process is taken over");
    assert.deepEqual(
      ledgerOf(place).map(({ torn_bytes }) => torn_bytes),
      [...Array(whole).fill(undefined), torn, undefined],
    );
    assert.deepEqual(await verified(place), [[finding, id]]);

    assert.equal((await place.session("runs", "rebuild", "--missing")).code, 0);
    assert.deepEqual(await verified(place), []);
    if (stands === "COMPLETED") return;
    const resumed = await place.session("resume", id, ...DRAWN_NOT);
    assert.equal(resumed.code, 0, resumed.err);
    assert.deepEqual(await verified(place), []);
    await assertSound(place, place.traces()[1] ?? "");
  });
}
