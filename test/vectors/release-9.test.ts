/**
 * Runs that the successor's runtime recorded on its release 9: on the same data and payload, this build takes the same
 * path, announces the same events and leaves the same data, but for the differences that are listed here, each with its reason.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { registry } from "../../src/capabilities/registry.ts";
import { isObject, type Json, type JsonObject } from "../../src/json/value.ts";
import { requireInForce } from "../../src/plan/in-force.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { catalogue } from "../../src/scenarios/catalogue.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { eventsOf, memoryData, pathOf, runPlan } from "../engine/trial.ts";
import { found } from "../examine/examination.ts";
import { textsIn, unpacked } from "../support/archive.ts";
import { portion } from "../support/portion.ts";
import { skipWithout } from "../support/shared.ts";

const ARCHIVE = "assembled/release9-three-domains.tar.xz";

/** That runtime admits every payload, runs superseded workflows, and reads a path that reaches nothing as null. */
const NACK = "the payload does not meet the intent, so it is not admitted";
const SUPERSEDED = "others supersede the workflow, so it is refused";
const ABSENT = "what is not there is left out of the record, and not null";

const DIFFERENCES: Readonly<Record<string, string>> = {
  "WF_COLLATZ_CONJECTURE_V0 04_no_payload": NACK,
  "WF_RECORD_VERIFICATION_DECISION_V0 01_empty_store": SUPERSEDED,
  "WF_REGISTER_ACTOR_V0 01_register": ABSENT,
  "WF_REGISTER_ACTOR_V0 02_same_actor_again": ABSENT,
  "WF_REGISTER_ACTOR_V0 04_register_bob": ABSENT,
  "WF_REGISTER_ADDITIONAL_EDITION_V0 01_further_edition": NACK,
  "WF_REGISTER_ADDITIONAL_EDITION_V0 02_repeat_refused": NACK,
  "WF_SEARCH_CATALOG_V0 03_empty_payload": NACK,
};

interface Recorded {
  readonly wf: string;
  readonly case: string;
  readonly exit_code: number;
  readonly path: readonly string[];
  readonly events: readonly string[];
}

test("runs that release 9 recorded come out the same", { skip: skipWithout(ARCHIVE) }, async (suite) => {
  const root = unpacked(ARCHIVE);
  const recorded = JSON.parse(readFileSync(join(root, "INDEX.json"), "utf8")) as readonly Recorded[];
  const workflows = catalogue(await openSnapshot(join(root, "snapshot"), nodeFiles), registry);
  const nameOf = (one: Recorded) => `${one.wf.split("::")[1]} ${one.case}`;
  const names = recorded.map(nameOf);
  assert.deepEqual(
    Object.keys(DIFFERENCES).filter((name) => !names.includes(name)),
    [],
  );
  for (const one of portion(suite, recorded, 8)) {
    const [, code = ""] = one.wf.split("::");
    const name = nameOf(one);
    const difference = DIFFERENCES[name];
    await suite.test(`${name}${difference === undefined ? "" : `: ${difference}`}`, async () => {
      const plan = await workflows.plan(one.wf);
      if (difference === SUPERSEDED)
        return assert.throws(() => requireInForce(plan), { code: "WORKFLOW_SUPERSEDED" });
      const folder = join(root, code, one.case);
      const payload = JSON.parse(textsIn(folder).get("payload.json") ?? "{}") as JsonObject;
      const data = memoryData(Object.fromEntries(textsIn(join(folder, "data_before"))));
      const trial = await runPlan(plan, payload, { data });
      assert.deepEqual(await found(plan, trial.text), []);
      const [admitted, ...path] = pathOf(trial).map((entry) => entry.replace(" ", "="));
      if (difference === NACK) {
        assert.match(String(admitted), /=NACK$/);
        return assert.deepEqual(path, []);
      }
      assert.match(String(admitted), /=ACK$/);
      assert.deepEqual(path, one.path);
      assert.deepEqual(
        eventsOf(trial, "event_announced").map(({ payload: { event_code } }) => event_code),
        one.events,
      );
      assert.equal(trial.ending.status === "SUCCESS", one.exit_code === 0);
      const [left, recordedData] = [comparable(data.files), comparable(textsIn(join(folder, "data")))];
      if (difference !== ABSENT) assert.deepEqual(left, recordedData);
      else {
        assert.notDeepEqual(left, recordedData);
        assert.deepEqual(withoutNulls(left), withoutNulls(recordedData));
      }
      return undefined;
    });
  }
});

/** By file, its values without what every run draws anew: moments, and the ids of records and addresses. */
function comparable(files: ReadonlyMap<string, string | Uint8Array>): JsonObject {
  const values = [...files].map(([path, bytes]) => {
    const text = bytes.toString();
    const lines = path.endsWith(".jsonl") ? text.split("\n").filter((line) => line !== "") : [text];
    return [path, lines.map((line) => withoutDrawn(JSON.parse(line) as Json))] as const;
  });
  return Object.fromEntries(values);
}

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?(?=_\d+$|$)/;
const ADDRESS = /^ADDR_[0-9a-f]{32}$/i;

const withoutDrawn = (value: Json): Json =>
  deeply(value, (text) =>
    typeof text === "string" ? text.replace(MOMENT, "a moment").replace(ADDRESS, "an address") : text,
  );

const withoutNulls = (value: Json): Json => deeply(value, (one) => one ?? undefined);

/** Every value within replaced; a member is left out where there is nothing in its place. */
function deeply(value: Json, replace: (one: Json) => Json | undefined): Json {
  if (Array.isArray(value)) return value.map((item: Json) => deeply(item, replace));
  if (!isObject(value)) return replace(value) ?? null;
  const members = Object.entries(value).filter(([, item]) => replace(item) !== undefined);
  return Object.fromEntries(members.map(([name, item]) => [name, deeply(item, replace)]));
}
