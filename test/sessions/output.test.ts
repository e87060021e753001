/** How results reach the reader: one JSON document, or text; help; names and places of what a run leaves. */

import assert from "node:assert/strict";
import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import type { Platform } from "../../src/cli/context.ts";
import { COMMANDS, runCli } from "../../src/cli/program.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { realPlatform } from "../../src/main.ts";
import { IoError } from "../../src/ports.ts";
import { takingTurns } from "../support/portion.ts";
import { reauthor, unsealedCopy } from "./reauthor.ts";
import {
  assertSound,
  at,
  document,
  FIXTURES,
  fixture,
  lines,
  PROJECT,
  RELEASE,
  runTree,
  type Said,
  SNAPSHOT,
  tree,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

const data = join(FIXTURES, "data");
const completed = ["run", "--wf", RELEASE, "--payload", fixture("wf-release-change/completed")];
const GOOD = join(PROJECT, "test/vectors/good");
const CLOCK = "2026-03-02T10:00:00Z";

function assertMembers(value: JsonObject, names: readonly string[]): void {
  const missing = names.filter((name) => !Object.hasOwn(value, name));
  assert.deepEqual(missing, []);
}

it("run --json prints one document with the members the contract names, and nothing else", async (t) => {
  const place = workspace(t, { data });
  const said = await place.session(...completed, "--json");
  assert.deepEqual([said.code, said.err], [0, ""]);
  const report = document(said);
  assertMembers(report, [
    ...["workflow", "trace_id", "status", "outcome", "exit_reason_code", "exit_code", "duration_ms"],
    ...["path", "results", "effects", "events", "trace", "snapshot"],
  ]);
  assert.deepEqual([report["workflow"], report["status"], report["outcome"]], [RELEASE, "SUCCESS", "SUCCESS"]);
  assert.deepEqual(report["events"], ["EV_RELEASE_APPROVED_V0"]);
  assert.equal(at(report, "snapshot", "seal"), "sealed");
  assert.deepEqual(report["path"], [
    ...[{ run: "0", node: "IN_RELEASE_REQUESTED", outcome: "ACK", next: "EVALUATE_QUORUM" }],
    ...[{ run: "0", node: "EVALUATE_QUORUM", outcome: "SUCCESS", next: "CHECK_FREEZE_WINDOW" }],
    ...[{ run: "0", node: "CHECK_FREEZE_WINDOW", outcome: "SUCCESS", next: "REGISTER_RELEASE" }],
    ...[{ run: "0", node: "REGISTER_RELEASE", outcome: "SUCCESS", next: "RECORD_RELEASE" }],
    ...[{ run: "0", node: "RECORD_RELEASE", outcome: "SUCCESS", next: "SET_ENVIRONMENT_STATE" }],
    ...[{ run: "0", node: "SET_ENVIRONMENT_STATE", outcome: "SUCCESS", next: "EXIT_RELEASED" }],
  ]);
  const effects = report["effects"] as JsonObject[];
  assert.deepEqual(
    effects.map(({ op, store, outcome }) => [op, store, outcome]),
    [
      ["READ", "FREEZE_WINDOWS", "SUCCESS"],
      ["REGISTER", "RELEASES", "SUCCESS"],
      ["APPEND", "RELEASE_AUDIT", "SUCCESS"],
      ["WRITE", "ENVIRONMENT_STATE", "SUCCESS"],
    ],
  );
  for (const effect of effects)
    assertMembers(effect, ["run", "node", "step", "capability", "op", "store", "outcome"]);
  for (const kind of ["jsonl", "md", "png"]) assert.ok(existsSync(at(report, "trace", kind) as string), kind);
  const id = report["trace_id"] as string;
  assert.match(id, /^\d{8}T\d{9}Z__WF_RELEASE_CHANGE_V0__[0-9a-f]{8}$/);
  assert.deepEqual(runTree(place.path("traces")), [
    id,
    ...["jsonl", "md", "png"].map((kind) => `${id}/${id}.${kind}`),
  ]);
});

const documents: readonly (readonly [readonly string[], readonly string[]])[] = [
  [
    ["plan", "--wf", RELEASE],
    ["workflow", "snapshot", "admission", "start", "nodes", "findings"],
  ],
  [["list"], ["workflows"]],
  [
    ["show", RELEASE],
    ["fqdn", "kind", "file", "seal", "content_hash", "frontmatter", "content"],
  ],
  [["verify"], ["ok", "seal", "root", "files", "findings"]],
  [["conformance"], ["ok", "total", "passed", "failed", "cases"]],
  [
    ["diff", "protocol_snapshot", "protocol_snapshot"],
    ["equal", "kind", "a", "b", "breaking", "differences"],
  ],
  [
    ["certify", GOOD],
    ["ok", "steps", "scenarios", "edges", "other_files"],
  ],
];

for (const [argv, members] of documents) {
  it(`pgs ${argv[0]} --json prints one document, and so it does as text on stdout alone`, async (t) => {
    const place = workspace(t);
    const said = await place.session(...argv, "--json");
    assert.deepEqual([said.code, said.err], [0, ""]);
    assertMembers(document(said), members);
    const text = await place.session(...argv);
    assert.deepEqual([text.code, text.err], [0, ""]);
    assert.match(text.out, /\S/);
    assert.ok(!text.out.includes("undefined") && !text.out.includes("[object"), text.out);
  });
}

test("a refusal with --json is one document with code, message, details and hint", async (t) => {
  const place = workspace(t);
  const said = await place.session("run", "--wf", "WF_RELEASE_CHANGE_V0", "--json");
  assert.deepEqual([said.code, said.err], [2, ""]);
  assertMembers(document(said)["error"] as JsonObject, ["code", "message", "details", "hint"]);
});

it("--quiet says nothing about a success, and still says why a run was refused", async (t) => {
  const place = workspace(t, { data });
  assert.deepEqual(await place.session(...completed, "--quiet"), { code: 0, out: "", err: "" });
  assert.equal(place.traces().length, 1);
  const refused = await place.session(...completed, "--quiet", "--max-hops", "1");
  assert.deepEqual([refused.code, refused.out], [4, ""]);
  assert.match(refused.err, /^pgs: HOP_LIMIT /);
});

const colours: readonly (readonly [
  isTty: boolean,
  env: Readonly<Record<string, string>>,
  isColoured: boolean,
])[] = [
  [true, { TERM: "xterm" }, true],
  [true, { TERM: "dumb" }, false],
  [true, { TERM: "dumb", FORCE_COLOR: "1" }, true],
  [true, { FORCE_COLOR: "0" }, false],
  [true, { FORCE_COLOR: "" }, true],
  [false, { FORCE_COLOR: "1" }, true],
  [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
  [false, { TERM: "xterm" }, false],
];

for (const [isTty, env, isColoured] of colours) {
  test(`${isTty ? "a terminal" : "a pipe"} with ${JSON.stringify(env)} is ${isColoured ? "" : "not "}coloured`, async (t) => {
    const place = workspace(t);
    assert.equal((await place.sessionIn({ isTty, env }, "list")).out.includes("\u001b["), isColoured);
    assert.ok(!(await place.sessionIn({ isTty, env }, "list", "--no-color")).out.includes("\u001b["));
  });
}

it("on a narrow terminal no line of a report is wider, unless one word is, and no word is lost", async (t) => {
  const place = workspace(t, { data });
  await place.session(...completed, "--no-png", "--no-md");
  const trace = relative(place.folder, place.traces()[0] as string);
  const commands = [
    ["list"],
    ["plan", RELEASE],
    ["examine", trace, "--steps"],
    ["check", "--coverage"],
    ["test", join(PROJECT, "scenarios"), "--filter", "release-failures"],
  ];
  for (const argv of commands) {
    const wide = await place.session(...argv);
    const narrow = await place.sessionIn({ columns: 60 }, ...argv);
    assert.deepEqual(narrow.out.split(/\s+/), wide.out.split(/\s+/), argv.join(" "));
    const tooWide = narrow.out
      .split("\n")
      .filter((line) => line.length > 60 && / \S+ \S/.test(line.slice(30).trimEnd()));
    assert.deepEqual(tooWide, [], argv.join(" "));
    assert.deepEqual(
      await place.sessionIn({ columns: 60 }, ...argv, "--json"),
      await place.session(...argv, "--json"),
    );
  }
});

it("on a narrow terminal no line on standard error is wider either, unless one word is, and a pipe is left alone", async (t) => {
  const place = workspace(t, { data });
  cpSync(join(FIXTURES, "data-broken"), place.path("broken"), { recursive: true });
  const unwritable = {
    writeFile: () => {
      throw new IoError("ENOSPC", null);
    },
  };
  await place.session(...completed, "--no-png", "--no-md");
  const [trace = ""] = place.traces();
  writeFileSync(
    place.path("cut.jsonl"),
    readFileSync(trace, "utf8")
      .trimEnd()
      .replace(/\n[^\n]*$/, "\n"),
  );
  cpSync(SNAPSHOT, place.path("changed"), { recursive: true });
  appendFileSync(place.path("changed/seal.json"), " ");
  writeFileSync(place.path("changed/added-beside-the-sealed-files.json"), "{}");
  const sessions: readonly (readonly [Partial<Platform>, ...string[]])[] = [
    [{}, "run", RELEASE.slice(0, -1), "--payload", fixture("wf-release-change/completed")],
    [{}, "run", "--wf", RELEASE, "--payload", place.path("a-file-that-is-not-there.json")],
    [{}, "run", "--no-such-option"],
    [{}, ...completed, "--data-root", place.path("cut.jsonl")],
    [{}, ...completed, "--data-root", "broken", "--no-png", "--no-md"],
    [{}, ...completed, "--clock", CLOCK, "--seed", "a", "--follow", "--no-png", "--no-md"],
    [{}, ...completed, "--max-hops", "1", "--no-png", "--no-md"],
    [unwritable, ...completed, "--clock", CLOCK, "--seed", "b"],
    [{}, "verify", "--snapshot", "changed"],
    [{}, "render", "cut.jsonl", "--md", "cut.md"],
  ];
  for (const [world, ...argv] of sessions) {
    const wide = await place.sessionIn(world, ...argv);
    rmSync(place.path("traces"), { recursive: true, force: true });
    const narrow = await place.sessionIn({ ...world, columns: 40, errColumns: () => 40 }, ...argv);
    const steady = (text: string) => text.replaceAll(/\d{8}T\d{9}Z\S*/g, "ID").split(/\s+/);
    assert.notEqual(wide.err, "", argv.join(" "));
    assert.deepEqual(steady(narrow.err), steady(wide.err), argv.join(" "));
    assert.ok(narrow.err.split("\n").length > wide.err.split("\n").length, `nothing is wrapped: ${narrow.err}`);
    const tooWide = narrow.err
      .split("\n")
      .filter((line) => line.length > 40 && / \S+ \S/.test(line.slice(20).trimEnd()));
    assert.deepEqual(tooWide, [], argv.join(" "));
    const piped = await place.sessionIn({ ...world, columns: 40 }, ...argv);
    assert.equal(piped.err.split("\n").length, wide.err.split("\n").length, "what is piped is not wrapped");
  }
});

test("a terminal that says it has no columns is written to as one of the usual width", async (t) => {
  const place = workspace(t);
  const usual = await place.sessionIn({ columns: 80, errColumns: () => 80 }, "list");
  assert.ok(usual.out.split("\n").some((line) => line.length > 40));
  for (const columns of [0, Number.NaN, -1])
    assert.deepEqual(await place.sessionIn({ columns, errColumns: () => columns }, "list"), usual);
});

it("what is said on standard error about a run does not part the lines of its record", async (t) => {
  for (const { argv, data: folder } of [
    { argv: ["run", "--wf", RELEASE], data: undefined },
    { argv: completed, data: join(FIXTURES, "data") },
  ]) {
    const place = workspace(t, folder === undefined ? {} : { data: folder });
    let both = "";
    const realOut = (text: string) => {
      both += text;
    };
    const world = {
      ...realPlatform(join(PROJECT, "src/render/fonts")),
      cwd: place.folder,
      env: {},
      isTty: false,
    };
    await runCli(argv, { ...world, out: realOut, err: realOut });
    const record = both.slice(both.indexOf("\nrecord\n"));
    assert.match(record, /^\nrecord\n {2}snapshot .*\n {2}head .*\n(?: {2}trace .*\n){3}(?:hint: |$)/);
  }
});

it("colour is for a terminal, and not when NO_COLOR or --no-color asks for none", async (t) => {
  const place = workspace(t, { data });
  const isColoured = ({ out }: Said) => out.includes("\u001b[");
  const terminal = { isTty: true };
  const inTerminal = await place.sessionIn(terminal, "list");
  assert.ok(isColoured(inTerminal));
  const plain = await Promise.all([
    place.session("list"),
    place.sessionIn({ ...terminal, env: { NO_COLOR: "1" } }, "list"),
    place.sessionIn(terminal, "list", "--no-color"),
  ]);
  assert.deepEqual(plain.map(isColoured), [false, false, false]);
  assert.ok(!isColoured(await place.sessionIn(terminal, ...completed, "--json")));
});

test("--follow prints one line per event on stderr, in order", async (t) => {
  const place = workspace(t, { data });
  const said = await place.session(...completed, "--follow", "--quiet", "--no-png");
  const followed = said.err.trimEnd().split("\n");
  const events = lines(place.traces()[0] as string);
  assert.deepEqual(
    followed.map((line) => line.trim().split(/\s+/).slice(0, 2)),
    events.map(({ sequence, event_type }) => [String(sequence), event_type]),
  );
});

test("--no-png and --no-md leave the jsonl alone", async (t) => {
  const place = workspace(t, { data });
  const report = document(await place.session(...completed, "--no-png", "--no-md", "--json"));
  const { trace } = report as { trace: JsonObject };
  assert.deepEqual([trace["md"], trace["png"]], [null, null]);
  const id = report["trace_id"] as string;
  assert.deepEqual(runTree(place.path("traces")), [id, `${id}/${id}.jsonl`]);
});

it("a rendering that cannot be written is said, and the run ends as it ended", async (t) => {
  const place = workspace(t, { data });
  const writeFile = () => {
    throw new IoError("ENOSPC", null);
  };
  const said = await place.sessionIn({ writeFile }, ...completed, "--json");
  const { trace, status } = document(said) as { trace: JsonObject; status: string };
  assert.deepEqual([said.code, status, trace["md"], trace["png"]], [0, "SUCCESS", null, null]);
  assert.match(
    said.err,
    /^(?:pgs: RENDERING_UNWRITABLE .*ENOSPC.*\nhint: type pgs render TRACE --(?:md|png) FILE.*\n){2}$/,
  );
});

test("--actor stands in the record", async (t) => {
  const place = workspace(t, { data });
  await place.session(...completed, "--actor", "release_governance::AC_ENGINEER_V0", "--no-png");
  const [trace] = place.traces();
  assert.equal(at(lines(trace as string)[0], "payload", "actor"), "release_governance::AC_ENGINEER_V0");
  await assertSound(place, trace as string);
});

it("a trace name that is taken gets _2, then _3, and every record carries its own", async (t) => {
  const place = workspace(t, { data });
  for (let i = 0; i < 3; i++) await place.session(...completed, "--clock", CLOCK, "--no-png");
  const ids = place.traces().map((trace) => lines(trace)[0]?.["execution_id"] as string);
  assert.deepEqual(ids, [ids[0], `${ids[0]}_2`, `${ids[0]}_3`]);
  for (const trace of place.traces()) await assertSound(place, trace);
});

test("workspace, snapshot, data root and traces are where options say, else the environment, else here", async (t) => {
  const place = workspace(t, { data });
  const other = workspace(t, { data });
  const quick = [...completed, "--no-png", "--no-md", "--quiet"];

  await place.sessionIn({ env: { PGS_WORKSPACE: other.folder } }, ...quick);
  assert.deepEqual([place.traces().length, other.traces().length], [0, 1]);
  await place.sessionIn({ env: { PGS_WORKSPACE: other.folder, PGS_DATA_ROOT: "elsewhere" } }, ...quick);
  assert.ok(existsSync(place.path("elsewhere/release_governance/release_audit.jsonl")));
  assert.deepEqual([place.traces().length, other.traces().length], [0, 2]);
  const options = ["--workspace", ".", "--data-root", "./mine/../my-data", "--traces", "my-traces"];
  const said = await place.sessionIn({ env: { PGS_WORKSPACE: other.folder } }, ...quick, ...options);
  assert.equal(said.err, "");
  assert.equal(runTree(place.path("my-traces")).length, 2);
  assert.equal(other.traces().length, 2);
});

it("--help prints usage, commands, options and exit codes; so does every command's", async (t) => {
  const place = workspace(t, { snapshot: null, capabilities: false });
  const main = await place.session("--help");
  assert.deepEqual([main.code, main.err], [0, ""]);
  for (const { name: command, summary } of COMMANDS) {
    assert.match(main.out.replace(/\n {3,}/g, " "), new RegExp(`^ {2}${command} +${summary}$`, "m"));
    const said = await place.session(command, "--help");
    assert.deepEqual([said.code, said.err], [0, ""], command);
    assert.match(said.out, new RegExp(`^Usage: pgs ${command}\\b`));
    for (const heading of ["Output options", "Examples", "Exit codes"])
      assert.match(said.out, new RegExp(`^${heading}:\n {2}\\S`, "m"));
    assert.deepEqual(await place.session("help", command), said);
  }
  const codes = [...main.out.matchAll(/^ {2}(\d+) {2}/gm)].map(([, code]) => Number(code));
  assert.deepEqual(codes, [0, 1, 2, 3, 4, 5, 6, 7, 70, 141]);
  assert.deepEqual(tree(place.folder), []);
});

test("pgs alone prints the help, as a usage error", async (t) => {
  const place = workspace(t, { snapshot: null });
  const said = await place.session();
  assert.deepEqual([said.code, said.out], [2, ""]);
  assert.equal(said.err, (await place.session("--help")).out);
});

it("--version prints name and version", async (t) => {
  const place = workspace(t, { snapshot: null });
  const { version } = JSON.parse(readFileSync(join(FIXTURES, "../package.json"), "utf8")) as {
    version: string;
  };
  assert.deepEqual(await place.binary("--version"), { code: 0, out: `pgs-runner ${version}\n`, err: "" });
});

test("show prints the text an artifact was authored in", async (t) => {
  const place = workspace(t);
  const said = await place.session("show", RELEASE);
  const authored = "protocol/workflows/release_governance__WF_RELEASE_CHANGE_V0.md";
  assert.ok(said.out.includes(readFileSync(join(PROJECT, authored), "utf8").trimEnd()));
});

it("the binary prints the same report as the process it starts in", async (t) => {
  const place = workspace(t, { data });
  const other = workspace(t, { data });
  const argv = [...completed, "--clock", CLOCK, "--seed", "a", "--no-png", "--json"];
  const [inside, outside] = [document(await place.session(...argv)), document(await other.binary(...argv))];
  // They are two versions of the runner to the record: only its head and its place differ.
  const { head: _a, trace: _b, ...same } = inside;
  const { head: _c, trace: _d, ...asWell } = outside;
  assert.deepEqual(asWell, same);
});

it("a step that did not succeed says why, in the report and in the examination", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data-broken") });
  const payload = fixture("wf-grant-tool/backend-error");
  const argv = ["run", "--wf", "agent_governance::WF_GRANT_TOOL_V0", "--payload", payload, "--no-png"];
  const said = await place.session(...argv);
  assert.equal(said.code, 5);
  const examined = await place.session("examine", place.traces()[0] as string);
  for (const { out } of [said, examined]) {
    assert.match(
      out,
      /READ_LICENCE\.read_licence +BACKEND_ERROR +STORE_UNREADABLE .*EISDIR.*agent_licences\.json/,
    );
  }
  const [reason] = document(await place.session(...argv, "--json"))["reasons"] as JsonObject[];
  assert.deepEqual(reason?.["reason"], {
    code: "STORE_UNREADABLE",
    errno: "EISDIR",
    file: "agent_governance/agent_licences.json",
  });
});

test("a run that did not end well says what to do: on stderr, in the document, and not when it is to be quiet", async (t) => {
  const place = workspace(t, { data });
  const argv = ["run", "--wf", RELEASE, "--payload", "payload.json", "--no-png"];
  const payload = JSON.parse(readFileSync(fixture("wf-release-change/completed"), "utf8")) as JsonObject;
  writeFileSync(
    place.path("payload.json"),
    JSON.stringify({ ...payload, rollout_percent: 0, environment: "" }),
  );
  const hints = [
    'change /environment of the payload to one of "staging", "production"',
    "change /rollout_percent of the payload to an integer of 1 or more, such as 1",
  ];
  const said = await place.session(...argv);
  assert.deepEqual([said.code, said.err], [1, hints.map((hint) => `hint: ${hint}\n`).join("")]);
  const inJson = await place.session(...argv, "--json");
  assert.deepEqual([document(inJson)["hints"], inJson.err], [hints, ""]);
  assert.deepEqual(await place.session(...argv, "--quiet"), { code: 1, out: "", err: "" });
});

test("a run that took a way which the protocol declares is told nothing to do", async (t) => {
  const place = workspace(t, { data });
  const payload = fixture("wf-release-change/quorum-not-met");
  const said = await place.session("run", "--wf", RELEASE, "--payload", payload, "--no-png");
  assert.deepEqual([said.code, said.err], [1, ""]);
});

test("plan prints what it finds with file, field, line of the Markdown and hint, and so does its document", async (t) => {
  const place = workspace(t, { snapshot: null });
  const folder = place.path("protocol_snapshot");
  unsealedCopy(folder);
  reauthor(folder, RELEASE, (markdown) => markdown.replace("        NACK: EXIT_REJECTED\n", ""));
  const file = "artifacts/workflows/release_governance__WF_RELEASE_CHANGE_V0.json";
  const pointer = "/frontmatter/core/nodes/IN_RELEASE_REQUESTED/next";
  const hint = `in ${file}, line 48 of its Markdown, add ${pointer}/NACK: "EXIT_REJECTED"`;
  const { out } = await place.session("plan", "--wf", RELEASE);
  assert.ok(out.includes(`  ${file} ${pointer}, line 48 of its Markdown\n  hint: ${hint}\n`), out);
  const [found] = document(await place.session("plan", "--wf", RELEASE, "--json"))["findings"] as JsonObject[];
  assert.deepEqual(
    [found?.["code"], found?.["file"], found?.["pointer"], found?.["content_line"], found?.["hint"]],
    ["OUTCOME_WITHOUT_ROUTE", file, pointer, 48, hint],
  );
});

test("plan prints the nodes from the start along the routes, ends last", async (t) => {
  const place = workspace(t);
  const { out } = await place.session("plan", "--wf", RELEASE);
  const nodes = [...out.matchAll(/^([A-Z_]+) (?:IN|CC|EXIT)\b/gm)].map((match) => match[1] as string);
  assert.deepEqual(nodes.slice(0, 2), ["IN_RELEASE_REQUESTED", "EVALUATE_QUORUM"]);
  assert.deepEqual(
    [nodes.length, new Set(nodes).size, nodes.findIndex((node) => node.startsWith("EXIT_"))],
    [14, 14, 9],
  );
});

test("with --json a line that names no command is refused in a document, too", async (t) => {
  const place = workspace(t);
  for (const argv of [["--json"], ["--json", "--quiet"], ["--snapshot", "x", "--json"]]) {
    const said = await place.session(...argv);
    assert.deepEqual([said.code, at(document(said), "error", "code"), said.err], [2, "BAD_USAGE", ""]);
  }
  const plain = await place.session();
  assert.deepEqual([plain.code, plain.out], [2, ""]);
});
