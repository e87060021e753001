/** Runs of one file of many traces go on after a power cut: every effect is there once in the end (SPEC 5). */

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { DRAWN_NOT, RUN, waitingWorkspace } from "../sessions/waiting.ts";
import { assertRefused, at, document, lines, type Workspace } from "../sessions/world.ts";
import { recordDisk } from "../support/disk.ts";
import { portion } from "../support/portion.ts";
import { appending, contract, oneContract, REGISTRY, WORKFLOW } from "./trial.ts";

const RUNS = 6;
/** Moments at which the power fails, evenly spread. */
const CUTS = 24;

const on_result = { SUCCESS: "continue", ALREADY_EXISTS: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" };
const PROTOCOL = oneContract(
  contract(
    [
      appending("one", { n: "$.inputs.n" }),
      {
        ...{ step: "register", side_effect: REGISTRY, op: "REGISTER", store: "NAMES" },
        ...{ inputs: { key: "$.inputs.n", target_ref: "$.inputs.n" }, on_result },
      },
      appending("two", { n: "$.inputs.n" }, { store: "OTHER" }),
    ],
    {
      inputs: { n: { type: "any" } },
      result_status_contract: { allowed: ["SUCCESS", "ALREADY_EXISTS", "VIOLATION", "BACKEND_ERROR"] },
    },
  ),
  { inputs: { n: "$.payload.n" } },
  { stores: { OTHER: "other.jsonl" } },
);

const numbers = Array.from({ length: RUNS }, (_, i) => `r${i}`);

/** The runs that a segment has a whole first line of, by the number in their payload. */
function begunIn({ path }: Workspace, segment: string): ReadonlyMap<string, string> {
  const text = existsSync(path(segment)) ? readFileSync(path(segment), "utf8") : "";
  const whole = text
    .split("\n")
    .slice(0, -1)
    .flatMap((line): readonly JsonObject[] => (line.startsWith("{") ? [JSON.parse(line) as JsonObject] : []));
  return new Map(
    whole
      .filter(({ event_type }) => event_type === "execution_start")
      .map((event) => [String(at(event, "payload", "payload", "n")), String(event["execution_id"])]),
  );
}

const STORES = ["log", "names", "other"];

/** The numbers in the lines of a store, in their order: a line has that of one run. */
function numbersIn({ path }: Workspace, store: string): readonly string[] {
  const file = path(`data/${store}.jsonl`);
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text.split("\n").flatMap((line) => /"(r\d+)"/.exec(line)?.[1] ?? []);
}

async function assertRecovered(place: Workspace, segment: string): Promise<void> {
  const begun = begunIn(place, segment);
  for (const store of STORES)
    for (const number of numbersIn(place, store))
      assert.ok(begun.has(number), `${number} in ${store}: no begin`);
  for (const id of begun.values()) {
    const said = await place.session("resume", id, ...DRAWN_NOT);
    if (said.code !== 0) assertRefused(said, 2, "RUN_ENDED");
    const examined = await place.session("examine", id);
    assert.equal(examined.code, 0, examined.out);
  }
  const rebuilt = await place.session("runs", "rebuild", "--missing");
  assert.equal(rebuilt.code, 0, rebuilt.err);
  const ids = new Set(begun.values());
  const verified = document(await place.session("runs", "verify", "--json"));
  // Nothing forces a line of the ledger: it may be there in part, or although no line of its run has reached the device.
  for (const { code, run } of at(verified, "findings") as readonly JsonObject[])
    assert.ok(code === "TORN_LINE" || (code === "TRACE_MISSING" && !ids.has(String(run))), `${code} ${run}`);
  for (const store of STORES)
    assert.deepEqual([...numbersIn(place, store)].sort(), [...begun.keys()].sort(), store);
  for (const store of ["log", "other"]) {
    const sequence = lines(place.path(`data/${store}.jsonl`)).map((line) => line["sequence_number"]);
    const expected = Array.from({ length: 1 + begun.size }, (_, i) => i + 1);
    assert.deepEqual(sequence, expected, store);
  }
}

test("after a power cut, the runs of a segment go on, and every effect is there once", async (t) => {
  const place = waitingWorkspace(t, PROTOCOL);
  // A registry that has nothing but the beginning of a line is for people to repair.
  const before = await place.sessionIn(
    { stdin: () => Buffer.from('{"n":"before"}') },
    ...RUN,
    "--payload",
    "-",
  );
  assert.equal(before.code, 0, before.err);
  writeFileSync(place.path("p.jsonl"), numbers.map((n) => `${JSON.stringify({ n })}\n`).join(""));
  const argv = ["run", WORKFLOW, "--payloads", "p.jsonl", "--jobs", String(RUNS), "--durability", "device"];
  const disk = await recordDisk(place.folder, () => place.session(...argv));
  const segment = relative(place.folder, place.traces().at(-1) ?? "").split("#")[0] ?? "";
  assert.equal(lines(place.path(segment)).at(-1)?.["event_type"], "workflow_complete");
  const moments = Array.from({ length: CUTS }, (_, i) => Math.floor(((i + 1) * disk.moments) / CUTS) - 1);
  for (const moment of portion(t, moments, 3))
    await t.test(`change ${moment} of ${disk.moments}`, async (cut) => {
      const left = waitingWorkspace(cut, PROTOCOL);
      disk.leaveAt(moment, left.folder);
      await assertRecovered(left, segment);
    });
});
