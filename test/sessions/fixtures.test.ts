/** Every row of the tables in `fixtures/README.md` is a session: it ends there as the table says, and its trace is sound. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { portion, takingTurns } from "../support/portion.ts";
import { assertSound, at, document, FIXTURES, fixture, tree, type Workspace, workspace } from "./world.ts";

const it = takingTurns(import.meta.url);

interface Row {
  readonly workflow: string;
  readonly payload: string;
  readonly data: string;
  readonly after: readonly string[];
  /** `NODE OUTCOME`, without intents that admit. */
  readonly way: readonly string[];
  readonly endsAs: string;
  readonly exitCode: number;
}

const rows = readRows(readFileSync(join(FIXTURES, "README.md"), "utf8"));
const workflowOf = new Map(rows.map(({ payload, workflow }) => [payload, workflow]));

function readRows(text: string): readonly Row[] {
  let workflow = "";
  return text.split("\n").flatMap((line) => {
    workflow = /^## (\S+::\S+)/.exec(line)?.[1] ?? workflow;
    return /^\| `wf-/.test(line) ? [toRow(workflow, line)] : [];
  });
}

function toRow(workflow: string, line: string): Row {
  const cells = line.split("|").slice(1, -1);
  assert.equal(cells.length, 6, line);
  const [payload, data, after, way, endsAs, exitCode] = cells.map((cell) => cell.trim().replaceAll("`", ""));
  const list = (cell: string | undefined) => (cell ? cell.split(", ") : []);
  return {
    workflow,
    payload: payload as string,
    data: data as string,
    after: list(after),
    way: list(way),
    endsAs: endsAs as string,
    exitCode: Number(exitCode),
  };
}

function run(place: Workspace, payload: string) {
  const workflow = workflowOf.get(payload);
  assert.ok(workflow !== undefined, `${payload} stands in no table`);
  return place.session("run", "--wf", workflow, "--payload", fixture(payload), "--json", "--no-png");
}

test("the tables name every payload there is, and no other", () => {
  const payloads = readdirSync(FIXTURES, { recursive: true }) as string[];
  const found = payloads
    .filter((file) => /^wf-.*\.json$/.test(file))
    .map((file) => file.replace(/\.json$/, ""));
  assert.deepEqual(rows.map(({ payload }) => payload).sort(), found.sort());
});

for (const row of portion({ name: "fixtures", diagnostic: console.log }, rows, 12)) {
  it(`${row.payload} on ${row.data} ends as ${row.endsAs}`, async (t) => {
    const place = workspace(t, { data: join(FIXTURES, row.data) });
    for (const earlier of row.after) assert.equal((await run(place, earlier)).code, 0, earlier);
    const before = tree(place.path("data"));

    const said = await run(place, row.payload);
    const report = document(said);

    const path = (report["path"] as { node: string; outcome: string }[])
      .filter(({ node, outcome }) => !(node.startsWith("IN_") && outcome === "ACK"))
      .map(({ node, outcome }) => `${node} ${outcome}`);
    assert.deepEqual(
      {
        way: path,
        endsAs: report["exit_reason_code"] ?? report["status"],
        exitCode: said.code,
        said: report["exit_code"],
      },
      { way: row.way, endsAs: row.endsAs, exitCode: row.exitCode, said: row.exitCode },
    );
    assert.equal(said.err, "");
    if (row.way.length === 0 || row.endsAs === "EXIT_REJECTED") {
      assert.deepEqual(tree(place.path("data")), before, "whoever is turned down at the door writes nothing");
    }
    const examined = await assertSound(place, at(report, "trace", "jsonl") as string);
    if (row.endsAs === "WAITING") assert.equal((examined["waits"] as unknown[]).length, 1);
    else assert.equal(at(examined, "ending", "exit_reason_code"), row.endsAs);
    assert.equal(examined["head"], report["head"]);
  });
}

it("a confirmation code stands nowhere in what a rollback leaves, and its fingerprint in the audit", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  await run(place, "wf-release-change/completed");
  const said = await place.session(
    ...["run", "--wf", "release_governance::WF_ROLLBACK_RELEASE_V0"],
    ...["--payload", fixture("wf-rollback-release/completed")],
  );
  assert.equal(said.code, 0, said.err);
  const payload = JSON.parse(readFileSync(fixture("wf-rollback-release/completed"), "utf8")) as object;
  const secret = at(payload, "confirmation_code") as string;
  const written = tree(place.folder)
    .filter((file) => /\.(jsonl|json|md)$/.test(file) && !file.startsWith("protocol_snapshot"))
    .map((file) => [file, readFileSync(place.path(file), "utf8")] as const);
  assert.ok(written.length >= 6, String(written.map(([file]) => file)));
  for (const [file, text] of written) assert.ok(!text.includes(secret), file);
  assert.ok(!said.out.includes(secret) && !said.err.includes(secret));
  assert.match(readFileSync(place.path("data/release_governance/release_audit.jsonl"), "utf8"), /confirmation/);
});
