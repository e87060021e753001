/** Traces of many runs in one file: every command takes one of them as it takes the trace of a run in a folder. */

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { COMMANDS } from "../../src/cli/program.ts";
import { StoreFault } from "../../src/errors/ports.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import { openTracesRoot as open } from "../../src/platform/traces-root.ts";
import { isTraceName } from "../../src/trace/trace-name.ts";
import { appending, contract, oneContract, WORKFLOW } from "../engine/trial.ts";
import { lockText, running } from "../support/lock-text.ts";
import { NO_FILE } from "../support/no-file.ts";
import { takingTurns } from "../support/portion.ts";
import { type FiledSigner, signersIn } from "./signed.ts";
import { DRAWN_NOT, interruptedAfterWrites, typedIn, waitingWorkspace } from "./waiting.ts";
import {
  assertHint,
  assertRefused,
  at,
  document,
  FIXTURES,
  fixture,
  lines,
  RELEASE,
  type Said,
  tree,
  type Workspace,
  workspace,
} from "./world.ts";

const it = takingTurns(import.meta.url);

/** Each run writes two records. */
const LOGGING = oneContract(contract([appending("one", { n: 1 }), appending("two", { n: 2 })]));

interface Shared {
  readonly id: string;
  /** In the segment, as the command line names it. */
  readonly address: string;
  /** The same bytes in a folder of their own, in another folder. */
  readonly copy: string;
}

interface Batch {
  readonly place: Workspace;
  readonly segment: string;
  /** One that released, and one that was denied. */
  readonly runs: readonly [Shared, Shared];
}

/** Two runs in a segment, and copies of them. */
async function batch(t: TestContext): Promise<Batch> {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const payloads = ["completed", "quorum-not-met"].map((name) =>
    JSON.stringify(JSON.parse(readFileSync(fixture(`wf-release-change/${name}`), "utf8"))),
  );
  writeFileSync(place.path("p.jsonl"), `${payloads.join("\n")}\n`);
  await place.session("run", RELEASE, "--payloads", "p.jsonl", "--durability", "process", "--quiet");
  const runs: Shared[] = [];
  for (const trace of place.traces()) {
    const address = trace.slice(place.folder.length + 1);
    const [segment = "", id = ""] = address.split("#");
    assert.equal(segment.split("/").slice(0, -1).join("/"), "traces/segments");
    const got = await place.session("trace", "get", id, "--folder", "copies");
    assert.equal(got.code, 0, got.err);
    runs.push({ id, address, copy: `copies/${id}/${id}.jsonl` });
  }
  assert.equal(runs.length, 2);
  const [segment = ""] = runs[0]?.address.split("#") ?? [];
  return { place, segment, runs: runs as unknown as Batch["runs"] };
}

test("the folder of the segments may be a link, and every command follows it", async (t) => {
  const { place, runs } = await batch(t);
  renameSync(place.path("traces/segments"), place.path("elsewhere"));
  symlinkSync(place.path("elsewhere"), place.path("traces/segments"));
  const examined = await place.session("examine", "traces");
  assert.equal(examined.code, 0, examined.err);
  assert.match(examined.out, /^2 traces, 2 valid$/m);
  assert.equal((document(await place.session("runs", "--json"))["runs"] as unknown[]).length, 2);
  for (const argv of [["verify"], ["rebuild"], ["verify"]])
    assert.equal((await place.session("runs", ...argv)).code, 0, argv[0]);
  const prune = (...how: readonly string[]) =>
    place.session("runs", "prune", "--older-than", "PT0S", ...how, "--json");
  assert.equal((document(await prune("--keep", "1"))["pruned"] as unknown[]).length, 1);
  const [segment = "", ...others] = readdirSync(place.path("elsewhere")).filter((name) =>
    /\.jsonl$/.test(name),
  );
  assert.deepEqual(others, []);
  const left = new Set(lines(place.path(`elsewhere/${segment}`)).map((line) => line["execution_id"]));
  assert.equal(left.size, 1, `${[...left]} of ${runs.map(({ id }) => id)}`);
  assert.equal((await place.session("runs", "verify")).code, 0);
  await prune();
  assert.ok(!existsSync(place.path(`elsewhere/${segment}`)));
  assert.equal((await place.session("runs", "verify")).code, 0);
});

