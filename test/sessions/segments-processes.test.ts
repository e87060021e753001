/** Segments of real processes: two that write below one traces folder, and one of them is killed. */

import assert from "node:assert/strict";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { basename } from "node:path";
import type { JsonObject } from "../../src/json/value.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { appending, contract, oneContract, WORKFLOW } from "../engine/trial.ts";
import { takingTurns } from "../support/portion.ts";
import { DRAWN_NOT, logged, waitingWorkspace } from "./waiting.ts";
import { at, document, type Workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

const RUNS = 24;

/** Kills its process when it has written so often between the two effects of runs, the last time a part. */
const killingAfter = (writes: number) => `
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const { openSync, writeSync } = fs;
let segment = -1;
let left = ${writes};
fs.openSync = (path, ...rest) => {
  const file = openSync(path, ...rest);
  if (/segments.[^/]*\\.jsonl$/.test(path)) segment = file;
  return file;
};
fs.writeSync = (file, bytes, ...rest) => {
  const isBetween = file === segment && ["_end", "_start"].every((end) => bytes.includes('"side_effect' + end + '"'));
  if (!isBetween || left-- > 0) return writeSync(file, bytes, ...rest);
  writeSync(file, bytes.subarray(0, bytes.length / 2));
  process.kill(process.pid, "SIGKILL");
};
syncBuiltinESMExports();
`;

async function findingsIn(place: Workspace): Promise<ReadonlySet<unknown>> {
  const said = document(await place.session("runs", "verify", "--json"));
  return new Set((said["findings"] as readonly JsonObject[]).map(({ code }) => code));
}

it("of a process that is killed among others, each run is listed, examined and gone on with", async (t) => {
  // Each run adds records of its own: whether one took place can be told.
  const steps = ["one", "two"].map((step) => appending(step, { step, n: "$.inputs.n" }));
  const place = waitingWorkspace(
    t,
    oneContract(contract(steps, { inputs: { n: {} } }), { inputs: { n: "$.payload.n" } }),
  );
  const [first = [], second = []] = ["a", "b"].map((batch) => {
    const payloads = Array.from({ length: RUNS }, (_, i) => `${JSON.stringify({ n: `${batch}${i}` })}\n`);
    writeFileSync(place.path(`${batch}.jsonl`), payloads.join(""));
    return ["run", WORKFLOW, "--payloads", `${batch}.jsonl`, "--jobs", "8", "--quiet"];
  });
  writeFileSync(place.path("killing.mjs"), killingAfter(1));
  const killed = place.startIn({ NODE_OPTIONS: `--import=${place.path("killing.mjs")}` }, ...first);
  const [other, ended] = await Promise.all([place.binary(...second), once(killed, "exit")]);
  assert.deepEqual([other.code, other.err, ended], [0, "", [null, "SIGKILL"]]);

  for (const code of await findingsIn(place))
    assert.ok(code === "LEDGER_BEHIND" || code === "TRACE_UNLISTED", String(code));
  assert.equal((await place.session("runs", "rebuild", "--missing")).code, 0);
  assert.deepEqual(await findingsIn(place), new Set());
  const listed = document(await place.session("runs", "--json"))["runs"] as readonly JsonObject[];
  const states = new Map(listed.map(({ id, state }) => [String(id), state]));
  // A run of which not even the first line is whole has not begun.
  const begun = place.traces().filter((trace) => String(nodeFiles.read(trace)).includes("\n"));
  // One has a folder of its own where another process may have given its name.
  const ids = begun.map((trace) => trace.split("#")[1] ?? basename(trace, ".jsonl"));
  assert.deepEqual([...states.keys()].sort(), ids.sort());
  const interrupted = [...states].filter(([, state]) => state === "INTERRUPTED");
  assert.deepEqual(new Set(states.values()), new Set(["COMPLETED", "INTERRUPTED"]));
  assert.ok(interrupted.length <= 8, `${interrupted.length} were in flight`);
  for (const [id] of interrupted) {
    const said = document(await place.session("examine", id, "--json"));
    const codes = (at(said, "errors") as readonly JsonObject[]).map(({ code }) => code);
    assert.deepEqual(
      codes.filter((code) => code !== "NO_END" && code !== "TORN_LINE"),
      [],
    );
    const resumed = await place.session("resume", id, ...DRAWN_NOT);
    assert.equal(resumed.code, 0, resumed.err);
  }
  assert.deepEqual(await findingsIn(place), new Set());
  const examined = await place.session("examine", "traces", "--json");
  assert.equal(examined.code, 0, examined.out);
  // An effect that was begun when the process was killed took place once.
  assert.equal(logged(place).length, 2 * states.size);
});
