/** Drawing traces as they lie on disk: what is left where, and what is said of a trace that is not intact. */

import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { elementsOf, textOf } from "../support/html.ts";
import { takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";
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
  tree,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const completed = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed")];

interface Drawable {
  readonly place: Workspace;
  readonly trace: string;
}

/** Without a picture, unless a test compares it: to draw one takes longer than the run. */
async function runOnce(t: TestContext, options: readonly string[] = ["--no-png"]): Promise<Drawable> {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const report = document(await place.session(...completed, "--json", ...options));
  return { place, trace: at(report, "trace", "jsonl") as string };
}

const sibling = (trace: string, kind: string) => trace.replace(/jsonl$/, kind);

it("without an option the page is left beside the trace, and nothing else changes", async (t) => {
  const { place, trace } = await runOnce(t);
  const before = tree(place.folder);
  const said = await place.session("render", trace);
  const page = sibling(trace, "html");
  assert.deepEqual(said, { code: 0, out: `html  ${page.slice(place.folder.length + 1)}\n`, err: "" });
  assert.deepEqual(tree(place.folder), [...before, page.slice(place.folder.length + 1)].sort());
  const text = readFileSync(page, "utf8");
  assert.ok(elementsOf(text).length > 100);
  assert.ok(textOf(text).includes(RELEASE));
  await place.session("render", trace);
  assert.equal(readFileSync(page, "utf8"), text);
});

it("Markdown and picture are byte for byte what the run left, in a copy of its folder, too", async (t) => {
  const { place, trace } = await runOnce(t, []);
  const said = await place.session(
    "render",
    trace,
    "--md",
    "a.md",
    "--png",
    "a.png",
    "--svg",
    "a.svg",
    "--json",
  );
  assert.deepEqual([said.code, said.err], [0, ""]);
  assert.deepEqual(document(said), {
    workflow: RELEASE,
    ok: true,
    findings: [],
    files: { md: place.path("a.md"), png: place.path("a.png"), svg: place.path("a.svg") },
  });
  for (const kind of ["md", "png"]) {
    assert.deepEqual(readFileSync(place.path(`a.${kind}`)), readFileSync(sibling(trace, kind)), kind);
  }
  assert.match(readFileSync(place.path("a.svg"), "utf8"), /^<svg .*<\/svg>\n$/s);
  const copied = await place.session("trace", "get", trace, "--folder", "copies", "--md", "--png");
  assert.deepEqual([copied.code, copied.err], [0, ""]);
  for (const kind of ["jsonl", "md", "png"]) {
    const original = sibling(trace, kind);
    const copy = place.path(`copies/${basename(dirname(original))}/${basename(original)}`);
    assert.deepEqual(readFileSync(copy), readFileSync(original), kind);
  }
});

for (const kind of ["html", "md", "svg"]) {
  it(`--${kind} - prints the rendering and nothing else`, async (t) => {
    const { place, trace } = await runOnce(t);
    const before = tree(place.folder);
    const printed = await place.session("render", trace, `--${kind}`, "-");
    assert.deepEqual([printed.code, printed.err, tree(place.folder)], [0, "", before]);
    await place.session("render", trace, `--${kind}`, "file", "--quiet");
    assert.equal(printed.out, readFileSync(place.path("file"), "utf8"));
  });
}

it("a changed trace is drawn, and it is said on stderr, on the page and by the exit code", async (t) => {
  const { place, trace } = await runOnce(t);
  const lines = readFileSync(trace, "utf8").split("\n");
  writeFileSync(
    trace,
    lines.map((line, i) => (i === 6 ? line.replace('"SUCCESS"', '"SUCCESs"') : line)).join("\n"),
  );
  assert.notDeepEqual(readFileSync(trace, "utf8").split("\n"), lines);
  const said = await place.session("render", trace, "--html", "x.html");
  assert.equal(said.code, 7);
  assert.match(said.err, /^warning: BAD_HASH hash does not match the line.*:7\)$/m);
  assert.match(
    textOf(readFileSync(place.path("x.html"), "utf8")),
    /not valid for this snapshot[\s\S]*BAD_HASH \(line 7\)/,
  );
  const { ok, findings } = document(await place.session("render", trace, "--html", "x.html", "--json"));
  assert.deepEqual([ok, at(findings, 0, "code"), at(findings, 0, "line")], [false, "BAD_HASH", 7]);
});

it("a trace that was cut off is drawn as far as it goes, in every way", async (t) => {
  const { place, trace } = await runOnce(t);
  const text = readFileSync(trace, "utf8");
  writeFileSync(place.path("cut.jsonl"), text.slice(0, text.length / 2));
  const argv = ["--html", "c.html", "--md", "c.md", "--png", "c.png", "--svg", "c.svg"];
  const said = await place.session("render", "cut.jsonl", ...argv);
  assert.equal(said.code, 7);
  assert.match(said.err, /^warning: TORN_LINE .*\nhint: .*\nwarning: NO_END /m);
  assert.match(textOf(readFileSync(place.path("c.html"), "utf8")), /UNFINISHED the trace stops/);
});

