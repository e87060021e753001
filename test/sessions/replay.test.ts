/** Replays looked at closely: step by step, from a step on, up to one, and on a snapshot of today. */

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { type EditableLine, forge } from "../examine/examination.ts";
import { takingTurns } from "../support/portion.ts";
import { reauthor, unsealedCopy } from "./reauthor.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  forgetProtocols,
  RELEASE,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

interface Step {
  readonly line: number;
  readonly at: string;
  readonly verdict: string;
  readonly recorded: { readonly outcome: string; readonly result: JsonObject } | null;
  readonly replayed: { readonly outcome: string; readonly result: JsonObject } | null;
}

interface PartialReplay {
  readonly ok: boolean;
  readonly taken: number;
  readonly compared: number;
  readonly steps: readonly Step[];
}

/** A run, and its trace's file. */
async function ran(t: TestContext, payload: string): Promise<{ place: Workspace; trace: string }> {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const said = await place.session("run", "--wf", RELEASE, "--payload", fixture(payload), "--no-png", "--json");
  return { place, trace: at(document(said), "trace", "jsonl") as string };
}

/** The trace with what one step answered or published changed, and the chain made anew. */
function forged(place: Workspace, trace: string, change: (line: EditableLine) => EditableLine): string {
  const file = place.path("forged.jsonl");
  writeFileSync(
    file,
    forge(readFileSync(trace, "utf8"), (lines) => lines.map(change)),
  );
  return file;
}

/** One approval more than there was, in the answer of the step that counts them. */
function oneMore(line: EditableLine): EditableLine {
  if (line["event_type"] !== "transform_end" || line.payload["step"] !== "count_approvals") return line;
  const outputs = line.payload["outputs"] as { count: number };
  return { ...line, payload: { ...line.payload, outputs: { ...outputs, count: outputs.count + 1 } } };
}

const COUNTED = "EVALUATE_QUORUM.count_approvals";

it("every step is listed, recorded against replayed, also behind a divergence", async (t) => {
  const { place, trace } = await ran(t, "wf-release-change/completed");
  const whole = document(await place.session("examine", trace, "--steps", "--json"));
  const steps = at(whole, "replayed", "steps") as readonly Step[];
  assert.ok(steps.length > 4);
  assert.ok(steps.every(({ verdict }) => verdict === "equal"));
  for (const { recorded, replayed } of steps) if (replayed !== null) assert.deepEqual(replayed, recorded);

  const file = forged(place, trace, oneMore);
  const said = await place.session("examine", file, "--steps", "--json");
  const found = document(said);
  const again = at(found, "replayed", "steps") as readonly Step[];
  assert.equal(said.code, 7);
  assert.deepEqual(
    again.map(({ at: name, line }) => [name, line]),
    steps.map(({ at: name, line }) => [name, line]),
  );
  const differing = again.filter(({ verdict }) => verdict === "differs");
  assert.deepEqual(
    differing.map(({ at: name }) => name),
    [COUNTED],
  );
  const [counted] = differing as [Step];
  assert.equal(Number(counted.recorded?.result["count"]), Number(counted.replayed?.result["count"]) + 1);
  assert.equal(at(found, "replayed", "divergence", "line"), counted.line);
  assert.deepEqual(at(found, "replayed", "divergence", "facts"), {
    pointer: "/payload/outputs/count",
    recorded: counted.recorded?.result["count"],
    replayed: counted.replayed?.result["count"],
  });

  const { out } = await place.session("examine", file, "--steps");
  assert.match(out, new RegExp(`^DIVERGED {2}.*forged\\.jsonl:${counted.line} {2}\\(replayed\\)$`, "m"));
  assert.match(out, /^ +\/payload\/outputs\/count\n +recorded {2}3\n +replayed {2}2$/m);
  assert.match(out, new RegExp(`^ +${counted.line} +${COUNTED} .* differs$`, "m"));
});

it("from a step on, what lies before is taken as recorded; up to one, what lies behind is left out", async (t) => {
  const { place, trace } = await ran(t, "wf-release-change/completed");
  const file = forged(place, trace, oneMore);
  const examined = async (...options: readonly string[]) => {
    const said = await place.session("examine", file, "--json", ...options);
    const replayed = document(said)["replayed"] as unknown as PartialReplay;
    return { code: said.code, ...replayed };
  };
  const count = readFileSync(file, "utf8").trimEnd().split("\n").length;

  assert.deepEqual((await examined()).code, 7);
  assert.equal((await examined("--from-step", COUNTED)).code, 7);
  assert.equal((await examined("--until", COUNTED)).code, 7);
  assert.equal((await examined("--until", "EVALUATE_QUORUM.look_up_quorum")).code, 0);

  const behind = await examined("--from-step", "CHECK_FREEZE_WINDOW");
  assert.deepEqual([behind.code, behind.ok, behind.taken + behind.compared], [0, true, count]);
  const [first] = behind.steps.filter(({ verdict }) => verdict !== "taken") as [Step];
  assert.match(first.at, /^CHECK_FREEZE_WINDOW\./);
  const line = String(first.line);
  assert.deepEqual(await examined("--from-step", line), { ...(await examined("--from-step", first.at)) });

  const { out } = await place.session("examine", file, "--from-step", line, "--until", "REGISTER_RELEASE");
  assert.match(out, /^VALID \(partial\) /);
  assert.match(out, /taken as recorded, \d+ after them not replayed$/m);
});