/** What is said of the trace, whatever it is called: a hint quotes an address. */
const nameless = ({ code, out, err }: Said, names: readonly string[]) => {
  const without = (text: string) =>
    names.reduce((left, name) => left.replaceAll(`'${name}'`, "TRACE").replaceAll(name, "TRACE"), text);
  return { code, out: without(out), err: without(err) };
};

/** By command: lines that take the trace, and write nothing next to it. */
const READING: Readonly<Record<string, (trace: string, other: string) => readonly (readonly string[])[]>> = {
  examine: (trace, other) => [
    ["examine", trace],
    ["examine", trace, "--json"],
    ["examine", trace, "--steps"],
    ["examine", trace, other],
    ["examine", trace, "--head", "0".repeat(64)],
  ],
  explain: (trace) => [["explain", trace]],
  render: (trace) => [
    ["render", trace, "--md", "-"],
    ["render", trace, "--html", "-"],
    ["render", trace, "--svg", "-"],
  ],
  export: (trace) => [["export", trace, "--format", "reference-v0"]],
  coverage: (trace, other) => [
    ["coverage", trace],
    ["coverage", trace, other, "--json"],
  ],
  diff: (trace, other) => [
    ["diff", trace, other],
    ["diff", other, trace, "--json"],
  ],
  trace: (trace) => [["trace", "get", trace]],
  attest: (trace) => [["attest", trace, "--verify"]],
};

/** By command: it goes on with a run, or finds it again; the tests below have them. */
const FURTHER = ["cancel", "mark", "resume", "runs"];

it("every command says of a trace in a segment what it says of one in a folder", async (t) => {
  const { place, runs } = await batch(t);
  const [{ publicFile }] = signersIn(place, "ada") as [FiledSigner];
  const [one, other] = runs;
  const stems = runs.flatMap(({ id }) => [`traces/${id}/${id}`, `copies/${id}/${id}`]);
  const names = runs.flatMap(({ address, copy }) => [address, copy]);
  const all = [...names, ...stems].flatMap((name) => [place.path(name), name]);
  for (const [name, lines] of Object.entries(READING)) {
    const key = name === "attest" ? ["--key", publicFile] : [];
    const said = (trace: string, besides: string) =>
      Promise.all(
        lines(trace, besides).map(async (line) => nameless(await place.session(...line, ...key), all)),
      );
    const expected = await said(one.copy, other.copy);
    assert.deepEqual(await said(one.address, other.address), expected, name);
  }
  for (const given of [one.id, place.path(one.address)]) {
    const [explained, expected] = [
      await place.session("explain", given),
      await place.session("explain", one.copy),
    ];
    assert.deepEqual(explained, expected);
  }
  assert.deepEqual(foldersOf(place), [], "nothing that only reads gives a run a folder");
});

const foldersOf = ({ path }: Workspace) => readdirSync(path("traces")).filter(isTraceName);

test("no command that takes a trace is left out", async () => {
  const loaded = await Promise.all(COMMANDS.map(async ({ name, load }) => ({ name, ...(await load()) })));
  const taking = loaded
    .filter(({ arguments: all }) =>
      Object.values(all).some(({ description }) => /\btraces?\b|\ba run\b/.test(description)),
    )
    .map(({ name }) => name);
  assert.deepEqual(taking.sort(), [...Object.keys(READING), ...FURTHER].sort());
});

test("a segment, and the traces folder, name each run in it once", async (t) => {
  const { place, segment, runs } = await batch(t);
  const [one, other] = runs;
  const filesOf = (said: Said) =>
    (at(document(said), "traces") as readonly JsonObject[]).map(({ file }) => file);
  for (const given of [segment, "traces", "traces/segments"])
    assert.deepEqual(
      filesOf(await place.session("examine", given, "--json")),
      [one.address, other.address],
      given,
    );
  assert.equal((await place.session("render", segment)).code, 0);
  assert.deepEqual(foldersOf(place), [one.id, other.id]);
  const moved = runs.map(({ id }) => `traces/${id}/${id}.jsonl`);
  for (const given of [segment, "traces"])
    assert.deepEqual(filesOf(await place.session("examine", given, "--json")), moved, given);
  const several = await place.session("explain", segment);
  assertRefused(several, 2, "TRACES_SEVERAL");
  const [, named = ""] = /, or as (\S+)$/m.exec(several.err) ?? [];
  assert.equal((await place.session("explain", named)).code, 0);
  const elsewhere = workspace(t, { snapshot: null, capabilities: false });
  const [, list = ""] =
    /which pgs (.*?) lists/.exec((await elsewhere.session("explain", place.path(segment))).err) ?? [];
  const listed = await elsewhere.session(...list.split(" "));
  for (const { id } of runs) assert.ok(listed.out.includes(id), listed.err);
});