it("a snapshot that is not that of the run is said to be another", async (t) => {
  const { place, trace } = await runOnce(t);
  forgetProtocols(place);
  unsealedCopy(place.path("other"));
  reauthor(place.path("other"), RELEASE, (markdown) =>
    markdown.replace("SUCCESS: SET_ENVIRONMENT_STATE", "SUCCESS: EXIT_RELEASED"),
  );
  const said = await place.session("render", trace, "--snapshot", "other", "--html", "x.html");
  assert.equal(said.code, 7);
  assert.match(said.err, /^warning: SNAPSHOT_DIFFERS .*\nhint: .*--snapshot DIR\nwarning: WORKFLOW_DIFFERS /);
  assert.match(textOf(readFileSync(place.path("x.html"), "utf8")), /SNAPSHOT_DIFFERS/);
});

it("the snapshot nearest above the trace is taken, else the workspace's; without one it is refused", async (t) => {
  const { place, trace } = await runOnce(t);
  const elsewhere = workspace(t, { snapshot: null, capabilities: false });
  assert.equal((await elsewhere.session("render", trace, "--svg", "-")).code, 0);
  cpSync(trace, elsewhere.path("moved.jsonl"));
  assertRefused(await elsewhere.session("render", "moved.jsonl"), 3, "SNAPSHOT_MISSING");
  assert.deepEqual(tree(elsewhere.folder), ["moved.jsonl"]);
  const asWell = await elsewhere.session("render", "moved.jsonl", "--workspace", place.folder, "--quiet");
  assert.deepEqual(asWell, { code: 0, out: "", err: "" });
  assert.deepEqual(tree(elsewhere.folder), ["moved.html", "moved.jsonl"]);
});

test("what names no workflow cannot be drawn", async (t) => {
  const place = workspace(t);
  assertRefused(await place.session("render", "none.jsonl"), 2, "FILE_MISSING");
  writeFileSync(place.path("empty.jsonl"), "");
  writeFileSync(place.path("other.jsonl"), '{"a":1}\nno json\n');
  writeFileSync(place.path("torn.jsonl"), '{"elapsed_us":0,"event_ty');
  const before = tree(place.folder);
  for (const file of ["empty.jsonl", "torn.jsonl"]) {
    const said = await place.session("render", file);
    assertRefused(said, 2, "NOT_DRAWABLE");
    assertHint(said, new RegExp(`^pgs examine ${file} `));
  }
  assertRefused(await place.session("render", "other.jsonl"), 2, "NOT_A_TRACE");
  assert.deepEqual(tree(place.folder), before);
});

const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
  [["--png", "-"], /--png - writes a picture/],
  [["--svg", "-", "--md", "-"], /--md - and --svg - both write to standard output/],
  [["--html", "-", "--json"], /--json and --html - both write/],
  [["--svg", "x", "--md", "./x"], /--md \.\/x and --svg x both write to x/],
  [["--svg"], /argument missing/],
];

for (const [argv, words] of REFUSED) {
  it(`render ${argv.join(" ")} is refused before anything is written`, async (t) => {
    const { place, trace } = await runOnce(t);
    const before = tree(place.folder);
    const said = await place.session("render", trace, ...argv);
    if (argv.includes("--json")) assert.match(at(document(said), "error", "message") as string, words);
    else {
      assertRefused(said, 2, "BAD_USAGE");
      assert.match(said.err, words);
    }
    assert.equal(said.code, 2);
    assert.deepEqual(tree(place.folder), before);
  });
}

test("a trace is never replaced by what is drawn of it, not through a link either", async (t) => {
  const { place, trace } = await runOnce(t);
  const text = readFileSync(trace, "utf8");
  symlinkSync(trace, place.path("link"));
  for (const file of [trace, "link"])
    assertRefused(await place.session("render", trace, "--md", file), 2, "BAD_USAGE");
  assert.equal(readFileSync(trace, "utf8"), text);
});

test("a rendering that cannot be written is refused with the option to name another", async (t) => {
  const { place, trace } = await runOnce(t);
  mkdirSync(place.path("folder"));
  for (const file of ["no/such/x.svg", "folder"]) {
    const said = await place.session("render", trace, "--svg", file);
    assertRefused(said, 2, "RENDERING_UNWRITABLE");
    assertHint(said, /--svg FILE/);
  }
});

const SIMULATION = "vectors/new_chain_simulation.json";
it("nested runs of the published workflows are groups on the page", {
  skip: skipWithout(SIMULATION),
}, async (t) => {
  const vector = JSON.parse(readFileSync(sharedPath(SIMULATION), "utf8")) as {
    data_before: Record<string, string>;
    steps: { payload: object }[];
  };
  const place = workspace(t, { snapshot: sharedPath("published/protocol_snapshot") });
  for (const [file, content] of Object.entries(vector.data_before)) {
    mkdirSync(dirname(place.path(`data/${file}`)), { recursive: true });
    writeFileSync(place.path(`data/${file}`), content);
  }
  writeFileSync(place.path("payload.json"), JSON.stringify(vector.steps[0]?.payload));
  const workflow = "blockchain::WF_RUN_CHAIN_SIMULATION_V0";
  await place.session("run", "--wf", workflow, "--payload", "payload.json", "--quiet", "--no-png");
  const [trace] = place.traces();
  const { code, out } = await place.session("render", trace as string, "--html", "-");
  assert.equal(code, 0);
  const runs = new Set(readFileSync(trace as string, "utf8").match(/"run":"0\.[\d.]+"/g));
  assert.ok(runs.size > 2);
  const groups = elementsOf(out).filter(({ attributes }) => attributes["class"]?.startsWith("nested "));
  assert.equal(groups.length, runs.size);
  assert.doesNotMatch(out, /Runs without a caller/);
});