it("a step that the trace never reaches is refused, with the nearest one", async (t) => {
  const { place, trace } = await ran(t, "wf-release-change/completed");
  for (const [from, until] of [
    ["REGISTER_RELEASE", "CHECK_FREEZE_WINDOW"],
    ["20", "10"],
  ] as const) {
    const reversed = await place.session("examine", trace, "--from-step", from, "--until", until);
    assertRefused(reversed, 2, "BAD_USAGE");
    assert.match(reversed.err, new RegExp(`the range is reversed: ${until} comes before ${from} `));
    assertHint(reversed, new RegExp(`^type --from-step ${until} --until ${from}$`));
  }
  for (const line of ["0", "999"])
    assertRefused(await place.session("examine", trace, "--from-step", line), 2, "STEP_NOT_MET");
  for (const option of ["--from-step", "--until"]) {
    const near = await place.session("examine", trace, option, "EVALUATE_QORUM.count_approvals");
    assert.deepEqual([near.code, near.out], [2, ""]);
    assert.match(near.err, /^pgs: STEP_NOT_MET the trace never reaches EVALUATE_QORUM/);
    assert.match(near.err, new RegExp(`^hint: did you mean ${COUNTED}\\?$`, "m"));
    const far = await place.session("examine", trace, option, "99999");
    assert.match(far.err, /^hint: pgs examine .* --steps lists the steps/m);
  }
});

/** The workspace's snapshot with one artifact authored again. */
function today(place: Workspace, fqdn: string, change: (markdown: string) => string): string {
  forgetProtocols(place);
  const folder = place.path("today");
  unsealedCopy(folder);
  reauthor(folder, fqdn, change);
  return folder;
}

it("on another snapshot, it is said where the paths diverge and how the run would have ended", async (t) => {
  const { place, trace } = await ran(t, "wf-release-change/quorum-not-met");
  const snapshot = today(place, RELEASE, (markdown) =>
    markdown.replace("QUORUM_NOT_MET: DENY_FOR_QUORUM", "QUORUM_NOT_MET: EXIT_REJECTED"),
  );
  const said = await place.session("examine", trace, "--snapshot", snapshot, "--json");
  assert.equal(said.code, 7);
  const elsewhere = document(said)["what_if"] as JsonObject;
  assert.equal(elsewhere["unanswered"], null);
  assert.deepEqual(
    [at(elsewhere, "parts", "recorded", "next"), at(elsewhere, "parts", "here", "next")],
    ["DENY_FOR_QUORUM", "EXIT_REJECTED"],
  );
  assert.deepEqual(at(elsewhere, "ending", "status"), "FAILED");
  const groups = new Set((elsewhere["differences"] as { group: string }[]).map(({ group }) => group));
  assert.ok(groups.has("path"));
  const { out } = await place.session("examine", trace, "--snapshot", snapshot);
  assert.match(out, /^on this snapshot /m);
  assert.match(out, /recorded {2}EVALUATE_QUORUM --QUORUM_NOT_MET--> DENY_FOR_QUORUM$/m);
  assert.match(out, /here {6}EVALUATE_QUORUM --QUORUM_NOT_MET--> EXIT_REJECTED$/m);
});

test("where another snapshot would have done an effect that was not done, nothing is guessed", async (t) => {
  const { place, trace } = await ran(t, "wf-release-change/quorum-not-met");
  const snapshot = today(place, RELEASE, (markdown) =>
    markdown.replace("QUORUM_NOT_MET: DENY_FOR_QUORUM", "QUORUM_NOT_MET: CHECK_FREEZE_WINDOW"),
  );
  const said = await place.session("examine", trace, "--snapshot", snapshot, "--json");
  const elsewhere = document(said)["what_if"] as JsonObject;
  assert.deepEqual([elsewhere["ending"], at(elsewhere, "unanswered", "code")], [null, "EFFECT"]);
  assert.equal(at(elsewhere, "unanswered", "node"), "CHECK_FREEZE_WINDOW");
  const { out } = await place.session("examine", trace, "--snapshot", snapshot);
  assert.match(out, /^ +known {2}up to CHECK_FREEZE_WINDOW: its step read_windows performs READ on /m);
});

test("a snapshot that differs only in what the run never came to gives the same path and no difference", async (t) => {
  const { place, trace } = await ran(t, "wf-release-change/completed");
  const snapshot = today(place, RELEASE, (markdown) =>
    markdown.replace("QUORUM_NOT_MET: DENY_FOR_QUORUM", "QUORUM_NOT_MET: EXIT_REJECTED"),
  );
  const elsewhere = document(await place.session("examine", trace, "--snapshot", snapshot, "--json"))[
    "what_if"
  ];
  assert.deepEqual(
    [at(elsewhere, "parts"), at(elsewhere, "unanswered"), at(elsewhere, "differences")],
    [null, null, []],
  );
});