test("a copy of a segment is examined in a folder named segments; elsewhere, a hint says so", async (t) => {
  const { place, segment } = await batch(t);
  for (const folder of ["copied", "copied/segments"]) mkdirSync(place.path(folder));
  for (const copy of ["copied/moved.jsonl", "copied/segments/moved.jsonl"])
    copyFileSync(place.path(segment), place.path(copy));
  const inPlace = await place.session("examine", "copied/segments/moved.jsonl");
  assert.equal(inPlace.code, 0, inPlace.out);
  const moved = await place.session("examine", "copied/moved.jsonl");
  assert.equal(moved.code, 7);
  assert.match(
    moved.out,
    /\nSEVERAL_TRACES .*\n {2}the file has the traces of 2 runs, each with a chain of its own\n/,
  );
  assert.match(moved.out, /hint: if it is a copy of a segment, move it into a folder that is named segments/);
});

test("what is written next to a trace is written into a folder that the run gets", async (t) => {
  const { place, runs } = await batch(t);
  const [{ privateFile, publicFile }] = signersIn(place, "ada") as [FiledSigner];
  const [one, other] = runs;
  assert.equal((await place.session("render", one.address)).code, 0);
  assert.equal((await place.session("render", one.copy)).code, 0);
  assert.equal(
    (await place.session("attest", other.address, "--key", privateFile, "--attestation", "a.json")).code,
    0,
  );
  assert.deepEqual(foldersOf(place), [one.id], "a file that is named needs no folder");
  for (const given of [other.address, other.copy])
    assert.equal((await place.session("attest", given, "--key", privateFile)).code, 0);
  assert.deepEqual(foldersOf(place), [one.id, other.id]);
  for (const { id, copy } of runs)
    for (const name of readdirSync(place.path(dirname(copy)))) {
      const [made, expected] = [`traces/${id}/${name}`, `copies/${id}/${name}`].map((file) =>
        readFileSync(place.path(file)),
      );
      assert.deepEqual(made, expected, name);
    }
  const verified = await place.session("attest", other.id, "--verify", "--key", publicFile);
  assert.equal(verified.code, 0, verified.err);
  // The address still names the run.
  assert.equal((await place.session("attest", other.address, "--verify", "--key", publicFile)).code, 0);
});

test("a command that is refused, and one of a damaged trace, gives a run no folder", async (t) => {
  const { place, segment, runs } = await batch(t);
  const [one, other] = runs;
  const file = place.path(segment);
  const content = readFileSync(file, "utf8");
  const lineOf = (id: string, number: number) =>
    content.split("\n").filter((line) => line.includes(`"execution_id":"${id}"`))[number] ?? "";
  const without = (line: string) => content.replace(`${line}\n`, "");
  const trusted = ["--expect-seal", "0".repeat(64)];
  const cases: readonly (readonly [how: string, content: string, code: string, ...(readonly string[])[]])[] = [
    ["ended", content, "RUN_ENDED", ["resume"], ["cancel"]],
    ["damaged", without(lineOf(one.id, 3)), "TRACE_DAMAGED", ["resume"], ["cancel"]],
    ["damaged, to draw", without(lineOf(one.id, 3)), "BAD_USAGE", ["render"]],
    [
      "cut",
      without(lineOf(one.id, -1 + lines(place.path(one.copy)).length)),
      "TRACE_CUT",
      ["resume"],
      ["cancel"],
    ],
    ["on another seal", content, "SEAL_UNEXPECTED_ROOT", ["resume", ...trusted], ["cancel", ...trusted]],
  ];
  for (const [how, changed, code, ...commands] of cases) {
    writeFileSync(file, changed);
    for (const [command = "", ...options] of commands) {
      const said = await place.session(command, one.address, ...options);
      assert.ok(said.code !== 0 && said.err.includes(code), `${command} of one ${how}: ${said.err}`);
      assert.deepEqual(foldersOf(place), [], `${command} of one ${how}`);
    }
  }
  writeFileSync(file, without(lineOf(one.id, 3)));
  const drawn = await place.session("render", one.address, "--html", "page.html");
  assert.equal(drawn.code, 7, drawn.err);
  assert.equal((await place.session("render", other.address)).code, 0);
  assert.deepEqual(foldersOf(place), [other.id]);
});

