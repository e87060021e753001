/** What is kept of a protocol beside a trace: when it is on the device, who can read it, and when its code is loaded. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { realPlatform } from "../../src/main.ts";
import { recordDisk } from "../support/disk.ts";
import { takingTurns } from "../support/portion.ts";
import { reauthor, unsealedCopy } from "./reauthor.ts";
import {
  at,
  document,
  FIXTURES,
  fixture,
  lines,
  RELEASE,
  SNAPSHOT,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const data = join(FIXTURES, "data");
const completed = [
  RELEASE,
  "--payload",
  fixture("wf-release-change/completed"),
  "--no-png",
  "--no-md",
  "--quiet",
];

test("whatever is left of a trace after a power cut, the protocol of its run is on the device", async (t) => {
  const place = workspace(t, { data });
  // Where its name is lost, there is no trace either.
  mkdirSync(place.path("traces"), { mode: 0o700 });
  const disk = await recordDisk(place.folder, async () => {
    assert.equal((await place.session("run", ...completed)).code, 0);
  });
  const [trace = ""] = place.traces();
  const root = String(at(lines(trace)[0], "payload", "snapshot", "closure_root"));
  const kept = place.path(`traces/protocols/${root}.json`);
  const moments = Array.from({ length: disk.moments }, (_, moment) => moment);
  const first = moments.findIndex((moment) => [...disk.afterCut(trace, moment)].some(Boolean));
  assert.ok(first > 0);
  const whole = readFileSync(kept, "utf8");
  for (const moment of moments.slice(first)) assert.deepEqual([...disk.afterCut(kept, moment)], [whole]);
});

const ACCESS = { owner: [0o700, 0o600], group: [0o750, 0o640], all: [0o755, 0o644] } as const;

for (const [access, [folder, file]] of Object.entries(ACCESS)) {
  test(`what is kept beside traces is for who can read the traces: ${access}`, async (t) => {
    const place = workspace(t, { data });
    const umask = process.umask(0o022);
    t.after(() => process.umask(umask));
    assert.equal((await place.session("run", ...completed, "--trace-access", access)).code, 0);
    const modeOf = (path: string) => statSync(place.path(path)).mode & 0o777;
    const [kept] = readdirSync(place.path("traces/protocols"));
    assert.deepEqual(
      [
        [modeOf("traces"), modeOf("traces/protocols")],
        [modeOf("traces/ledger.jsonl"), modeOf(`traces/protocols/${kept}`)],
      ],
      [
        [folder, folder],
        [file, file],
      ],
    );
  });
}

/** A run with a package, whose protocol has changed since, and whose workspace has no packages any more. */
async function afterChange(t: TestContext) {
  const place = workspace(t, { snapshot: null, data });
  cpSync(SNAPSHOT, place.path("protocol_snapshot"), { recursive: true });
  assert.equal((await place.session("run", ...completed)).code, 0);
  const [trace = ""] = place.traces();
  const { root, closure_root } = at(lines(trace)[0], "payload", "snapshot") as JsonObject;
  rmSync(place.path("protocol_snapshot"), { recursive: true });
  unsealedCopy(place.path("protocol_snapshot"));
  reauthor(place.path("protocol_snapshot"), RELEASE, (markdown) =>
    markdown.replace("SUCCESS: SET_ENVIRONMENT_STATE", "SUCCESS: EXIT_RELEASED"),
  );
  writeFileSync(place.path("pgs.json"), "{}");
  return { place, trace, root: String(root), kept: place.path(`traces/protocols/${closure_root}.json`) };
}

/** How often code was given a world to run in, and what was said of the protocol. */
async function examined(place: Workspace, argv: readonly string[], isOfAnother = (_: string) => false) {
  const { openRealm } = realPlatform("");
  let realms = 0;
  const counted = () => {
    realms++;
    return openRealm();
  };
  const other = { openRealm: counted, evaluated: new Map(), isOfAnother };
  const said = await place.sessionIn(other, "examine", ...argv, "--json");
  const found = document(said);
  const [notice] = found["notices"] as readonly JsonObject[];
  return { code: said.code, hasRun: realms > 0, notice: notice?.["code"], reason: String(notice?.["message"]) };
}

test("the code of a package that was kept is loaded where the workspace keeps its traces", async (t) => {
  const { place, trace } = await afterChange(t);
  assert.deepEqual(await examined(place, [trace]), {
    ...{ code: 0, hasRun: true, notice: undefined, reason: "undefined" },
  });
});

test("nothing of a package that is not what the seal pins is evaluated, whatever vouches for the seal", async (t) => {
  const { place, trace, root, kept } = await afterChange(t);
  const protocol = JSON.parse(readFileSync(kept, "utf8")) as {
    packages: { files: { path: string; text: string }[] }[];
  };
  const [code = assert.fail()] = protocol.packages[0]?.files.filter(({ path }) => path.endsWith(".js")) ?? [];
  code.text += "\n// changed\n";
  writeFileSync(kept, `${JSON.stringify(protocol)}\n`);
  for (const argv of [[trace], [trace, "--expect-seal", root]]) {
    const { reason, ...found } = await examined(place, argv);
    assert.deepEqual(found, { code: 7, hasRun: false, notice: "PROTOCOL_UNUSABLE" });
    assert.match(reason, new RegExp(code.path));
  }
});

it("code from elsewhere, or of another user, is loaded only where its seal is expected", async (t) => {
  const { place, trace, root, kept } = await afterChange(t);
  const received = trace.replace("/traces/", "/received/");
  cpSync(place.path("traces"), place.path("received"), { recursive: true });
  assert.equal((await examined(place, [received])).code, 0, "the workspace has kept the same");
  const foreign: readonly (readonly [string, (path: string) => boolean])[] = [
    [trace, (path) => path === kept],
    [trace, (path) => path === place.path("traces/protocols")],
    [trace, (path) => path === place.path("traces")],
    [received, () => false],
  ];
  for (const [file, isOfAnother] of foreign) {
    if (file === received) rmSync(place.path("traces"), { recursive: true });
    const { reason, ...found } = await examined(place, [file], isOfAnother);
    assert.deepEqual(found, { code: 7, hasRun: false, notice: "PROTOCOL_UNUSABLE" });
    assert.match(reason, /--expect-seal or --key/);
    const vouched = await examined(place, [file, "--expect-seal", root], isOfAnother);
    assert.deepEqual([vouched.code, vouched.hasRun], [0, true]);
    const other = await examined(place, [file, "--expect-seal", "0".repeat(64)], isOfAnother);
    assert.deepEqual([other.code, other.hasRun], [7, false]);
  }
});