for (const [what, put] of Object.entries(NO_FILE)) {
  test(`a ${what} with the name of a segment is named, ends every command, and keeps no other run from it`, async (t) => {
    const { place, segment, runs } = await batch(t);
    const [lost] = runs;
    await place.session("run", RELEASE, "--payloads", "p.jsonl", "--durability", "process", "--quiet");
    const other = place.traces().find((trace) => !trace.includes(segment)) ?? "";
    const id = other.split("#")[1] ?? "";
    rmSync(place.path(segment));
    put(place.path(segment));
    for (const line of [
      ["examine", lost.id],
      ["examine", lost.address],
      ["explain", lost.id],
      ["trace", "get", lost.id],
      ["render", lost.id],
      ["resume", lost.id],
      ["cancel", lost.id],
      ["runs", lost.id],
    ]) {
      const said = await place.session(...line);
      assert.notEqual(said.code, 0, line.join(" "));
      assert.match(said.err, new RegExp(`${lost.id}|${segment}`), line.join(" "));
      assert.doesNotMatch(said.err, /DEFECT/);
    }
    for (const line of [
      ["examine", id],
      ["runs", id],
      ["runs"],
      ["runs", "rebuild", "--missing"],
      ["runs", "rebuild"],
      ["runs", "prune", "--older-than", "PT0S", "--keep", "4", "--dry-run"],
      ["run", RELEASE, "--payloads", "p.jsonl", "--quiet"],
    ]) {
      const said = await place.session(...line);
      assert.equal(said.code, line[0] === "run" ? 1 : 0, `${line.join(" ")}: ${said.err}`);
    }
    const examined = await place.session("examine", "traces");
    assert.match(examined.out, new RegExp(id));
    assert.equal(examined.code, what === "link to itself" ? 2 : 0, examined.err);
    const found = document(await place.session("runs", "verify", "--json"))["findings"];
    assert.deepEqual(
      (found as readonly JsonObject[]).map(({ code, run }) => `${code} ${run}`).sort(),
      ["SEGMENT_IRREGULAR null", ...runs.map((one) => `TRACE_MISSING ${one.id}`)].sort(),
    );
    assert.match(
      (await place.session("runs", "verify")).out,
      new RegExp(`^SEGMENT_IRREGULAR .*${segment}$`, "m"),
    );
    assert.equal((await place.session("runs", "prune", "--older-than", "PT0S")).code, 0);
    assert.doesNotMatch((await place.session("runs", "--json")).out, new RegExp(id));
  });
}

test("a segment that may not be read is named by prune", async (t) => {
  const { place, segment } = await batch(t);
  const [, name = ""] = segment.split("traces/");
  const openTracesRoot = (folder: string) => {
    const root = open(folder);
    const stamp = () => {
      throw new StoreFault("UNREADABLE", { file: name, errno: "EACCES" });
    };
    return { ...root, store: (file: string) => ({ ...root.store(file), ...(file === name ? { stamp } : {}) }) };
  };
  for (const more of [[], ["--dry-run"]]) {
    const said = await place.sessionIn({ openTracesRoot }, "runs", "prune", "--older-than", "PT0S", ...more);
    assertRefused(said, 5, "SYSTEM_REFUSED");
    assert.match(said.err, new RegExp(`EACCES .*${name}`));
  }
});

test("pgs trace get prints the bytes of a trace, wherever it is, and copies them once", async (t) => {
  const { place, runs } = await batch(t);
  const [one] = runs;
  const bytes = String(nodeFiles.read(place.path(one.address)));
  for (const given of [one.id, one.address, one.copy])
    assert.deepEqual(await place.session("trace", "get", given), { code: 0, out: bytes, err: "" });
  const copied = await place.session("trace", "get", one.id, "--folder", "more", "--md", "--png", "--json");
  assert.equal(copied.code, 0, copied.err);
  const { jsonl, md, png } = document(copied);
  assert.equal(readFileSync(String(jsonl), "utf8"), bytes);
  assert.match(readFileSync(String(md), "utf8"), /^# /);
  assert.ok(existsSync(String(png)));
  const whole = bytes.trimEnd().split("\n");
  writeFileSync(place.path("cut.jsonl"), `${whole.slice(0, -1).join("\n")}\n`);
  const cut = document(
    await place.session("trace", "get", "cut.jsonl", "--folder", "cut", "--md", "--png", "--json"),
  );
  for (const file of [cut["md"], cut["png"]])
    assert.ok(existsSync(String(file)), "what lacks its end is drawn");
  writeFileSync(place.path("bad.jsonl"), `${whole.slice(1).join("\n")}\n`);
  const damaged = await place.session("trace", "get", "bad.jsonl", "--folder", "bad", "--md");
  assertRefused(damaged, 2, "TRACE_NOT_INTACT");
  const before = tree(place.folder);
  for (const [argv, hint] of [
    [["--folder", "more"], /another folder/],
    [["--folder", "traces"], /another folder/],
    [["--md"], /--folder DIR/],
    [["--json"], /--folder DIR/],
  ] as const) {
    const said = await place.session("trace", "get", one.id, ...argv);
    assert.equal(said.code, 2, argv.join(" "));
    if (!argv.includes("--json" as never)) assertHint(said, hint);
  }
  assert.deepEqual(tree(place.folder), before);
  assertRefused(await place.session("trace", "get", "1999"), 2, "RUN_UNKNOWN");
});

test("an address may end in the beginning of an id, and its hint can be followed", async (t) => {
  const { place, segment, runs } = await batch(t);
  const [one, other] = runs;
  let same = 0;
  while (one.id[same] === other.id[same]) same++;
  for (const { id, address } of runs) {
    const beginning = `${segment}#${id.slice(0, same + 1)}`;
    for (const line of [["trace", "get"], ["explain"], ["runs"]])
      assert.deepEqual(await place.session(...line, beginning), await place.session(...line, address), line[0]);
  }
  const given = (run: string) => place.session("trace", "get", `${segment}#${run}`);
  assertRefused(await given(one.id.slice(0, same)), 2, "RUN_AMBIGUOUS");
  for (const run of ["nope", `${one.id}x`, "..", "segments"]) {
    const said = await given(run);
    assertRefused(said, 2, "RUN_UNKNOWN");
    assert.ok(said.err.includes(segment), said.err);
    assertHint(said, /^type pgs runs, which lists them/);
  }
  const missing = await given(one.id.replace(/.{8}$/, "00000000"));
  assertRefused(missing, 2, "FILE_MISSING");
  assert.doesNotMatch(missing.err, /instead/);
  assert.deepEqual(foldersOf(place), []);
});

test("every command that reads a trace takes it from a pipe", async (t) => {
  const { place, runs } = await batch(t);
  const [{ copy }] = runs;
  execFileSync("mkfifo", [place.path("pipe")]);
  for (const line of [
    ["examine", "pipe"],
    ["explain", "pipe"],
    ["trace", "get", "pipe"],
  ]) {
    const writer = spawn("sh", ["-c", `cat ${copy} > pipe`], { cwd: place.folder });
    const said = await place.session(...line);
    const expected = await place.session(...line.map((word) => (word === "pipe" ? copy : word)));
    const unnamed = nameless(said, ["pipe"]);
    unnamed.out = unnamed.out.replace(/^note .*\n/m, "");
    assert.deepEqual(unnamed, nameless(expected, [copy]), line.join(" "));
    writer.kill();
  }
});

test("who may read the segment may read what is taken out of it", async (t) => {
  const place = workspace(t, { data: join(FIXTURES, "data") });
  const payload = JSON.stringify(JSON.parse(readFileSync(fixture("wf-release-change/quorum-not-met"), "utf8")));
  for (const [access, mode] of [
    ["owner", 0o600],
    ["group", 0o640],
    ["all", 0o644],
  ] as const) {
    const traces = ["--traces", access];
    writeFileSync(place.path("p.jsonl"), payload);
    const said = await place.session(
      "run",
      RELEASE,
      "--payloads",
      "p.jsonl",
      "--trace-access",
      access,
      ...traces,
    );
    const { trace_id: id, trace } = JSON.parse(said.out) as JsonObject;
    assert.equal((await place.session("render", String(trace))).code, 0);
    for (const file of [String(trace).split("#")[0], `${access}/${id}/${id}.jsonl`])
      assert.equal(statSync(place.path(String(file))).mode & 0o777, mode & ~process.umask());
  }
});

test("without a ledger, the runs of a segment are found by their ids, too", async (t) => {
  const { place, runs } = await batch(t);
  const [one, other] = runs;
  rmSync(place.path("traces/ledger.jsonl"));
  assert.equal((await place.session("explain", one.id)).code, 0);
  assert.match(
    (await place.session("examine", "--last")).out,
    new RegExp(`^VALID {2}${other.address.replace(/[.]/g, "\\.")}`),
  );
});

test("with --own-folders, and with a fixed clock, each trace is in a folder of its own", async (t) => {
  const { place } = await batch(t);
  const before = place.traces().length;
  for (const option of [["--own-folders"], ["--clock", "2026-01-31T09:00:00Z"]])
    await place.session(
      "run",
      RELEASE,
      "--payloads",
      "p.jsonl",
      "--durability",
      "process",
      "--quiet",
      ...option,
    );
  assert.deepEqual([foldersOf(place).length, place.traces().length], [4, before + 4]);
  assertRefused(await place.session("run", RELEASE, "--own-folders"), 2, "BAD_USAGE");
});

test("a run that was interrupted in a segment is answered, cancelled and gone on with in a folder", async (t) => {
  const place = waitingWorkspace(t, LOGGING);
  writeFileSync(place.path("p.jsonl"), "{}\n".repeat(4));
  const world = interruptedAfterWrites(6);
  const said = await place.sessionIn(world, "run", WORKFLOW, "--payloads", "p.jsonl", "--jobs", "4");
  assert.equal(said.code, 143, said.err);
  const stopped = place.traces().filter((trace) => lines(trace).at(-1)?.["event_type"] !== "workflow_complete");
  const [first = "", second = "", ...rest] = stopped.map((trace) => trace.slice(place.folder.length + 1));
  assert.ok(second !== "", said.err);
  const idOf = (trace: string) => trace.split("#")[1] ?? "";
  assert.match((await place.session("runs", idOf(first))).out, /^INTERRUPTED/);
  const lock = place.path(`${first.split("#")[0]}.lock`);
  const maker = /__([0-9a-f]{16})(?:_\d+)?\.jsonl/.exec(first)?.[1] ?? assert.fail(first);
  const living = { ...running(process.ppid), token: maker };
  for (const text of [lockText(living), lockText({ ...living, host: "elsewhere" })]) {
    symlinkSync(text, lock);
    const held = document(await place.session("examine", first, "--json"));
    assert.deepEqual([held["state"], at(held, "advice", "code")], ["RUNNING", "WAIT"]);
    rmSync(lock);
  }
  assert.equal(document(await place.session("examine", first, "--json"))["state"], "INTERRUPTED");
  const [command = "", named = ""] = typedIn(said.err, "resume");
  const resumed = await place.session(command, named, ...DRAWN_NOT);
  assert.equal(resumed.code, 0, resumed.err);
  assert.ok(existsSync(place.path(`traces/${idOf(named)}/${idOf(named)}.jsonl`)));
  const other = [first, second, ...rest].find((trace) => trace !== named) ?? "";
  const cancelled = await place.session("cancel", idOf(other), ...DRAWN_NOT);
  assert.equal(cancelled.code, 0, cancelled.err);
  const again = await place.session("resume", named);
  assertRefused(again, 2, "RUN_ENDED");
  for (const trace of [named, other]) assert.equal((await place.session("examine", trace)).code, 0);
  const verified = await place.session("runs", "verify");
  assert.equal(verified.code, 0, verified.out);
});
